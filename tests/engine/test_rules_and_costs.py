"""The step-by-step answers of rules and costs against their full evaluation."""

import random
from collections.abc import Callable

import pytest

from scheduling.engine import COSTS, RULES, Index, Plan, Problem, State, check
from scheduling.engine.candidates import Candidates, added_parts, is_possible
from scheduling.engine.timetable import Timetable
from tests.engine.problems import options, random_plan, random_problem, random_sites

SEEDS = range(60)
MADE = [*((random_problem, seed) for seed in SEEDS), *((random_sites, seed) for seed in range(40))]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_delta_is_the_difference_of_two_full_evaluations(seed: int) -> None:
    problem = random_problem(seed, sessions=5)
    plan = random_plan(problem, seed)
    for assignment in plan.assignments:
        rest = Plan(problem.name, tuple(a for a in plan.assignments if a is not assignment))
        state = State.of_plan(Index(problem), rest)
        s = state.index.session[assignment.session]
        placement = State.of_plan(state.index, plan).placement[s]
        assert placement is not None
        with_it, without = check(problem, plan).cost_parts, check(problem, rest).cost_parts
        assert added_parts(state, s, placement) == {name: with_it[name] - without[name] for name in with_it}


def _broken(problem: Problem, plan: Plan) -> int:
    """Return how many rules a plan breaks, lost pins of unplaced sessions aside."""
    placed = {a.session for a in plan.assignments}
    return sum(v.code != "pinned" or v.session in placed for v in check(problem, plan).violations)


@pytest.mark.parametrize(("made", "seed"), MADE)
def test_a_placement_is_possible_when_it_breaks_nothing(
    made: Callable[[int, int], Problem], seed: int
) -> None:
    """From a plan that breaks nothing: possible if and only if the plan with one more session breaks nothing."""
    problem = made(seed, 4)
    rng = random.Random(seed)
    plan, ways = Plan(problem.name), options(problem)
    for n in rng.sample(range(len(ways)), len(ways)):
        state = State.of_plan(Index(problem), plan)
        good = []
        for a in (a for a in rng.sample(ways[n], min(12, len(ways[n]))) if a is not None):
            more = Plan(problem.name, (*plan.assignments, a))
            placement = State.of_plan(state.index, more).placement[n]
            assert placement is not None
            is_right = not _broken(problem, more)
            assert is_possible(Candidates(state), n, placement) == is_right, (
                a,
                check(problem, more).violations,
            )
            good += [a] if is_right else []
        if good:
            plan = Plan(problem.name, (*plan.assignments, rng.choice(good)))


@pytest.mark.parametrize(("made", "seed"), MADE)
def test_state_returns_to_where_it_was(made: Callable[[int, int], Problem], seed: int) -> None:
    problem = made(seed, 5)
    plan = random_plan(problem, seed)
    state, empty = State.of_plan(Index(problem), plan), State(Index(problem))
    for s in range(len(problem.sessions)):
        state.clear(s)
    assert list(state.placement) == list(empty.placement)
    for name, values in vars(state.board).items():
        if not name.endswith("_next"):
            assert (values == vars(empty.board)[name]).all(), name


def test_every_rule_and_cost_is_found_broken_or_paid_somewhere() -> None:
    """Random plans meet each rule and each cost part, so that the properties above are not empty."""
    codes, parts = set(), set()
    for seed in range(200):
        problem = random_sites(seed, 5) if seed % 4 == 0 else random_problem(seed, sessions=5)
        report = check(problem, random_plan(problem, seed))
        codes |= {v.code for v in report.violations}
        parts |= {name for name, amount in report.cost_parts.items() if amount}
    asked = {rule.reason for rule in RULES}
    never_in_options = {
        "start",
        "instructor_not_needed",
        "venue_not_needed",
    }  # the random plans leave these out
    assert asked - codes == never_in_options
    assert parts == {part.name for part in COSTS}


def test_a_timetable_names_what_it_cannot_read() -> None:
    problem = random_problem(1)
    plan = random_plan(problem, 1)
    first = plan.assignments[0]
    twice = Plan(problem.name, (first, first))
    assert [v.code for v in Timetable(problem, twice).unreadable] == ["twice"]
