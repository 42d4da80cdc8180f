"""What the process pool runs for a match run: solve, then say why for everything that changes or stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from core.processes import Line
from scheduling import engine
from scheduling.engine import Reason
from scheduling.engine.candidates import Candidates, mask_reasons
from scheduling.engine.rules import RULES

MOST_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan and, by session id, the reasons: plain JSON values, ready to be kept."""

    plan: engine.Plan
    reasons: dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class News:
    """How far a run is."""

    phase: str
    cost: int | None
    bound: int | None
    elapsed: float


def _tell(progress: engine.Progress) -> bool:
    """Go on until the caller has enough or nothing better can be found."""
    is_wanted = Line.tell(News(progress.phase, progress.cost, progress.bound, progress.elapsed))
    is_optimal = progress.cost is not None and progress.bound is not None and progress.bound >= progress.cost
    return is_wanted and not is_optimal


def propose(problem: engine.Problem, options: engine.SolveOptions, free: Collection[str]) -> Proposal:
    """Solve and explain the `free` sessions that differ from today or lack something.

    Raises PinsContradict. Runs in a child process and reports through `Line`.
    """
    plan = engine.solve(problem, options, _tell)
    if not Line.tell(News("explain", plan.cost, plan.bound, plan.seconds)):
        return Proposal(plan, {})
    state = engine.State.of_plan(engine.Index(problem), plan)
    placed = {a.session: a for a in plan.assignments if a.start is not None}
    reasons: dict[str, dict[str, object]] = {}
    for session in problem.sessions:
        if session.id not in free:
            continue
        now = placed.get(session.id)
        if now is None or is_lacking(session, now) or differs(session, now):
            reasons[session.id] = reasons_in(state, session.id)
            if now is None or is_lacking(session, now):
                reasons[session.id]["wishes"] = wishes(problem, plan, session)
            if not Line.tell(News("explain", plan.cost, plan.bound, plan.seconds)):
                break
    return Proposal(plan, reasons)


def wishes(problem: engine.Problem, plan: engine.Plan, session: engine.Session) -> list[dict[str, object]]:
    """Single wishes of the organiser that, given up, would bring somebody or somewhere: what, and the best then."""
    given_up = {
        Reason.LEADER_REQUIRED: replace(session, leader=engine.Leader.ANY),
        Reason.INSTRUCTOR_LIST: replace(session, instructors=None) if session.instructors else session,
        Reason.VENUE_LIST: replace(session, venues=None) if session.venues else session,
    }
    found: list[dict[str, object]] = []
    for reason, eased in given_up.items():
        if eased == session:
            continue
        others = tuple(eased if s.id == session.id else s for s in problem.sessions)
        ranking = engine.rank(replace(problem, sessions=others), plan, session.id, top=1)
        best = ranking.candidates[0] if ranking.candidates else None
        if best is not None and not is_lacking(
            eased, engine.Assignment(session.id, best.start, best.instructor, best.venue)
        ):
            found.append(
                {
                    "relax": str(reason),
                    "start": best.start.isoformat(timespec="minutes"),
                    "instructor": best.instructor,
                    "venue": best.venue,
                    "delta": best.delta,
                }
            )
    return found


def differs(session: engine.Session, now: engine.Assignment) -> bool:
    """Whether an assignment is not what the session has today."""
    current = session.current
    return (now.start, now.instructor, now.venue) != (current.start, current.instructor, current.venue)


def is_lacking(session: engine.Session, now: engine.Assignment) -> bool:
    """Whether something that the session needs is missing."""
    return (session.needs_instructor and now.instructor is None) or (
        session.needs_venue and now.venue is None
    )


def reasons_in(state: engine.State, session_id: str) -> dict[str, object]:
    """Why a session is as it is in a state: cost parts, next best, what blocks people and venues, what would free it."""
    told = engine.explain_in(state, session_id)
    index = state.index
    s = index.session[session_id]
    placement = state.placement[s]
    lacks_venue = index.needs_venue[s] and (placement is None or placement.venue < 0)
    return {
        "parts": told.chosen.parts,
        "alternatives": [
            {
                "start": c.start.isoformat(timespec="minutes"),
                "instructor": c.instructor,
                "venue": c.venue,
                "delta": c.delta,
                "parts": c.parts,
            }
            for c in told.alternatives[:MOST_ALTERNATIVES]
        ],
        "blocked": {str(reason): count for reason, count in told.blocked.items()},
        "venues_blocked": venue_blocks(state, s) if lacks_venue else {},
        "times_blocked": time_blocks(state, s) if placement is None else {},
        "frees": [
            {
                "relax": str(f.relax),
                "instructor": f.instructor,
                "start": f.start.isoformat(timespec="minutes"),
                "venue": f.venue,
                "delta": f.delta,
                "moved": f.moved,
                "moved_to": _moved(f.moved_to),
            }
            for f in told.frees[:MOST_ALTERNATIVES]
        ],
    }


def _moved(to: tuple[datetime, str | None, str | None] | None) -> list[str | None] | None:
    return None if to is None else [to[0].isoformat(timespec="minutes"), to[1], to[2]]


def venue_blocks(state: engine.State, s: int) -> dict[str, int]:
    """How many venues each rule keeps from session s at some start, most first; those free at some start are not counted."""
    everywhere = np.arange(len(state.index.venue))
    candidates = Candidates(state)
    before = state.clear(s)
    try:
        free: set[int] = set()
        hit: dict[str, set[int]] = {}
        for start in state.index.starts[s]:
            free |= set(candidates.free_venues(s, start).tolist())
            masks = candidates.venue_masks(s, start, everywhere)
            for n, rule in enumerate(RULES):
                hit.setdefault(str(rule.reason), set()).update(everywhere[masks >> n & 1 == 1].tolist())
        counts = Counter({reason: len(which - free) for reason, which in hit.items()})
    finally:
        state.place(s, before)
    return {reason: count for reason, count in counts.most_common() if count}


def time_blocks(state: engine.State, s: int) -> dict[str, int]:
    """How many of the starts each rule rules out, whoever teaches wherever."""
    counts: Counter[str] = Counter()
    candidates = Candidates(state)
    before = state.clear(s)
    try:
        for start in state.index.starts[s]:
            counts.update({str(reason) for reason in mask_reasons(candidates.time_mask(s, start))})
    finally:
        state.place(s, before)
    return dict(counts.most_common())


def new_violations(
    problem: engine.Problem, before: engine.Plan, after: engine.Plan
) -> list[engine.Violation]:
    """Rules that `after` breaks and `before` does not."""

    def mark(v: engine.Violation) -> tuple[str, str | None, tuple[tuple[str, str | int], ...]]:
        return str(v.code), v.session, tuple(sorted(v.params.items()))

    old = {mark(v) for v in engine.check(problem, before).violations}
    return [v for v in engine.check(problem, after).violations if mark(v) not in old]


def ids_in(violations: Collection[engine.Violation]) -> set[str]:
    """The problem ids that broken rules speak of, sessions first of all."""
    found = {v.session for v in violations if v.session is not None}
    return found | {str(value) for v in violations for value in v.params.values()}
