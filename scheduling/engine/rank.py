"""Rank: who could teach one session, given the rest of the plan, and why everyone else could not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from scheduling.engine.candidates import Candidates, added_parts, mask_reasons
from scheduling.engine.index import NONE, Index, Ints, to_time
from scheduling.engine.kernel import STATIC
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


@dataclass(frozen=True)
class Excluded:
    """An instructor who cannot teach the session, and every reason met."""

    instructor: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    """Candidates, cheapest first, and everyone else."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]


def rank(problem: Problem, plan: Plan, session_id: str, top: int = 20) -> Ranking:
    """Return the candidates of one session; raises NoSuchSession. ``delta`` is the change of the plan's total cost."""
    return rank_in(State.of_plan(Index(problem), plan), session_id, top)


def rank_in(state: State, session_id: str, top: int = 20) -> Ranking:
    """Rank in a State that is kept between calls; the state is left as it was."""
    s = position(state.index, session_id)
    before = state.clear(s)
    try:
        candidates = Candidates(state)
        best = cheapest(candidates, s)
        return Ranking(_candidates(state, s, before, best, top), _excluded(candidates, s, best))
    finally:
        state.place(s, before)


def position(index: Index, session_id: str) -> int:
    """Return a session's position; raises NoSuchSession."""
    if session_id not in index.session:
        raise NoSuchSession(f"no session {session_id!r}")
    return index.session[session_id]


def cheapest(candidates: Candidates, s: int) -> dict[int, tuple[int, Placement]]:
    """Return each possible instructor's cheapest placement of an unplaced session and what it adds."""
    index, needs = candidates.state.index, candidates.state.index.needs_instructor[s]
    least = np.full(len(index.instructor) + 1, np.iinfo(np.int64).max)  # the last one stands for NONE
    where: dict[int, tuple[int, int]] = {}
    for spot in candidates.spots(s):
        better = ~spot.blocked & (spot.added < least[spot.who])
        for n in np.nonzero(better)[0].tolist():
            who = int(spot.who[n])
            if who != NONE or not needs:
                least[who] = spot.added[n]
                where[who] = (spot.start, spot.venue)
    return {who: (int(least[who]), Placement(start, who, venue)) for who, (start, venue) in where.items()}


def _candidates(
    state: State, s: int, before: Placement | None, best: dict[int, tuple[int, Placement]], top: int
) -> tuple[Candidate, ...]:
    order = sorted(best.items(), key=lambda entry: (entry[1][0], entry[0]))[: max(0, top)]
    return tuple(candidate(state, s, before, placement) for _, (_, placement) in order)


def candidate(state: State, s: int, before: Placement | None, after: Placement) -> Candidate:
    """Return the change from one placement of an unplaced session to another, with names."""
    old = added_parts(state, s, before) if before is not None else {}
    parts = {name: amount - old.get(name, 0) for name, amount in added_parts(state, s, after).items()}
    problem = state.index.problem
    return Candidate(
        instructor=None if after.instructor == NONE else problem.instructors[after.instructor].id,
        start=to_time(after.start),
        venue=None if after.venue == NONE else problem.venues[after.venue].id,
        delta=sum(parts.values()),
        parts={name: amount for name, amount in parts.items() if amount},
    )


def _excluded(candidates: Candidates, s: int, possible: Iterable[int]) -> tuple[Excluded, ...]:
    index = candidates.state.index
    known = set(possible)
    who = np.array([n for n in range(len(index.instructor)) if n not in known], dtype=np.int64)
    reasons = reasons_of(candidates, s, who)
    return tuple(Excluded(index.problem.instructors[i].id, reasons[n]) for n, i in enumerate(who.tolist()))


def reasons_of(candidates: Candidates, s: int, who: Ints) -> list[tuple[Reason, ...]]:
    """Return why each of some instructors cannot teach an unplaced session: lasting reasons, else those met at its starts."""
    starts = candidates.state.index.starts[s]
    found = candidates.instructor_masks(s, starts[0], who) & STATIC
    able = np.nonzero(found == 0)[0]
    for start in starts if len(able) else ():
        late = candidates.time_mask(s, start)
        found[able] |= late if late else _at(candidates, s, start, who[able])
    return [mask_reasons(mask) for mask in found.tolist()]


def _at(candidates: Candidates, s: int, start: int, who: Ints) -> Ints:
    """Return the rules met at one start: of the instructors themselves, else of the places where it can be held."""
    index = candidates.state.index
    found = candidates.instructor_masks(s, start, who)
    rest = np.nonzero(found == 0)[0]
    places = {index.place_of(s, int(v)) for v in candidates.free_venues(s, start)}
    if candidates.may_lack(s, "venue"):
        places.add(index.place_of(s, NONE))
    if not places:
        found[rest] |= venue_mask(candidates, s, start)
    for place in places if len(rest) else ():
        found[rest] |= candidates.place_mask(s, start, place)
        found[rest] |= candidates.pair_masks(s, start, who[rest], place)
    return found


def venue_mask(candidates: Candidates, s: int, start: int) -> int:
    """Return the rules that keep venues from housing a session at a start."""
    everywhere = np.arange(len(candidates.state.index.venue))
    return int(np.bitwise_or.reduce(candidates.venue_masks(s, start, everywhere), initial=0))
