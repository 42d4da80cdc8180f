"""The solver against brute force on problems small enough for it."""

import pytest

from scheduling.engine import PinsContradict, SolveOptions, Status, check, solve
from tests.engine.problems import brute_force, random_problem


@pytest.mark.parametrize("seed", range(40))
def test_optimal_cost_equals_brute_force_and_bound_is_never_above(seed: int) -> None:
    problem = random_problem(seed)
    least = brute_force(problem)
    try:
        plan = solve(problem, SolveOptions(iterations=60, seed=seed))
    except PinsContradict:
        assert least is None
        return
    assert least is not None
    report = check(problem, plan)
    assert (report.violations, report.claims_wrong) == ((), ())
    assert plan.bound is not None
    assert plan.bound <= least <= report.cost
    if plan.status is Status.OPTIMAL:
        assert plan.cost == least
