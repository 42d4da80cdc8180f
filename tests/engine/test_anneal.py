"""Annealing on a grid: what it says of the cost of each change, its plans, and the problems that it leaves to others."""

import itertools
import random
import time

import numpy as np
import pytest

from scheduling.engine import Assignment, Plan, Problem, SolveOptions, check, load_problem, solve
from scheduling.engine.anneal import _begun, _common, anneal_state
from scheduling.engine.anneal_chain import CLASHES, COST, TAKEN
from scheduling.engine.anneal_grid import Layout, layout_of
from scheduling.engine.anneal_laps import Annealing, TimesFirst
from scheduling.engine.anneal_moves import anneal_chunk
from scheduling.engine.anneal_sheet import Sheet, clashes, empty_sheet, price_of, sit
from scheduling.engine.anneal_times import anneal_times, empty_crowd, gather
from scheduling.engine.index import Index
from scheduling.engine.run import Run
from scheduling.engine.state import State
from tests.engine.problems import random_document

DAYS, HOURS = ("2027-03-01", "2027-03-02", "2027-03-04"), ("08:00", "09:00", "10:20", "11:30")


def grid_document(
    seed: int, courses: int = 5, rooms: int = 3, days: int = 3, hours: int = 4
) -> dict[str, object]:
    """Return a small timetabling problem: lessons of courses, rooms that may be too small, absences, wishes and habits."""
    rng = random.Random(seed)
    starts = [f"{day}T{hour}" for day in DAYS[:days] for hour in HOURS[:hours]]
    names = [f"c{n}" for n in range(3)]
    sessions, series = [], []
    for n in range(courses):
        classes = rng.sample(names, rng.randint(0, 2))
        mine = sorted(rng.sample(starts, max(4, len(starts) - 2))) if len(starts) > 4 else starts
        lessons = [f"{n}#{m}" for m in range(rng.randint(1, 3))]
        teacher = rng.choice([[f"t{rng.randrange(3)}"], [f"t{rng.randrange(3)}"], []])
        for lesson in lessons:
            session: dict[str, object] = {
                "id": lesson,
                "classes": classes,
                "topic": f"x{n}",
                "minutes": 60,
                "hours": 1,
                "starts": mine,
                "heads": rng.randint(10, 60),
                "instructors": teacher,
            }
            if rng.random() < 0.2:
                session["current"] = {"start": rng.choice(mine), "venue": "r0"}
            sessions.append(session)
        if rng.random() < 0.8:
            series.append(
                {
                    "id": f"s{n}",
                    "sessions": lessons,
                    "min_days": rng.randint(1, 3),
                    "same_venue": rng.random() < 0.7,
                }
            )
    return {
        "format": "match-problem/1",
        "name": f"grid-{seed}",
        "weights": {"isolated": 2, "overflow": 1, "same_venue": 3, "avoid": 4, "change": 2},
        "instructors": [
            {
                "id": f"t{n}", "topics": {"x0": 80}, "target": 2, "fee": 100,
                "busy": [[f"{DAYS[0]}T08:00", f"{DAYS[0]}T09:30"]] if n == 1 else [],
                "avoid": [[f"{DAYS[-1]}T08:00", f"{DAYS[-1]}T12:00"]] if n == 2 else [],
            }
            for n in range(3)
        ],
        "venues": [
            {
                "id": f"r{n}", "capacity": rng.choice([20, 40, 90]), "cost": rng.randint(0, 3),
                "busy": [[f"{DAYS[0]}T10:00", f"{DAYS[0]}T11:00"]] if n == 0 else [],
            }
            for n in range(rooms)
        ],
        "classes": [{"id": name, "size": 20} for name in names],
        "sessions": sessions,
        "series": series,
    }  # fmt: skip


def laid_out(problem: Problem) -> tuple[State, Layout]:
    state = State(Index(problem))
    layout = layout_of(state)
    assert layout is not None
    return state, layout


def begun(state: State, layout: Layout, seed: int) -> tuple[Annealing, int]:
    search, common = _begun(state, layout, seed), _common(state, layout, seed)
    assert search is not None and common is not None
    return search, common


def plan_of(problem: Problem, layout: Layout, state: State, periods: np.ndarray, rooms: np.ndarray) -> Plan:
    begins = state.arrays.options["begin"].astype("datetime64[m]")
    return Plan(
        problem.name,
        tuple(
            Assignment(
                session.id,
                begins[layout.option[s, periods[s]]].astype(object),
                None if layout.who[s] < 0 else problem.instructors[layout.who[s]].id,
                problem.venues[rooms[s]].id,
            )
            for s, session in enumerate(problem.sessions)
        ),
    )


