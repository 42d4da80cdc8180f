"""What the process pool runs for a match run: solve, then say why for everything that changes or stays open."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.processes import Line
from scheduling import engine
from scheduling.engine import Reason

MOST_ALTERNATIVES = 5
PROOF_SECONDS = 30.0
"""For explaining all gaps; afterwards they say that proofs were not looked for."""
PROOF_OF_ONE = 3.0
ONE_MORE = "one_more"
"""A change that no rule stands for: one more person who may teach the course."""
MOST_RATING = 100
LEFT_SECONDS = 3.0
"""For reasons once nobody waits any more: what is left then goes without."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan and, by session id, the reasons: plain JSON values, ready to be kept.

    A reason's `shortage` are positions in `shortages`, for many sessions share them.
    """

    plan: engine.Plan
    reasons: dict[str, dict[str, object]]
    shortages: list[dict[str, object]] = field(default_factory=list)


class Contradiction(Exception):
    """The pins contradict the rules: what is broken, and a smallest set of which one must give way (empty: not found)."""

    def __init__(
        self, violations: tuple[engine.Violation, ...], requirements: tuple[engine.Requirement, ...]
    ) -> None:
        super().__init__(violations, requirements)
        self.violations, self.requirements = violations, requirements


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

    Raises Contradiction. Runs in a child process and reports through `Line`.
    """
    try:
        plan = engine.solve(problem, options, _tell)
    except engine.PinsContradict as error:
        raise Contradiction(error.violations, _smallest_contradiction(problem)) from None
    index = engine.Index(problem)
    explainer = Explainer(engine.State.of_plan(index, plan), engine.Supplies(index))
    placed = {a.session: a for a in plan.assignments if a.start is not None}
    reasons: dict[str, dict[str, object]] = {}
    until: float | None = None
    for session in problem.sessions:
        if session.id not in free:
            continue
        now = placed.get(session.id)
        is_open = now is None or is_lacking(session, now)
        if not (is_open or now is None or differs(session, now)):
            continue
        if until is None and not Line.tell(News("explain", plan.cost, plan.bound, plan.seconds)):
            until = time.monotonic() + LEFT_SECONDS
        if until is not None and time.monotonic() > until:
            reasons[session.id] = {}
            continue
        reasons[session.id] = explainer.reasons(session.id, prove=until is None)
        if is_open and until is None and explainer.has_time:
            with explainer.timed():
                reasons[session.id]["wishes"] = wishes(problem, plan, session)
    return Proposal(plan, reasons, explainer.shortages)


def _smallest_contradiction(problem: engine.Problem) -> tuple[engine.Requirement, ...]:
    try:
        return engine.conflict_of_pins(problem)
    except engine.Undecided:
        return ()


def wishes(problem: engine.Problem, plan: engine.Plan, session: engine.Session) -> list[dict[str, object]]:
    """Single wishes of the organiser that, given up, would bring somebody or somewhere: what, and the best then."""
    starts = _half_days(problem, session)
    given_up = {
        Reason.LEADER_REQUIRED: replace(session, leader=engine.Leader.ANY),
        Reason.INSTRUCTOR_LIST: replace(session, instructors=None) if session.instructors else session,
        Reason.VENUE_LIST: replace(session, venues=None) if session.venues else session,
        Reason.START: replace(session, starts=starts),
        Reason.FEATURES: replace(session, features=()),
        ONE_MORE: replace(session, instructors=(ONE_MORE,)) if session.needs_instructor else session,
    }
    # Somebody else who may teach it, is free whenever it is asked for, and lives nowhere in particular.
    somebody = engine.Instructor(ONE_MORE, topics={session.topic: MOST_RATING}, leader=True)
    found: list[dict[str, object]] = []
    for reason, eased in given_up.items():
        if eased == session:
            continue
        changed = replace(
            problem, sessions=tuple(eased if s.id == session.id else s for s in problem.sessions)
        )
        if reason == ONE_MORE:
            changed = replace(changed, instructors=(*problem.instructors, somebody))
        best = next(iter(engine.rank(changed, plan, session.id, top=1).candidates), None)
        if best is not None and has_all(eased, best):
            found.append(wish(reason, best))
    return found


def wish(reason: str, best: engine.Candidate) -> dict[str, object]:
    """A wish to give up, as it is kept, and what could then be had."""
    return {
        "relax": str(reason),
        "start": best.start.isoformat(timespec="minutes"),
        "instructor": None if reason == ONE_MORE else best.instructor,
        "venue": best.venue,
        "delta": best.delta,
    }


def has_all(session: engine.Session, found: engine.Candidate) -> bool:
    """Whether a candidate brings everything the session needs."""
    return not is_lacking(session, engine.Assignment(session.id, found.start, found.instructor, found.venue))


def _half_days(problem: engine.Problem, session: engine.Session) -> tuple[datetime, ...]:
    """Every time that its class may still be taught at."""
    mine = set(session.classes)
    others = (s for s in problem.sessions if mine & set(s.classes) and "start" not in s.pinned)
    return tuple(sorted({start for other in others for start in other.starts} | set(session.starts)))


def differs(session: engine.Session, now: engine.Assignment) -> bool:
    """Whether an assignment is not what the session has today."""
    current = session.current
    return (now.start, now.instructor, now.venue) != (current.start, current.instructor, current.venue)


def is_lacking(session: engine.Session, now: engine.Assignment) -> bool:
    """Whether something that the session needs is missing."""
    return (session.needs_instructor and now.instructor is None) or (
        session.needs_venue and now.venue is None
    )


class Explainer:
    """Explains sessions of one plan one after another; shortages that several share are kept once."""

    def __init__(self, state: engine.State, supplies: engine.Supplies) -> None:
        self._state, self._supplies = state, supplies
        self._left = PROOF_SECONDS
        self.shortages: list[dict[str, object]] = []

    @property
    def has_time(self) -> bool:
        """Whether there is time left for what is not needed."""
        return self._left > 0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count what is done within against the time there is."""
        began = time.monotonic()
        yield
        self._left -= time.monotonic() - began

    def reasons(self, session_id: str, *, prove: bool) -> dict[str, object]:
        """Why a session is as it is: the engine's explanation as JSON, proofs for gaps as long as there is time."""
        seconds = max(0.0, min(PROOF_OF_ONE, self._left))
        if prove:
            with self.timed():
                told = engine.explain_in(self._state, session_id, self._supplies, seconds)
        else:
            told = engine.explain_in(self._state, session_id)
        told = replace(
            told, alternatives=told.alternatives[:MOST_ALTERNATIVES], frees=told.frees[:MOST_ALTERNATIVES]
        )
        found = engine.explanation_document(told)
        shared = found["shortage"]
        found["shortage"] = [self._kept(x) for x in shared] if isinstance(shared, list) else []
        return found

    def _kept(self, shortage: dict[str, object]) -> int:
        if shortage not in self.shortages:
            self.shortages.append(shortage)
        return self.shortages.index(shortage)


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


def holders_of(
    problem: engine.Problem, plan: engine.Plan, violation: engine.Violation, but: Collection[str]
) -> list[str]:
    """Who has the resource that a broken rule speaks of, `but` whoever asks: sessions by problem id."""
    name = violation.params.get("resource")
    if name is None or violation.session is None:
        return []
    found = engine.users(problem, plan, str(name), violation.session)
    return [session for session in found if session not in but]
