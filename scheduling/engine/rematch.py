"""Match again: the cheapest repair after instructors declined one session, changing little of the rest."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from scheduling.engine.candidates import added_cost
from scheduling.engine.index import NONE, Ints
from scheduling.engine.insertion import ANY
from scheduling.engine.kernel_lists import people_of
from scheduling.engine.kernel_rematch import ejected, replaced
from scheduling.engine.kernel_ways import Spot
from scheduling.engine.model import Assignment
from scheduling.engine.rank import position
from scheduling.engine.shortlist import shortlist_of
from scheduling.engine.state import Placement, State, named


@dataclass(frozen=True)
class Rematch:
    """New assignments of the sessions that change (start None: left out), the declined one first, and the change of total cost."""

    changes: tuple[Assignment, ...]
    delta: int

    @property
    def ejects(self) -> str | None:
        """The session that somebody else takes over so that its instructor is free, if there is one."""
        return self.changes[1].session if len(self.changes) == 2 else None


def rematch(state: State, session_id: str, without: Collection[str] | None = None) -> Rematch:
    """Return the cheapest repair when some instructors (by default the present one) do not teach a session; raises NoSuchSession.

    Somebody else at the same start and venue, another start or venue, or one ejection: a busy instructor takes the session,
    and somebody else theirs. Where nobody can, the session stays without an instructor, or is left out with its package.
    The state is left as it was; the new assignments can be placed in it. An instructor who is pinned cannot decline.
    """
    s = position(state.index, session_id)
    now = state.placement[s]
    if now is None:
        return Rematch((), 0)
    names = {state.index.instructor[name] for name in without or ()}
    found = _repair(state, s, now, np.array(sorted(names or {now.instructor}), dtype=np.int64))
    before = {t: state.placement[t] for t in found}
    problem = state.index.problem
    changes = [
        Assignment(problem.sessions[t].id) if p is None else named(problem, t, p) for t, p in found.items()
    ]
    return Rematch(tuple(changes), _difference(state, before, found) if found != before else 0)


def _repair(state: State, s: int, now: Placement, without: Ints) -> dict[int, Placement | None]:
    """Return where the changed sessions go."""
    p, b = state.arrays, state.board
    spot = state.option(s, now.start), now.instructor, now.venue
    people = np.setdiff1d(people_of(p, b, s, spot[0]), without)
    state.clear(s)
    try:
        then, least = replaced(p, b, s, spot, people, ANY)
        other, mine, theirs, least = ejected(p, b, shortlist_of(state.index), s, spot, people, least)
    finally:
        state.place(s, now)
    if other != NONE:
        return {s: _placement(state, mine), int(other): _placement(state, theirs)}
    if then[0] != NONE:
        return {s: _placement(state, then)}
    package = {t for r in state.index.series_of[s] if p.series[r]["together"] for t in state.index.series[r]}
    left_out: dict[int, Placement | None] = dict.fromkeys([s, *sorted(package - {s})])
    return left_out


def _placement(state: State, spot: Spot) -> Placement:
    o, who, room = spot
    return Placement(int(state.arrays.options["begin"][o]), int(who), int(room))


def _difference(state: State, before: dict[int, Placement | None], after: dict[int, Placement | None]) -> int:
    """Return the change of the total cost between placements of some sessions."""
    total = 0
    for t in before:
        total -= added_cost(state, t, state.clear(t))
    for t, p in after.items():
        total += added_cost(state, t, p)
        state.place(t, p)
    for t in after:
        state.clear(t)
    for t, p in before.items():
        state.place(t, p)
    return total
