"""Freeing: single changes that would let a session have somebody (or a venue) who is not possible now.

Either one limit is lifted, or one session makes way for it, which may in turn make another one make way, and so on. What is
said is carried out on the State, evaluated, and taken back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from scheduling.engine.candidates import Candidates, added_parts
from scheduling.engine.index import NONE, to_time
from scheduling.engine.model import Assignment
from scheduling.engine.rank import cheapest
from scheduling.engine.reasons import Reason
from scheduling.engine.rules import RULES
from scheduling.engine.state import Placement, State, named

SHOWN = 10
TRIED = 60  # near misses that are evaluated
_DEEPER = 8  # near misses that are tried of a session that has to make way
_STARTS = 6  # at which an unplaced session is tried in other venues
_DEPTH = 2  # how many more sessions may have to make way

PEOPLE_LIMITS = (
    Reason.INSTRUCTOR_AWAY,
    Reason.MAX_PER_DAY,
    Reason.MAX_PER_WEEK,
    Reason.MAX_PER_MONTH,
    Reason.MAX_TOTAL,
)
VENUE_LIMITS = (Reason.CAPACITY, Reason.VENUE_CLOSED, Reason.VENUE_MAX_PER_DAY)

Parts = dict[str, int]


@dataclass(frozen=True)
class Freeing:
    """One change that makes a candidate possible.

    ``relax`` is the reason that would have to go for the instructor (for the venue, where it is a limit of venues). With
    INSTRUCTOR_BUSY, ``moves`` are the sessions that make way, the first for this one, each next one for the one before; one
    without a start is left out. ``delta`` is the change of the total cost, and ``parts`` what it consists of.
    """

    relax: Reason
    instructor: str | None
    start: datetime
    venue: str | None
    delta: int
    parts: Parts
    moves: tuple[Assignment, ...] = ()

    @property
    def text(self) -> str:
        """The change in plain English."""
        if not self.moves:
            who = self.venue if self.relax in VENUE_LIMITS else self.instructor
            return f"lift {self.relax} for {who}"
        first, *others = [f"{a.session} to {a.instructor or 'nobody yet'}" for a in self.moves]
        return (
            f"give {first}"
            + "".join(f", {other}" for other in others)
            + f", so that {self.instructor} is free"
        )


def freeing_changes(state: State, s: int, before: Placement | None) -> tuple[Freeing, ...]:
    """Return changes for an unplaced session that was at ``before``, best first."""
    candidates = Candidates(state)
    now = {} if before is None else added_parts(state, s, before)
    possible = cheapest(candidates, s)
    found: dict[str, Freeing] = {}
    for freed in (*_of_people(candidates, s, set(possible)), *_of_venues(candidates, s, before)):
        parts = _without(freed.parts, now)
        told = replace(freed, delta=sum(parts.values()), parts={name: n for name, n in parts.items() if n})
        key = f"{told.text} {told.start if told.relax in VENUE_LIMITS else ''}"
        if key not in found or told.delta < found[key].delta:
            found[key] = told
    return tuple(sorted(found.values(), key=lambda f: (f.delta, f.text, f.start))[:SHOWN])


def _of_people(candidates: Candidates, s: int, possible: set[int]) -> Iterator[Freeing]:
    misses = [
        (start, reason, i)
        for start in candidates.state.index.starts[s]
        for reason, i in _near_misses(candidates, s, start)
        if i not in possible
    ]
    for start, reason, i in misses[:TRIED]:
        if reason is Reason.INSTRUCTOR_BUSY:
            freed = _by_moving(candidates, s, start, i)
        else:
            freed = _by_lifting(candidates, s, start, i, reason)
        if freed is not None:
            yield freed


def _near_misses(candidates: Candidates, s: int, start: int) -> list[tuple[Reason, int]]:
    """Return who is kept from a start by exactly one reason that a person could lift."""
    if candidates.is_time_blocked(s, start):
        return []
    who = candidates.instructors(s)
    masks = candidates.instructor_masks(s, start, who)
    return [
        (reason, int(i))
        for reason in (*PEOPLE_LIMITS, Reason.INSTRUCTOR_BUSY)
        for i in who[masks == _bit(reason)]
    ]


def _bit(reason: Reason) -> int:
    return sum(1 << n for n, rule in enumerate(RULES) if rule.reason is reason)


def _by_lifting(candidates: Candidates, s: int, start: int, i: int, reason: Reason) -> Freeing | None:
    found = candidates.best_of(s, start, i)
    if found is None:
        return None
    return _freeing(
        candidates.state, found.placement, added_parts(candidates.state, s, found.placement), reason
    )


def _of_venues(candidates: Candidates, s: int, before: Placement | None) -> Iterator[Freeing]:
    """Yield venues that a session without one could have if one limit of theirs were lifted."""
    state, index = candidates.state, candidates.state.index
    if not index.needs_venue[s]:
        return
    best = (candidates.best(s, [start]) for start in index.starts[s][:_STARTS])
    bases = [choice.placement for choice in best if choice is not None] if before is None else [before]
    which = np.arange(len(index.venue))
    for base in bases:
        masks = candidates.venue_masks(s, base.start, which)
        for reason in VENUE_LIMITS if base.venue == NONE else ():
            for v in which[masks == _bit(reason)][:TRIED].tolist():
                there = Placement(base.start, base.instructor, v)
                if candidates.mask_of(s, there) == _bit(reason):
                    yield _freeing(state, there, added_parts(state, s, there), reason)


def _by_moving(candidates: Candidates, s: int, start: int, i: int) -> Freeing | None:
    """Take away the one session in the way, place s with i, and put the other one back at its best."""
    found = _making_way(candidates, s, (start, i), {s}, _DEPTH)
    if found is None:
        return None
    placement, parts, moves = found
    return replace(_freeing(candidates.state, placement, parts, Reason.INSTRUCTOR_BUSY), moves=tuple(moves))


def _in_the_way(state: State, s: int, start: int, i: int) -> int | None:
    """Return the one session that keeps somebody busy then, None where it may not be moved."""
    index, end = state.index, start + state.index.minutes[s]
    there = [e[2] for e in state.of_instructor[i] if e[0] < end and e[1] > start]
    if len(there) != 1 or index.problem.sessions[there[0]].pinned or index.whole_only[there[0]]:
        return None
    return int(there[0])


def _rehomed(candidates: Candidates, t: int, settled: set[int], depth: int) -> tuple[Parts, list[Assignment]]:
    """Return where an unplaced session goes best, moving others on where it would have nobody, and what that costs."""
    state, index = candidates.state, candidates.state.index
    choice = candidates.best(t, below=0)
    best: tuple[Parts, list[Assignment]] = (
        ({}, [Assignment(index.problem.sessions[t].id)])
        if choice is None
        else (added_parts(state, t, choice.placement), [named(index.problem, t, choice.placement)])
    )
    is_staffed = choice is not None and choice.placement.instructor != NONE
    if is_staffed or depth == 0 or not index.needs_instructor[t]:
        return best
    misses = [
        (start, i)
        for start in index.starts[t]
        for reason, i in _near_misses(candidates, t, start)
        if reason is Reason.INSTRUCTOR_BUSY
    ]
    for start, i in misses[:_DEEPER]:
        found = _making_way(candidates, t, (start, i), settled, depth - 1)
        if found is not None and sum(found[1].values()) < sum(best[0].values()):
            placement, parts, moves = found
            best = parts, [named(index.problem, t, placement), *moves]
    return best


def _making_way(
    candidates: Candidates, t: int, at: tuple[int, int], settled: set[int], depth: int
) -> tuple[Placement, Parts, list[Assignment]] | None:
    """Let t have somebody at a start for whom another session makes way; return where t goes, the change and the moves."""
    state, (start, i) = candidates.state, at
    other = _in_the_way(state, t, start, i)
    if other is None or other in settled:
        return None
    with _Cleared(state, other) as gone:
        found = candidates.best_of(t, start, i) if i in candidates.free_instructors(t, start) else None
        if found is None:
            return None
        parts = _plus(added_parts(state, t, found.placement), gone.parts)
        state.place(t, found.placement)
        try:
            more, moves = _rehomed(candidates, other, {*settled, other}, depth)
        finally:
            state.clear(t)
        return found.placement, _plus(parts, more), moves


class _Cleared:
    """Takes a session out of a State for a while; ``parts`` is what the rest costs less."""

    def __init__(self, state: State, s: int) -> None:
        self._state, self._s = state, s
        self._was: Placement | None = None
        self.parts: Parts = {}

    def __enter__(self) -> "_Cleared":
        self._was = self._state.clear(self._s)
        if self._was is not None:
            self.parts = {name: -n for name, n in added_parts(self._state, self._s, self._was).items()}
        return self

    def __exit__(self, *_: object) -> None:
        self._state.place(self._s, self._was)


def _plus(a: Parts, b: Parts) -> Parts:
    return {name: a.get(name, 0) + b.get(name, 0) for name in {**a, **b}}


def _without(a: Parts, b: Parts) -> Parts:
    return {name: a.get(name, 0) - b.get(name, 0) for name in {**a, **b}}


def _freeing(state: State, p: Placement, parts: Parts, reason: Reason) -> Freeing:
    problem = state.index.problem
    who = None if p.instructor == NONE else problem.instructors[p.instructor].id
    venue = None if p.venue == NONE else problem.venues[p.venue].id
    return Freeing(reason, who, to_time(p.start), venue, sum(parts.values()), parts)
