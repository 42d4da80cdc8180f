"""Greedy insertion alone: the engine's first plan, with no clock."""

import argparse
import time
from dataclasses import replace

from scheduling.engine import Plan, State, check, read_problem, write_plan
from scheduling.engine.candidates import Candidates
from scheduling.engine.construct import construct, units_of
from scheduling.engine.index import Index
from scheduling.engine.pins import place_pinned


def main() -> None:
    """Construct."""
    parser = argparse.ArgumentParser()
    parser.add_argument("problem")
    parser.add_argument("plan")
    parser.add_argument("--seconds", help="not needed")
    parser.add_argument("--seed", help="not needed")
    given = parser.parse_args()
    problem = read_problem(given.problem)
    began = time.perf_counter()
    candidates = Candidates(State(Index(problem)))
    units = units_of(candidates.state.index)
    place_pinned(candidates, units)
    construct(candidates, units, lambda: True)
    plan = Plan(problem.name, candidates.state.assignments(), seconds=time.perf_counter() - began)
    report = check(problem, plan)
    write_plan(given.plan, replace(plan, cost=report.cost, cost_parts=report.cost_parts))


if __name__ == "__main__":
    main()