@pytest.mark.parametrize("seed", range(12))
def test_every_change_costs_what_the_full_evaluation_says(seed: int) -> None:
    problem = load_problem(grid_document(seed))
    state, layout = laid_out(problem)
    search, common = begun(state, layout, seed)
    t, numbers = search.sheet, search.search.numbers
    search.search.mix[:] = (40_000, 10_000, 30_000, 20_000)
    for step in range(400):
        anneal_chunk(layout.grid, t, search.search, 1 + step % 3, 6.0 if step % 2 else 0.5, 20.0)
        assert numbers[COST] == price_of(layout.grid, t)
        assert numbers[CLASHES] == clashes(layout.grid, t)
        if step % 5 == 0 and not numbers[CLASHES]:
            report = check(problem, plan_of(problem, layout, state, t.period, t.room))
            assert not report.violations
            assert report.cost == numbers[COST] + common
    assert numbers[TAKEN] > 20


def test_the_counts_of_a_sheet_are_those_of_its_seats() -> None:
    problem = load_problem(grid_document(3))
    state, layout = laid_out(problem)
    search, _ = begun(state, layout, 1)
    anneal_chunk(layout.grid, search.sheet, search.search, 5_000, 5.0, 20.0)
    again = empty_sheet(layout.grid)
    for s in range(len(problem.sessions)):
        sit(layout.grid, again, s, int(search.sheet.period[s]), int(search.sheet.room[s]))
    for name in (
        "seat",
        "rivals_at",
        "held",
        "slots",
        "series_day",
        "series_days",
        "series_room",
    ):
        assert (getattr(again, name) == getattr(search.sheet, name)).all(), name


@pytest.mark.parametrize("seed", range(4))
def test_small_problems_are_solved_to_the_best(seed: int) -> None:
    problem = load_problem(grid_document(seed, courses=2, rooms=2, days=2, hours=2))
    state, layout = laid_out(problem)
    ways = [
        list(itertools.product(np.nonzero(layout.option[s] >= 0)[0], range(len(problem.venues))))
        for s in range(len(problem.sessions))
    ]
    best = None
    for seats in itertools.product(*ways):
        if len(set(seats)) < len(seats):
            continue
        periods, rooms = np.array(seats).T
        report = check(problem, plan_of(problem, layout, state, periods, rooms))
        if not report.violations and (best is None or report.cost < best):
            best = report.cost
    run = Run(SolveOptions(iterations=20, workers=1))
    anneal_state(state, layout, run)
    assert run.cost == best
    if best is not None:
        assert check(problem, Plan(problem.name, state.assignments())).cost == best


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = load_problem(grid_document(7, courses=8))
    plans = []
    for workers in (1, 1, 2):
        state, layout = laid_out(problem)
        anneal_state(state, layout, Run(SolveOptions(iterations=10, workers=workers, seed=5)))
        plans.append(state.assignments())
    assert plans[0] == plans[1]
    assert (
        check(problem, Plan(problem.name, plans[2])).cost <= check(problem, Plan(problem.name, plans[0])).cost
    )


def test_a_long_way_has_laps_that_take_up_the_best_plan() -> None:
    problem = load_problem(grid_document(7, courses=8))
    state, layout = laid_out(problem)
    search, _ = begun(state, layout, 3)
    costs = []
    taken_up = search._take_up

    def noted() -> None:
        taken_up()
        assert not clashes(layout.grid, search.sheet)
        assert price_of(layout.grid, search.sheet) == search.search.numbers[COST] == search.kept.cost
        costs.append(search.best)

    search._take_up = noted  # type: ignore[method-assign]
    search.run(lambda done: done / 20_000_000, lambda: True, -(10**9))
    assert search.laps is not None and search.laps > 4
    assert len(costs) > search.laps // 3
    assert costs == sorted(costs, reverse=True)


def test_a_search_takes_up_what_its_mates_found() -> None:
    problem = load_problem(grid_document(7, courses=8))
    state, layout = laid_out(problem)
    search, other = (begun(state, layout, seed)[0] for seed in (1, 2))
    other.run(lambda done: done / 1_000_000, lambda: True, -(10**9))
    search.mates = (search, other)
    search._take_up()
    assert search.best == other.kept.cost
    assert (search.sheet.period == other.kept.period).all()


def timed(seed: int, rooms: int = 3) -> tuple[Problem, State, Layout, TimesFirst, Sheet]:
    """Return times without clashes, begun with."""
    problem = load_problem(grid_document(seed, courses=7, rooms=rooms))
    state, layout = laid_out(problem)
    search, _ = begun(state, layout, seed)
    while search.search.numbers[CLASHES]:
        search._anneal(3.0)
    search.times.begin(search.sheet)
    return problem, state, layout, search.times, search.times._sheet


