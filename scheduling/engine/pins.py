"""Pins that contradict the rules by themselves: found before any search, and named."""

from scheduling.engine.check import check
from scheduling.engine.model import Assignment, Plan, Problem
from scheduling.engine.reasons import Reason, Violation


class PinsContradict(Exception):
    """The pinned parts break rules by themselves; ``violations`` names them."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("; ".join(str(v) for v in violations))
        self.violations = violations


def contradictions(problem: Problem) -> tuple[Violation, ...]:
    """Return the rules that the pinned parts break, whatever the rest of the plan.

    Pinned starts that stand alone are judged with their instructor and venue where those are pinned too.
    """
    pinned = []
    for session in problem.sessions:
        held = {part: getattr(session.current, part) for part in session.pinned}
        if held.get("start") is not None:
            pinned.append(Assignment(session.id, held["start"], held.get("instructor"), held.get("venue")))
    report = check(problem, Plan(problem.name, tuple(pinned)))
    placed = {a.session for a in pinned}
    return tuple(
        v
        for v in report.violations
        if v.session is not None
        and v.session in placed
        and v.code is not Reason.TOGETHER
        and v.code is not Reason.PINNED
    )
