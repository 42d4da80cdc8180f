"""Warm up: compile everything once by working on tiny problems, so that no later run has to wait for it."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from scheduling.engine.anneal import anneal_state
from scheduling.engine.anneal_grid import layout_of
from scheduling.engine.construct import units_of
from scheduling.engine.explain import explain
from scheduling.engine.index import Index
from scheduling.engine.large import climb, improve_large
from scheduling.engine.model import Plan, Problem
from scheduling.engine.problem_format import load_problem
from scheduling.engine.rank import rank
from scheduling.engine.rematch import rematch
from scheduling.engine.run import Run, SolveOptions
from scheduling.engine.solve import solve
from scheduling.engine.state import State

OPTIONS = SolveOptions(iterations=20, workers=1)
STARTS = ("2027-03-01T08:30", "2027-03-01T14:00", "2027-03-02T08:30")


def warm() -> None:
    """Work in two processes; what they compile stays on disk, where each finds what the other made."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for half in [pool.submit(warm_rules), pool.submit(warm_grids)]:
            half.result()


def warm_rules() -> None:
    """Compile the rules and costs, then the search that stands on them."""
    problem = small()
    rank(problem, Plan(problem.name), "s0")
    plan = solve(problem, OPTIONS)
    explain(problem, plan, "s0")
    rematch(State.of_plan(Index(problem), plan), "s0")


def warm_grids() -> None:
    """Compile annealing, which asks no rules, then what large problems add; by then the rules are there."""
    state = State(Index(timetable()))
    layout = layout_of(state)
    if layout is not None:
        anneal_state(state, layout, Run(OPTIONS, cost=0))
    state = State(Index(small()))
    climb(state, Run(OPTIONS, cost=0))
    improve_large(state, units_of(state.index), Run(OPTIONS, cost=0), None)
    solve(timetable(), OPTIONS)


def small() -> Problem:
    """Return a problem that uses the format: people, venues, places, limits, a package, a duty, a resource."""
    sessions: list[dict[str, object]] = [
        {
            "id": f"s{n}",
            "classes": [f"c{n % 2}"],
            "topic": "law",
            "minutes": 90,
            "hours": 2,
            "starts": list(STARTS),
            "uses": {"coach": 1, "guide": 1},
        }
        for n in range(5)
    ]
    return load_problem(
        {
            "format": "match-problem/1",
            "name": "small",
            "weights": {"class_travel": 1, "isolated": 1, "same_venue": 1},
            "places": [{"id": "a", "lat": 35.4, "lon": 116.3}, {"id": "b", "lat": 35.5, "lon": 116.4}],
            "instructors": [
                {
                    "id": f"i{n}",
                    "topics": {"law": 90 - n},
                    "home": "a",
                    "leader": n == 0,
                    "max_per_day": 1,
                    "target": 1,
                }
                for n in range(3)
            ],
            "venues": [
                {"id": name, "place": name, "capacity": 30, "groups": 2, "turnaround": 15}
                for name in ("a", "b")
            ],
            "resources": [
                {"id": "coach", "count": 2},
                {"id": "guides of a", "kind": "guide", "count": 2, "venues": ["a"], "max_per_day": 3},
            ],
            "classes": [{"id": f"c{n}", "size": 20, "home": "a", "min_leader_percent": 20} for n in range(2)],
            "sessions": sessions,
            "series": [
                {"id": "r0", "sessions": ["s0", "s2"], "ordered": True, "min_days": 2, "max_days": 2},
                {"id": "r1", "sessions": ["s1", "s3"], "together": True, "same_venue": True},
            ],
            "duties": [{"id": "d0", "instructor": "i1", "sessions": ["s0", "s1"]}],
        }
    )


def timetable() -> Problem:
    """Return a university timetable in small: one instructor a course, periods, curricula, priced overflow."""
    periods = [f"2027-03-0{day}T{hour:02}:00" for day in range(1, 6) for hour in range(8, 12)]
    weights = dict.fromkeys(
        ("duty", "leader_share", "quality", "travel", "avoid", "fee", "venue_cost", "over_target", "change"),
        0,
    )
    lesson: dict[str, object] = {"topic": "t", "minutes": 60, "hours": 1, "heads": 25, "starts": periods}
    return load_problem(
        {
            "format": "match-problem/1",
            "name": "timetable",
            "weights": weights | {"over_twice_target": 0, "isolated": 2, "overflow": 1},
            "instructors": [{"id": f"i{n}"} for n in range(4)],
            "venues": [{"id": "a", "capacity": 20}, {"id": "b", "capacity": 30}],
            "classes": [{"id": "c0"}, {"id": "c1"}],
            "sessions": [
                {"id": f"s{n}", "classes": [f"c{n % 2}"], "instructors": [f"i{n % 4}"], **lesson}
                for n in range(12)
            ],
            "series": [
                {
                    "id": f"r{n}",
                    "sessions": [f"s{n}", f"s{n + 4}", f"s{n + 8}"],
                    "min_days": 2,
                    "same_venue": True,
                }
                for n in range(4)
            ],
        }
    )
