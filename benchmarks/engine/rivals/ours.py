"""The engine itself."""

import argparse

from scheduling.engine import SolveOptions, read_problem, solve, write_plan


def main() -> None:
    """Solve with all there is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("problem")
    parser.add_argument("plan")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    problem = read_problem(given.problem)
    write_plan(given.plan, solve(problem, SolveOptions(seconds=given.seconds, seed=given.seed)))


if __name__ == "__main__":
    main()
