"""The checker: recomputes everything about a plan from the definitions, with none of the solver's shortcuts."""

from collections.abc import Iterator
from dataclasses import dataclass

from scheduling.engine.costs import COSTS
from scheduling.engine.model import Plan, Problem, Status
from scheduling.engine.reasons import Violation
from scheduling.engine.rules import RULES
from scheduling.engine.timetable import Timetable


@dataclass(frozen=True)
class CheckReport:
    """What is wrong with a plan, what it costs, and which of its claims are wrong (one line each)."""

    violations: tuple[Violation, ...]
    cost: int
    cost_parts: dict[str, int]
    claims_wrong: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations

    @property
    def is_right(self) -> bool:
        """Whether the plan is valid and every claimed figure right."""
        return not self.violations and not self.claims_wrong


def check(problem: Problem, plan: Plan) -> CheckReport:
    """Return the full evaluation of a plan; ``cost_parts`` names every part, also those of 0."""
    table = Timetable(problem, plan)
    violations = [*table.unreadable]
    for rule in RULES:
        violations.extend(rule.broken(table))
    parts = {part.name: part.full(table) for part in COSTS}
    cost = sum(parts.values())
    return CheckReport(tuple(violations), cost, parts, tuple(_wrong_claims(problem, plan, parts)))


def _wrong_claims(problem: Problem, plan: Plan, parts: dict[str, int]) -> Iterator[str]:
    cost = sum(parts.values())
    if plan.problem != problem.name:
        yield f"problem: the plan is for {plan.problem!r}, the problem is {problem.name!r}"
    if plan.cost is not None:
        if plan.cost != cost:
            yield f"cost: claimed {plan.cost}, is {cost}"
        for name in sorted(parts | plan.cost_parts):
            claimed, real = plan.cost_parts.get(name, 0), parts.get(name, 0)
            if claimed != real:
                yield f"cost_parts.{name}: claimed {claimed}, is {real}"
    if plan.bound is not None and plan.bound > cost:
        yield f"bound: claimed {plan.bound}, but the plan costs {cost}"
    if plan.status is Status.OPTIMAL and plan.bound != cost:
        yield f"status: claimed optimal, but the bound is {plan.bound} and the cost {cost}"
