"""Cuts for time to travel: on a day when someone was found in a rush, no two sessions of theirs may follow too closely."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from scheduling.engine.cliques import INFINITE
from scheduling.engine.highs import Solver, Sparse
from scheduling.engine.index import DAY, NONE, Index, Ints
from scheduling.engine.linear import Model
from scheduling.engine.state import Entry, State, Timeline
from scheduling.engine.terms import Columns

Who = tuple[bool, int]  # whether it is a class, and its (or the instructor's) position


def rushes(state: State) -> Iterator[tuple[Who, Entry, Entry]]:
    """Yield sessions that follow one another on a day without time to travel."""
    for is_class, lines in ((False, state.of_instructor), (True, state.of_class)):
        for n, line in enumerate(lines):
            for a, b in rushed(state, line):
                yield (is_class, n), a, b


def rushed(state: State, line: Timeline) -> Iterator[tuple[Entry, Entry]]:
    """Yield the entries of a timeline that leave no time to travel in between."""
    for a, b in pairwise(line):
        if a[0] // DAY == b[0] // DAY and a[3] != b[3] and NONE not in (a[3], b[3]):
            minutes = int(state.index.distances.minutes(a[3])[b[3]])
            if minutes and a[1] + minutes > b[0]:
                yield a, b


class Cuts:
    """The days of instructors and classes on which travel counts."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.days: set[tuple[Who, int]] = set()

    def learn(self, state: State) -> int:
        """Add the days on which somebody rushes in a state; return how many are new."""
        before = len(self.days)
        self.days.update((who, a[0] // DAY) for who, a, _ in rushes(state))
        return len(self.days) - before

    def apply(self, solver: Solver, columns: Columns, shift: int) -> None:
        """Add the rows of all known days to a solver whose columns begin at ``shift``."""
        terms = self.terms(columns, shift)
        count = len(terms.begins)
        if count:
            solver.add_rows([-INFINITE] * count, [1.0] * count, terms)

    def terms(self, columns: Columns, shift: int) -> Sparse:
        """Return the rows of all known days, each at most 1, over columns that begin at ``shift``."""
        placed = np.nonzero(columns.time != NONE)[0]
        table = _Placed(self._model, columns.take(placed), placed)
        rows: list[Ints] = []
        values: list[Ints] = []
        for who, day in sorted(self.days):
            for near, between in table.rows(who, day):
                rows.append(np.concatenate((near, between)) + shift)
                values.append(np.concatenate((np.ones(len(near)), -np.ones(len(between)))))
        if not rows:
            nothing = np.zeros(0, dtype=np.int64)
            return Sparse(nothing, nothing, np.zeros(0))
        begins = np.cumsum([0, *(len(r) for r in rows[:-1])])
        return Sparse(begins, np.concatenate(rows), np.concatenate(values).astype(np.float64))


class _Placed:
    """Columns that place a session, with time, place and people."""

    def __init__(self, model: Model, columns: Columns, number: Ints) -> None:
        self._index: Index = model.index
        self._state = model.state
        self.number = number
        self.begin, self.end = model.t_begin[columns.time], model.t_end[columns.time]
        self.place = model.v_place[columns.venue]
        self.who = model.i_who[columns.person]
        self.session = columns.session
        self._of_class: dict[int, Ints] = {}

    def _of(self, who: Who, day: int) -> Ints:
        is_class, n = who
        if is_class:
            mine = np.array([n in self._index.classes[s] for s in self.session.tolist()], dtype=np.bool_)
        else:
            mine = self.who == n
        return np.nonzero(mine & (self.begin // DAY == day))[0]

    def rows(self, who: Who, day: int) -> Iterator[tuple[Ints, Ints]]:
        """Yield columns of which one may be chosen, and those with an unknown place in between that allow one more."""
        mine = self._of(who, day)
        spans = sorted({(int(self.begin[n]), int(self.end[n])) for n in mine.tolist()})
        lines = self._state.of_class if who[0] else self._state.of_instructor
        unknown_fixed = [e[0] for e in lines[who[1]] if e[3] == NONE]
        at = {span: mine[(self.begin[mine] == span[0]) & (self.end[mine] == span[1])] for span in spans}
        for a in spans:
            for b in spans:
                if a[1] <= b[0] and not any(a[0] <= begin <= b[0] for begin in unknown_fixed):
                    hidden = mine[
                        (self.place[mine] == NONE) & (self.begin[mine] >= a[0]) & (self.begin[mine] <= b[0])
                    ]
                    yield from self._clashes(at[a], at[b], b[0] - a[1], self.number[hidden])

    def _clashes(self, first: Ints, second: Ints, gap: int, hidden: Ints) -> Iterator[tuple[Ints, Ints]]:
        for place in np.unique(self.place[first]).tolist():
            if place == NONE:
                continue
            minutes = self._index.distances.minutes(place)[self.place[second]]
            far = second[(minutes > gap) & (self.place[second] != NONE) & (self.place[second] != place)]
            if len(far):
                near = first[self.place[first] == place]
                yield self.number[np.concatenate((near, far))], hidden


def clear_rushed(state: State, free: Sequence[int]) -> list[int]:
    """Take free sessions out until nobody rushes; return them."""
    known, cleared = set(free), list[int]()
    while True:
        clash = next(((a, b) for _, a, b in rushes(state) if a[2] in known or b[2] in known), None)
        if clash is None:
            return cleared
        s = clash[1][2] if clash[1][2] in known else clash[0][2]
        state.clear(s)
        cleared.append(s)
