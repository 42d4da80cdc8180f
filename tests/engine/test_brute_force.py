"""The solver against brute force on problems small enough for it."""

from collections.abc import Callable

import pytest

from scheduling.engine import PinsContradict, Problem, SolveOptions, Status, check, solve
from tests.engine.problems import brute_force, random_problem, random_sites


@pytest.mark.parametrize(
    ("made", "seed"),
    [*((random_problem, seed) for seed in range(40)), *((random_sites, seed) for seed in range(30))],
)
def test_optimal_cost_equals_brute_force_and_bound_is_never_above(
    made: Callable[[int], Problem], seed: int
) -> None:
    problem = made(seed)
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
