"""Rank: who could teach one session, given the rest of the plan, and why everyone else could not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from scheduling.engine.candidates import Candidates, added_parts, mask_reasons
from scheduling.engine.costs import COSTS
from scheduling.engine.index import NONE, Index, Ints, to_time
from scheduling.engine.insertion import MUCH
from scheduling.engine.kernel_lists import parts_table
from scheduling.engine.kernel_rank import Ways, unlisted, ways_of
from scheduling.engine.model import Plan, Problem
from scheduling.engine.reasons import Reason
from scheduling.engine.state import Placement, State


class NoSuchSession(Exception):
    """The problem has no session of that id."""


@dataclass(frozen=True)
class Candidate:
    """An instructor (None: the session needs none) with their best start and venue; ``parts`` sum up to ``delta``."""

    instructor: str | None
    start: datetime
    venue: str | None
    delta: int
    parts: dict[str, int]


class Excluded(NamedTuple):
    """An instructor who cannot teach the session, and every reason met."""

    instructor: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    """Candidates, cheapest first, and everyone else; ``count`` is how many could, of whom the first are named."""

    candidates: tuple[Candidate, ...]
    excluded: Sequence[Excluded]
    count: int = 0


class _Excluded(Sequence[Excluded]):
    """Everyone whom some rule excludes, with the mask of these rules; named when somebody looks."""

    def __init__(self, problem: Problem, masks: Ints) -> None:
        self._people, self._who = problem.instructors, np.nonzero(masks)[0]
        self._masks = masks[self._who]

    def __len__(self) -> int:
        return len(self._who)

    def __getitem__(self, n: int) -> Excluded:  # type: ignore[override]  # no slices
        return Excluded(self._people[self._who[n]].id, mask_reasons(int(self._masks[n])))

    def __iter__(self) -> Iterator[Excluded]:
        names = [self._people[who].id for who in self._who.tolist()]
        return map(Excluded, names, map(mask_reasons, self._masks.tolist()))


def rank(problem: Problem, plan: Plan, session_id: str, top: int = 20) -> Ranking:
    """Return the candidates of one session; raises NoSuchSession. ``delta`` is the change of the plan's total cost."""
    return rank_in(State.of_plan(Index(problem), plan), session_id, top)


def rank_in(state: State, session_id: str, top: int = 20, more: Ints | None = None) -> Ranking:
    """Rank in a State that is kept between calls; the state is left as it was.

    ``more`` is what each instructor costs besides, and no instructor last: it counts for the order alone.
    """
    s = position(state.index, session_id)
    before = state.clear(s)
    try:
        ways = _ways(state, s)
        is_possible = ways.added < MUCH
        added = ways.added if more is None else np.where(is_possible, ways.added + more, MUCH)
        order = _cheapest(added, max(0, top))
        old = {} if before is None else added_parts(state, s, before)
        candidates = _candidates(state, s, old, ways, order) if len(order) else ()
        excluded = _Excluded(state.index.problem, ways.mask[:-1])
        return Ranking(candidates, excluded, int(np.count_nonzero(is_possible)))
    finally:
        state.place(s, before)


def _cheapest(added: Ints, top: int) -> Ints:
    """Return the positions of so many of the smallest amounts below MUCH, ascending, equal ones in their order."""
    possible = np.nonzero(added < MUCH)[0]
    amounts = added[possible]
    if top < len(possible):
        is_near = amounts <= np.partition(amounts, top)[top]
        possible, amounts = possible[is_near], amounts[is_near]
    return possible[np.argsort(amounts, kind="stable")][:top]


def _ways(state: State, s: int) -> Ways:
    """Return everyone's cheapest way; what the lists of people say is kept, for it is the same whatever the plan."""
    known, number = _unlisted.setdefault(state.index, {}), int(state.arrays.sessions["people"][s])
    if number not in known:
        if len(known) == _KEPT_LISTS:
            known.clear()
        known[number] = unlisted(state.arrays, state.board, s)
    return ways_of(state.arrays, state.board, s, known[number])


_KEPT_LISTS = 256
_unlisted: WeakKeyDictionary[Index, dict[int, Ints]] = WeakKeyDictionary()


def position(index: Index, session_id: str) -> int:
    """Return a session's position; raises NoSuchSession."""
    if session_id not in index.session:
        raise NoSuchSession(f"no session {session_id!r}")
    return index.session[session_id]


def placement(state: State, ways: Ways, n: int) -> Placement:
    """Return the n-th of some ways; the last is the one without an instructor."""
    start = int(state.arrays.options["begin"][ways.option[n]])
    return Placement(start, NONE if n == len(ways.added) - 1 else n, int(ways.room[n]))


def cheapest(candidates: Candidates, s: int) -> dict[int, tuple[int, Placement]]:
    """Return each possible instructor's cheapest placement of an unplaced session and what it adds."""
    state = candidates.state
    ways = _ways(state, s)
    found = {}
    for n in np.nonzero(ways.added < MUCH)[0].tolist():
        p = placement(state, ways, n)
        found[p.instructor] = (int(ways.added[n]), p)
    return found


def _candidates(state: State, s: int, old: dict[str, int], ways: Ways, order: Ints) -> tuple[Candidate, ...]:
    who = np.where(order == len(ways.added) - 1, NONE, order)
    table = parts_table(state.arrays, state.board, s, ways.option[order], who, ways.room[order])
    change = (table - np.array([old.get(part.name, 0) for part in COSTS])).tolist()
    return tuple(
        _named(state, placement(state, ways, n), {part.name: a for part, a in zip(COSTS, row, strict=True)})
        for n, row in zip(order.tolist(), change, strict=True)
    )


def candidate(state: State, s: int, before: Placement | None, after: Placement) -> Candidate:
    """Return the change from one placement of an unplaced session to another, with names."""
    old = {} if before is None else added_parts(state, s, before)
    parts = {name: amount - old.get(name, 0) for name, amount in added_parts(state, s, after).items()}
    return _named(state, after, parts)


def _named(state: State, after: Placement, parts: dict[str, int]) -> Candidate:
    problem = state.index.problem
    return Candidate(
        instructor=None if after.instructor == NONE else problem.instructors[after.instructor].id,
        start=to_time(after.start),
        venue=None if after.venue == NONE else problem.venues[after.venue].id,
        delta=sum(parts.values()),
        parts={name: amount for name, amount in parts.items() if amount},
    )
