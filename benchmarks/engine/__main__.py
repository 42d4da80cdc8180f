"""``python -m benchmarks.engine``: counties by several seeds and options, matched by us and by greedy insertion.

Prints one table: cost, bound, gap, wall and processor seconds of ours, cost and processor seconds of greedy on the same
file; every plan is checked. Where others use the machine too, go by the processor seconds and give ``--seconds`` freely.
With ``--itc FOLDER`` it goes on with the files of that folder. ``--seconds`` is the time for each instance.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scheduling.engine import Plan, Problem, SolveOptions, check, read_problem, solve
from scheduling.engine.candidates import Candidates
from scheduling.engine.construct import construct, units_of
from scheduling.engine.index import Index
from scheduling.engine.state import State

GENERATOR = Path(__file__).with_name("generate.py")
SHAPES: tuple[list[str], ...] = ([], ["--rich"], ["--tight", "0.5"], ["--flexible", "1"])
HEAD = f"{'instance':34} {'cost':>8} {'bound':>8} {'gap %':>7} {'seconds':>8} {'cpu s':>7} {'status':>9} {'greedy':>8} {'cpu s':>7}"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="county", choices=("county", "city"))
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--itc", type=Path, help="a folder of match-problem files to go on with")
    given = parser.parse_args()
    print(HEAD, flush=True)
    for problem in _problems(given.size, given.seeds, given.itc):
        print(_line(problem, given.seconds), flush=True)


def _problems(size: str, seeds: list[int], folder: Path | None) -> Iterator[Problem]:
    with tempfile.TemporaryDirectory() as name:
        for shape in SHAPES:
            for seed in seeds:
                path = Path(name) / "problem.json.gz"
                command = [sys.executable, str(GENERATOR), size, str(path), "--seed", str(seed), *shape]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own generator
                yield read_problem(path)
    for path in sorted(folder.glob("*.json*")) if folder else ():
        yield read_problem(path)


def _line(problem: Problem, seconds: float) -> str:
    began = time.process_time()
    candidates = Candidates(State(Index(problem)))
    construct(candidates, units_of(candidates.state.index), lambda: True)
    greedy_seconds = time.process_time() - began
    greedy = _checked(problem, Plan(problem.name, candidates.state.assignments()))
    began = time.process_time()
    plan = solve(problem, SolveOptions(seconds=seconds))
    cpu = time.process_time() - began
    cost = _checked(problem, plan)
    bound = -1 if plan.bound is None else plan.bound
    gap = 100 * (cost - bound) / cost if cost and bound >= 0 else 0.0
    ours = f"{cost:8} {bound:8} {gap:7.3f} {plan.seconds:8.1f} {cpu:7.1f} {plan.status:>9}"
    return f"{problem.name:34} {ours} {greedy:8} {greedy_seconds:7.1f}"


def _checked(problem: Problem, plan: Plan) -> int:
    report = check(problem, plan)
    if not report.is_right:
        raise SystemExit(f"{problem.name}: {report.violations or report.claims_wrong}")
    return report.cost


if __name__ == "__main__":
    main()
