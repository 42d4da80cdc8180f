"""Cooling: simulated annealing over priced columns; a session moves to another of its columns, others give way.

Columns near the prices are few and good, so that a move that is tried is often taken. A move that one other session stands
in the way of may push that one to a column of its own, if both together are worth it.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board, clear, place
from scheduling.engine.columns import Columns
from scheduling.engine.compiling import compiled, inner, unlocked, whole
from scheduling.engine.index import NONE, Ints
from scheduling.engine.kernel import added_by, is_possible
from scheduling.engine.moves import Ways, put_back_all, take_all, ways_of
from scheduling.engine.state import State

Seeds = npt.NDArray[np.uint64]
CHUNK = 20_000  # moves between two looks at the clock


class Cooling:
    """Anneals one State over fixed columns, and keeps the best plan seen."""

    def __init__(self, state: State, columns: Columns, seed: int) -> None:
        self.state = state
        p = state.arrays
        placed = columns.option != NONE
        table = (columns.session, columns.option, columns.person, columns.venue)
        self._columns = tuple(np.ascontiguousarray(a[placed], dtype=np.int64) for a in table)
        self._at = np.searchsorted(self._columns[0], np.arange(len(p.sessions) + 1)).astype(np.int64)
        self._seeds = np.array([seed * 2654435761 % 2**64 + 88172645463325252], dtype=np.uint64)
        self._all = np.arange(len(p.sessions))
        self.change = 0  # of the cost, since the beginning
        self.best_change = 0
        self._best = self._now()

    def _now(self) -> Ways:
        return ways_of(self.state.board, self._all)

    def run(self, heat: float, moves: int = CHUNK) -> None:
        """Try so many moves; a move that makes the plan dearer by ``heat`` is taken one time out of e."""
        b = self.state.board
        if not len(self._columns[0]):
            return
        session, option, person, venue = self._columns
        b.completing[:] = 1
        self.change += int(
            _anneal(self.state.arrays, b, session, option, person, venue, self._at, self._seeds, heat, moves)
        )
        b.completing[:] = 0
        if self.change < self.best_change:
            self.best_change, self._best = self.change, self._now()

    def finish(self) -> None:
        """Go back to the best plan."""
        p, b = self.state.arrays, self.state.board
        changed = self._all[
            np.any([a != now for a, now in zip(self._best, self._now(), strict=True)], axis=0)
        ]
        take_all(p, b, changed)
        put_back_all(p, b, changed, *(a[changed] for a in self._best))
        self.change = self.best_change


@compiled
def _random(seeds: Seeds) -> float:
    """Return a number from 0 to below 1 (xorshift)."""
    x = seeds[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    seeds[0] = x
    return np.float64(x >> np.uint64(11)) / 9007199254740992.0


@inner
def _overlapping(p: Arrays, b: Board, o: int, head: Int32s, link: Int32s, owner: int) -> int:
    """Return a session in an owner's chain of the day that overlaps an option; NONE where there is none."""
    begin, end = p.options[o].begin, p.options[o].end
    other = whole(head[p.options[o].day, owner])
    while other >= 0:
        at = p.options[b.option_of[other]]
        if at.begin < end and at.end > begin:
            return other
        other = whole(link[other])
    return NONE


@compiled
def _in_the_way(p: Arrays, b: Board, o: int, who: int, room: int) -> int:
    """Return a session of the same instructor, else of the same venue, that overlaps an option; NONE where there is none."""
    other = _overlapping(p, b, o, b.who_head, b.who_next, who) if who >= 0 else NONE
    if other < 0 and room >= 0:
        other = _overlapping(p, b, o, b.room_head, b.room_next, room)
    return other


@unlocked
def _anneal(
    p: Arrays,
    b: Board,
    session: Ints,
    option: Ints,
    person: Ints,
    venue: Ints,
    at: Ints,
    seeds: Seeds,
    heat: float,
    moves: int,
) -> int:
    """Try moves and return the change of cost; sessions in packages that are not placed are left alone."""
    change = 0
    for _ in range(moves):
        n = int(_random(seeds) * len(session))
        s = session[n]
        o, who, room = whole(b.option_of[s]), whole(b.who_of[s]), whole(b.room_of[s])
        if (o < 0 and p.sessions[s].whole_only) or (o == option[n] and who == person[n] and room == venue[n]):
            continue
        limit = -heat * np.log(_random(seeds) + 1e-300)
        given = 0
        if o >= 0:
            clear(p, b, s)
            given = added_by(p, b, s, o, who, room)
        gain = _step(p, b, n, session, option, person, venue, at, seeds, limit + given)
        if gain > limit + given:
            if o >= 0:
                place(p, b, s, o, who, room)
        else:
            change += gain - given
    return change


@compiled
def _step(
    p: Arrays,
    b: Board,
    n: int,
    session: Ints,
    option: Ints,
    person: Ints,
    venue: Ints,
    at: Ints,
    seeds: Seeds,
    limit: float,
) -> int:
    """Place a cleared session by column n, another one giving way if it must; returns what that adds.

    Where that is more than ``limit``, or not possible, nothing is placed and more than ``limit`` is returned.
    """
    s, too_much = session[n], int(limit) + 2
    if is_possible(p, b, s, option[n], person[n], venue[n]):
        added = added_by(p, b, s, option[n], person[n], venue[n])
        if added <= limit:
            place(p, b, s, option[n], person[n], venue[n])
            return added
        return too_much
    other = _in_the_way(p, b, option[n], person[n], venue[n])
    if other < 0 or at[other] == at[other + 1]:
        return too_much
    o, who, room = whole(b.option_of[other]), whole(b.who_of[other]), whole(b.room_of[other])
    clear(p, b, other)
    given = added_by(p, b, other, o, who, room)
    if is_possible(p, b, s, option[n], person[n], venue[n]):
        added = added_by(p, b, s, option[n], person[n], venue[n]) - given
        place(p, b, s, option[n], person[n], venue[n])
        for _ in range(3):
            m = at[other] + int(_random(seeds) * (at[other + 1] - at[other]))
            if is_possible(p, b, other, option[m], person[m], venue[m]):
                more = added_by(p, b, other, option[m], person[m], venue[m])
                if added + more <= limit:
                    place(p, b, other, option[m], person[m], venue[m])
                    return added + more
        clear(p, b, s)
    place(p, b, other, o, who, room)
    return too_much
