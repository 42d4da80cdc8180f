"""Rank: who could teach one session, given the rest of the plan, and why everyone else could not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from scheduling.engine.candidates import Candidates, added_parts
from scheduling.engine.index import NONE, Bools, Index, Ints, to_time
from scheduling.engine.model import Plan, Problem
from scheduling.engine.reasons import Reason
from scheduling.engine.rules import RULES
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
    return tuple(
        Excluded(index.problem.instructors[i].id, tuple(reasons[n])) for n, i in enumerate(who.tolist())
    )


def reasons_of(candidates: Candidates, s: int, who: Ints) -> list[list[Reason]]:
    """Return why each of some instructors cannot teach an unplaced session: lasting reasons, else those met at its starts."""
    state = candidates.state
    found: list[list[Reason]] = [[] for _ in range(len(who))]
    for rule in RULES:
        if rule.is_static:
            _add(found, range(len(who)), rule.reason, rule.instructors(state, s, 0, who))
    able = np.array([n for n, reasons in enumerate(found) if not reasons], dtype=np.int64)
    if not len(able):
        return found
    for start in state.index.starts[s]:
        late = [rule.reason for rule in RULES if rule.time(state, s, start)]
        for reason in late:
            _add(found, able.tolist(), reason, np.ones(len(able), dtype=np.bool_))
        if not late:
            _add_at(candidates, s, start, who, able, found)
    return found


def _add_at(
    candidates: Candidates, s: int, start: int, who: Ints, able: Ints, found: list[list[Reason]]
) -> None:
    """Add the reasons met at one start: of the instructors themselves, else of the places where it can be held."""
    state = candidates.state
    free = np.ones(len(able), dtype=np.bool_)
    for rule in RULES:
        mask = None if rule.is_static else rule.instructors(state, s, start, who[able])
        if mask is not None:
            free &= ~mask
            _add(found, able.tolist(), rule.reason, mask)
    rest = able[free]
    blank = np.ones(len(rest), dtype=np.bool_)
    places = {state.index.place_of(s, int(v)) for v in candidates.free_venues(s, start)}
    if candidates.may_lack(s, "venue"):
        places.add(state.index.place_of(s, NONE))
    for reason in () if places else venue_reasons(candidates, s, start):
        _add(found, rest.tolist(), reason, blank)
    for place in sorted(places):
        for rule in RULES:
            mask = rule.places(state, s, start, np.array([place]))
            _add(found, rest.tolist(), rule.reason, blank if mask is not None and mask.any() else None)
            _add(found, rest.tolist(), rule.reason, rule.pairs(state, s, start, who[rest], place))


def venue_reasons(candidates: Candidates, s: int, start: int) -> list[Reason]:
    """Return why venues cannot house a session at a start."""
    everywhere = np.arange(len(candidates.state.index.venue))
    found = []
    for rule in RULES:
        mask = rule.venues(candidates.state, s, start, everywhere)
        if mask is not None and mask.any():
            found.append(rule.reason)
    return found


def _add(found: list[list[Reason]], rows: Iterable[int], reason: Reason, mask: Bools | None) -> None:
    if mask is not None:
        for row, hit in zip(rows, mask.tolist(), strict=True):
            if hit and reason not in found[row]:
                found[row].append(reason)
