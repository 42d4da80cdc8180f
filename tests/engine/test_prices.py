"""Prices and blocks: the bound is below every plan, the columns hold the best ones, and large problems come out valid."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scheduling.engine import PinsContradict, Plan, SolveOptions, check, load_problem, solve
from scheduling.engine.board import empty_board
from scheduling.engine.candidates import Candidates
from scheduling.engine.columns import columns_within
from scheduling.engine.construct import construct, units_of
from scheduling.engine.dual import Dual
from scheduling.engine.exchanges import WORTH_WHILE, Exchanges, regrets_of
from scheduling.engine.index import NONE, Index
from scheduling.engine.large import climb, improve_large
from scheduling.engine.pins import place_pinned
from scheduling.engine.reduced import out_cost
from scheduling.engine.run import Run
from scheduling.engine.state import State
from tests.engine.problems import brute_force, random_problem


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_is_below_the_bound_and_the_best_one_is_made_of_columns(seed: int) -> None:
    problem = random_problem(seed)
    try:
        best = solve(problem, SolveOptions(iterations=40, workers=1))
    except PinsContradict:
        return  # no plan, nothing to be above the bound
    run = Run(SolveOptions(iterations=1, workers=1))
    state = State(Index(problem))
    dual, base = climb(state, run)
    assert best.cost is not None
    gap = best.cost - (base + dual.bound)
    assert gap >= -1e-6
    columns, whole = columns_within(dual, gap + 1e-6, 10_000)
    if whole < gap:
        return  # somebody who is not near might do as well; the columns do not claim to be all
    known = set(
        zip(
            columns.session.tolist(),
            columns.option.tolist(),
            columns.person.tolist(),
            columns.venue.tolist(),
            strict=True,
        )
    )
    b = State.of_plan(state.index, best).board
    for s in range(len(problem.sessions)):
        way = (s, int(b.option_of[s]), int(b.who_of[s]), int(b.room_of[s]))
        assert way in known if way[1] != NONE else (s, NONE, NONE, NONE) in known


def test_a_few_rounds_see_that_lessons_of_a_class_at_one_time_cannot_all_be_held() -> None:
    def lesson(n: int, *classes: str) -> dict[str, object]:
        whole = {
            "id": f"s{n}",
            "topic": "t",
            "minutes": 90,
            "hours": 2,
            "classes": list(classes),
            "priority": n + 1,
        }
        return whole | {"starts": [f"2027-03-0{1 + n // 3}T09:00"], "venues": []}

    lessons = [lesson(0, "a"), lesson(1, "a", "b"), lesson(2, "b"), lesson(3, "a", "b"), lesson(4, "b")]
    problem = load_problem(
        {
            "format": "match-problem/1",
            "name": "clashes",
            "instructors": [{"id": f"i{n}", "topics": {"t": 90}} for n in range(6)],
            "classes": [{"id": "a"}, {"id": "b"}],
            "sessions": lessons,
        }
    )
    best = brute_force(problem)
    run = Run(SolveOptions(seconds=60, workers=1))
    dual, base = climb(State(Index(problem)), run)
    assert best is not None
    assert 0 <= best - base - dual.bound < 0.01 * best


@pytest.mark.parametrize("seed", range(20))
def test_without_prices_regret_is_what_a_way_costs_more_than_the_cheapest(seed: int) -> None:
    state = State(Index(random_problem(seed)))
    board = empty_board(state.arrays, *state.index.calendar.sizes)
    board.completing[:] = 1
    dual = Dual.of(state.arrays, board, 100)
    with ThreadPoolExecutor(1) as workers:
        dual.price(dual.prices, workers, 1)
    columns, _ = columns_within(dual, 1e6, 100_000)
    groups = dual.groups
    alone = groups.session[groups.session_at[:-1][np.diff(groups.session_at) == 1]]
    for s in alone.tolist():
        placed = (columns.session == s) & (columns.option != NONE)
        cheapest = min(out_cost(state.arrays, s), float(columns.cost[placed].min(initial=0)))
        assert columns.regret[placed] == pytest.approx(columns.cost[placed] - cheapest)


@pytest.mark.parametrize("seed", range(20))
def test_exchanges_follow_regret_to_those_in_the_way(seed: int) -> None:
    problem = random_problem(seed + 200)
    state = State(Index(problem))
    units = units_of(state.index)
    construct(Candidates(state), units, lambda: True)
    dual, _ = climb(state, Run(SolveOptions(iterations=1, workers=1)))
    columns, _ = columns_within(dual, 8.0, 100)
    b = state.board
    regret = regrets_of(columns, b, 99.0)
    for n in range(len(columns)):
        s = columns.session[n]
        if (b.option_of[s], b.who_of[s], b.room_of[s]) == (
            columns.option[n],
            columns.person[n],
            columns.venue[n],
        ):
            assert regret[s] == columns.regret[n]
    blocks = list(Exchanges(columns, units, 8.0).blocks(b, regret, 3))
    together = [s for block in blocks for s in block.tolist()]
    assert len(together) == len(set(together))
    assert set(np.nonzero(regret >= WORTH_WHILE)[0].tolist()) <= set(together)
    longest = max(len(unit) for unit in units)
    for block in blocks:
        assert len(block) < 3 + longest
        assert all(set(unit) <= set(block) for unit in units if set(unit) & set(block.tolist()))


@pytest.mark.parametrize("seed", range(25))
def test_blocks_give_valid_plans_no_dearer_than_the_first(seed: int) -> None:
    problem = random_problem(seed + 500)
    state = State(Index(problem))
    units = units_of(state.index)
    try:
        place_pinned(Candidates(state), units)
    except PinsContradict:
        return
    construct(Candidates(state), units, lambda: True)
    first = check(problem, Plan(problem.name, state.assignments())).cost
    run = Run(SolveOptions(iterations=2, workers=1), cost=first)
    improve_large(state, units, run, None)
    report = check(problem, Plan(problem.name, state.assignments()))
    assert not report.violations
    assert report.cost <= first
    assert report.cost == run.cost
    assert run.bound is not None and run.bound <= report.cost
    assert np.array_equal(state.board.total, np.bincount(_taught(state), minlength=len(problem.instructors)))


def _taught(state: State) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    who = state.board.who_of[state.board.option_of != NONE]
    return who[who != NONE].astype(np.int64)
