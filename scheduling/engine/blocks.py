"""Blocks: a few hundred sessions of some classes and weeks, settled together by an integer model while the rest stays.

Models are built here, one after another, and solved by an ``Executor``; what comes back is checked against the State as it
is by then, so that a block that was solved beside another never breaks a rule: what does not fit any more is put back by
insertion.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board
from scheduling.engine.candidates import Candidates, must_place
from scheduling.engine.column_costs import column_costs
from scheduling.engine.column_model import ColumnModel
from scheduling.engine.columns import Columns
from scheduling.engine.compiling import compiled
from scheduling.engine.construct import Unit, insert
from scheduling.engine.cuts import Cuts, Who
from scheduling.engine.highs import Floats
from scheduling.engine.index import DAY, NONE, Bools, Ints
from scheduling.engine.kernel import is_possible
from scheduling.engine.moves import amount_of, put_all, put_back_all, take_all, ways_of
from scheduling.engine.state import State


def blocks_of(state: State, units: Sequence[Unit], angle: float | None, largest: int) -> list[Ints]:
    """Part the sessions by weeks, or by regions whose borders run at an angle; units and classes stay whole where they can."""
    p = state.arrays
    groups = _tied(state, units)
    parts = [group[n : n + largest] for group in groups for n in range(0, len(group), largest)]
    weeks = p.options["week"][p.sessions["option"]]
    north, east = _places(state)
    if angle is None:
        order = sorted(parts, key=lambda part: (int(weeks[part[0]]), float(north[part[0]] + east[part[0]])))
    else:
        along = np.cos(angle) * north + np.sin(angle) * east
        across = np.cos(angle) * east - np.sin(angle) * north
        strips = max(1, round((len(weeks) / largest) ** 0.5))
        strip = np.argsort(np.argsort(along, kind="stable"), kind="stable") * strips // len(along)
        order = sorted(parts, key=lambda part: (int(strip[part[0]]), float(across[part[0]])))
    blocks: list[list[int]] = []
    for part in order:
        if not blocks or len(blocks[-1]) + len(part) > largest:
            blocks.append([])
        blocks[-1].extend(part)
    return [np.array(sorted(block), dtype=np.int64) for block in blocks]


def _tied(state: State, units: Sequence[Unit]) -> list[list[int]]:
    """Group sessions that share a unit or their first class."""
    p = state.arrays
    root = np.arange(len(p.sessions))

    def find(s: int) -> int:
        while root[s] != s:
            root[s] = root[root[s]]
            s = int(root[s])
        return s

    first_of: dict[int, int] = {}
    for unit in units:
        for s in unit:
            root[find(s)] = find(unit[0])
    for s in range(len(root)):
        for c in p.class_of[p.sessions["klass"][s] : p.sessions["klass_end"][s]][:1].tolist():
            root[find(s)] = find(first_of.setdefault(c, s))
    groups: dict[int, list[int]] = {}
    for s in range(len(root)):
        groups.setdefault(find(s), []).append(s)
    return list(groups.values())


def _places(state: State) -> tuple[Floats, Floats]:
    """Return where sessions lie, in degrees to the north and to the east; 0 where that is not known."""
    known = state.index.problem.places
    at = state.arrays.sessions["place"]
    north = np.array([*(x.lat for x in known), 0.0])[at]
    return north, np.array([*(x.lon for x in known), 0.0])[at]


@dataclass(frozen=True)
class Block:
    """A block's model, and which of its columns were in the plan."""

    sessions: Ints
    columns: Columns
    model: ColumnModel
    start: Ints