def time_part(problem: Problem, layout: Layout, state: State, t: Sheet) -> int:
    """Return what the full evaluation says of times, and what they cost by themselves."""
    plan = plan_of(problem, layout, state, t.period, np.zeros(len(t.period), dtype=np.int64))
    parts = check(problem, plan).cost_parts
    alone = layout.grid.time_price[layout.grid.kind, t.period].sum()
    return int(parts.get("isolated", 0) + parts.get("min_days", 0) + alone)


@pytest.mark.parametrize("seed", range(12))
def test_every_change_of_times_costs_what_the_full_evaluation_says(seed: int) -> None:
    problem, state, layout, times, t = timed(seed)
    g, search, crowd = layout.grid, times._search, times._crowd
    search.mix[:] = (50_000, 0, 30_000, 0)
    over = int(np.maximum(crowd.taken - crowd.limit, 0).sum())
    begun_with = time_part(problem, layout, state, t)
    for step in range(300):
        anneal_times(g, t, crowd, search, 1 + step % 3, 6.0 if step % 2 else 0.5)
        assert not clashes(g, t)
        assert time_part(problem, layout, state, t) == begun_with + search.numbers[COST]
        assert int(np.maximum(crowd.taken - crowd.limit, 0).sum()) <= over
    assert search.numbers[TAKEN] > 20


def test_the_counts_of_a_crowd_are_those_of_its_periods() -> None:
    _, _, layout, times, t = timed(3)
    anneal_times(layout.grid, t, times._crowd, times._search, 5_000, 5.0)
    again = empty_crowd(layout.grid)
    gather(layout.grid, t, again)
    assert (again.taken == times._crowd.taken).all() and (again.size == times._crowd.size).all()
    for period, count in enumerate(again.size):
        assert set(again.who[period, :count]) == set(times._crowd.who[period, :count])


@pytest.mark.parametrize("seed", range(12))
def test_whoever_is_counted_finds_a_cheapest_room_where_sizes_are_all_that_matters(seed: int) -> None:
    _, _, layout, times, t = timed(seed)
    g, crowd = layout.grid, times._crowd
    anneal_times(g, t, crowd, times._search, 20_000, 4.0)
    cheapest = g.room_price == g.room_price.min(axis=1, keepdims=True)
    is_chain = all(((a <= b).all() or (b <= a).all()) for a in cheapest for b in cheapest)
    times._search.best_period[:] = t.period
    sheet = times.seated()
    if sheet is not None:
        assert not clashes(g, sheet) and (sheet.period == t.period).all()
    if is_chain and (crowd.taken <= crowd.limit).all() and not (g.is_open == 0).any():
        assert sheet is not None
        assert cheapest[g.kind, sheet.room].all()


def test_solve_anneals_such_problems() -> None:
    problem = load_problem(grid_document(4))
    plan = solve(problem, SolveOptions(iterations=10, workers=1))
    assert any("annealing" in line for line in plan.log)
    report = check(problem, plan)
    assert not report.violations and not report.claims_wrong
    assert not report.cost_parts.get("unassigned")


def test_it_stops_at_once_and_keeps_the_best() -> None:
    problem = load_problem(grid_document(7, courses=8))
    state, layout = laid_out(problem)
    began = time.monotonic()
    run = Run(SolveOptions(seconds=60), progress=lambda p: p.cost is None or time.monotonic() < began + 0.5)
    anneal_state(state, layout, run)
    assert time.monotonic() - began < 5
    assert check(problem, Plan(problem.name, state.assignments())).cost == run.cost


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("venues", {"groups": 2}),
        ("venues", {"max_per_day": 1}),
        ("instructors", {"max_total": 1}),
        ("sessions", {"minutes": 75}),
        ("sessions", {"instructors": ["t0", "t1"]}),
        ("sessions", {"venues": []}),
        ("series", {"ordered": True}),
        ("series", {"together": True}),
    ],
)
def test_other_problems_are_left_to_others(kind: str, change: dict[str, object]) -> None:
    document = grid_document(1)
    assert layout_of(State(Index(load_problem(document)))) is not None
    for entry in document[kind]:  # type: ignore[attr-defined]
        entry.update(change)
    assert layout_of(State(Index(load_problem(document)))) is None


def test_random_problems_are_recognised_only_when_they_fit() -> None:
    for seed in range(30):
        state = State(Index(load_problem(random_document(seed))))
        layout = layout_of(state)
        if layout is not None:
            run = Run(SolveOptions(iterations=2, workers=1))
            anneal_state(state, layout, run)
            report = check(state.index.problem, Plan(state.index.problem.name, state.assignments()))
            assert not report.violations
            assert run.cost is None or report.cost == run.cost