class Blocks:
    """Takes blocks out of a State, and puts their solutions back."""

    def __init__(
        self, state: State, units: Sequence[Unit], columns: Columns, go_on: Callable[[], bool]
    ) -> None:
        self.state, self.columns, self._go_on = state, columns, go_on
        self.units = {s: unit for unit in units for s in unit}
        self.days: set[tuple[Who, int]] = set()  # on which somebody had no time to travel
        self.candidates = Candidates(state)
        self._at = np.searchsorted(columns.session, np.arange(len(state.arrays.sessions) + 1))

    def columns_of(self, sessions: Ints, slack: float) -> Columns:
        """Return the columns of some sessions with no more regret than that, those of the present plan with them."""
        p, b = self.state.arrays, self.state.board
        mine = self.columns.take(np.concatenate([np.arange(self._at[s], self._at[s + 1]) for s in sessions]))
        mine = mine.take(mine.regret <= slack)
        placed = sessions[b.option_of[sessions] != NONE]
        now = np.stack((placed, b.option_of[placed], b.who_of[placed], b.room_of[placed]), axis=1).astype(
            np.int64
        )
        known = np.stack((mine.session, mine.option, mine.person, mine.venue), axis=1)
        both = np.concatenate((known, now))
        cost = column_costs(p, b, *(np.ascontiguousarray(now[:, n]) for n in range(4)))
        _, first = np.unique(both, axis=0, return_index=True)
        first = np.sort(first)
        columns = Columns(
            both[:, 0],
            both[:, 1],
            both[:, 2],
            both[:, 3],
            np.concatenate((mine.cost, cost)),
            np.concatenate((mine.regret, np.zeros(len(now)))),
        ).take(first)
        return columns.take(np.argsort(columns.session, kind="stable"))

    def take_out(self, sessions: Ints, slack: float) -> Block:
        """Build the model of a block, units whole, as things are; the State is left as it was."""
        sessions = np.unique([t for s in sessions.tolist() for t in self.units[s]])
        state = self.state
        p, b = state.arrays, state.board
        columns = self.columns_of(sessions, slack)
        before = ways_of(b, sessions)
        series = _series_of(p, sessions)
        take_all(p, b, sessions)
        b.completing[series] = 1
        try:
            held = np.array([must_place(state, s) for s in sessions.tolist()])
            must = np.zeros(len(p.sessions), dtype=np.bool_)
            must[sessions[held]] = True
            columns = columns.take(
                possible(p, b, columns.session, columns.option, columns.person, columns.venue, must)
            )
            model = ColumnModel(state, sessions.tolist(), columns, self._go_on)
        finally:  # also where the run ends meanwhile
            b.completing[series] = 0
            put_back_all(p, b, sessions, *before)
        wanted = set(zip(sessions.tolist(), *(part.tolist() for part in before), strict=True))
        rows = zip(
            columns.session.tolist(),
            columns.option.tolist(),
            columns.person.tolist(),
            columns.venue.tolist(),
            strict=True,
        )
        start = np.array([n for n, row in enumerate(rows) if row in wanted], dtype=np.int64)
        return Block(sessions, columns, model, start if len(start) == len(sessions) else start[:0])

    def put_back(self, block: Block, chosen: Ints) -> int:
        """Put a solution in, as far as it still fits; return the change of cost. Kept only if better."""
        p, b, c = self.state.arrays, self.state.board, block.columns
        series = _series_of(p, block.sessions)
        sessions = _with_members(p, block.sessions, series)
        before = ways_of(b, sessions)
        change = -take_all(p, b, sessions)
        outside = sessions[~np.isin(sessions, block.sessions)]
        kept = np.searchsorted(sessions, outside)
        b.completing[series] = 1
        put_all(p, b, outside, *(a[kept].astype(np.int64) for a in before))
        put_all(p, b, c.session[chosen], c.option[chosen], c.person[chosen], c.venue[chosen])
        b.completing[series] = 0
        self._learn(c, chosen)
        self.mend(sessions, series)
        change += amount_of(p, b, sessions)
        if change < 0:
            return change
        take_all(p, b, sessions)
        put_back_all(p, b, sessions, *before)
        return 0

    def _learn(self, columns: Columns, chosen: Ints) -> None:
        """Remember whose day it was where a choice did not fit: most likely there was no time to travel."""
        p, b = self.state.arrays, self.state.board
        left = chosen[(columns.option[chosen] != NONE) & (b.option_of[columns.session[chosen]] == NONE)]
        for n in left.tolist():
            s, day = int(columns.session[n]), int(p.options["begin"][columns.option[n]]) // DAY
            if columns.person[n] != NONE:
                self.days.add(((False, int(columns.person[n])), day))
            classes = p.class_of[p.sessions["klass"][s] : p.sessions["klass_end"][s]]
            self.days.update(((True, int(c)), day) for c in classes)

    def cuts_of(self, block: Block) -> Cuts | None:
        """Return the cuts for the days on which somebody had no time to travel."""
        if not self.days:
            return None
        cuts = Cuts(block.model)
        people = set(block.columns.person.tolist())
        classes = set(
            self.state.arrays.class_of[np.concatenate(_spans(self.state.arrays, block.sessions))].tolist()
        )
        cuts.days = {(who, day) for who, day in self.days if who[1] in (classes if who[0] else people)}
        return cuts if cuts.days else None

    def mend(self, sessions: Ints, series: Ints) -> None:
        """Take out packages that are not whole, and insert what is left out."""
        p, b = self.state.arrays, self.state.board
        for r in series[p.series["together"][series] != 0].tolist():
            members = p.members[p.series["first"][r] : p.series["last"][r]].astype(np.int64)
            if not all(self.state.is_whole(int(s)) for s in members):
                take_all(p, b, members)
        for unit in dict.fromkeys(self.units[s] for s in sessions.tolist() if b.option_of[s] == NONE):
            insert(self.candidates, unit)


def _with_members(p: Arrays, sessions: Ints, series: Ints) -> Ints:
    """Return sessions together with all members of some series, ascending."""
    members = [
        p.members[p.series["first"][r] : p.series["last"][r]].astype(np.int64) for r in series.tolist()
    ]
    return np.unique(np.concatenate([sessions, *members]))


def _spans(p: Arrays, sessions: Ints) -> list[Ints]:
    return [np.arange(p.sessions["klass"][s], p.sessions["klass_end"][s]) for s in sessions.tolist()]


def _series_of(p: Arrays, sessions: Ints) -> Ints:
    marks = [np.arange(p.sessions["series"][s], p.sessions["series_end"][s]) for s in sessions.tolist()]
    found: Iterable[int] = np.unique(p.series_of[np.concatenate(marks)]) if marks else ()
    return np.array(found, dtype=np.int64)


@compiled
def possible(
    p: Arrays, b: Board, session: Ints, option: Ints, person: Ints, venue: Ints, must: Bools
) -> Bools:
    """Return which columns no rule forbids as the board is; leaving out is one of them, unless it must not be."""
    found = np.zeros(len(session), dtype=np.bool_)
    for n in range(len(session)):
        s = session[n]
        if option[n] < 0:
            found[n] = not must[s]
        else:
            found[n] = is_possible(p, b, s, option[n], person[n], venue[n])
    return found
