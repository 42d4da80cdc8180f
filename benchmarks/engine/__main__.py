"""``python -m benchmarks.engine``: the engine beside its rivals, on the same files in one run; every plan is checked.

The first table has generated problems, sizes by shapes by seeds, or the files that are named. ``gap`` is (cost - bound) / cost
with the best bound that anyone proved; ``bound`` is the rival's own. Seconds count from the loaded problem, memory is the peak
of all of a rival's processes. ``--itc FOLDER`` prints the second table: the files of that folder against the best values that
were ever published. Rivals other than greedy need ``./run bench``; one that is missing says so in its line.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.engine.contest import RIVALS, Outcome, run
from benchmarks.engine.instances import SECONDS, SHAPES, Instance, generated, published
from scheduling.engine import read_problem
from scheduling.engine.warm import warm

COLUMNS = (
    f"| {'instance':26} | {'rival':8} | {'cost':>9} | {'unassigned':>10} | {'bound':>9} | {'gap %':>7} | "
    f"{'seconds':>7} | {'cpu s':>7} | {'MB':>6} |"
)
ITC_COLUMNS = f"| {'instance':26} | {'rival':8} | {'best known':>10} | {'cost':>6} | {'above %':>7} | {'bound':>6} | {'seconds':>7} |"

Line = Callable[[Instance, Outcome, int | None], str]


def main() -> None:
    """Print the tables."""
    given = _arguments()
    warm()  # compiling belongs to set-up
    with tempfile.TemporaryDirectory() as folder:
        named = [Instance(path, given.seconds or 60) for path in given.files]
        made = generated(Path(folder), given.size, given.shapes, given.seeds, given.seconds)
        first = named or ([] if given.itc else made)
        _table(COLUMNS, first, given, _line)
        _table(ITC_COLUMNS, published(given.itc, given.seconds or 300) if given.itc else [], given, _itc_line)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, help="problem files instead of generated ones")
    parser.add_argument("--size", nargs="+", default=["county"], choices=SECONDS)
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=SHAPES)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument(
        "--seconds", type=float, help="for each run; by default what the size is meant to take"
    )
    parser.add_argument("--rivals", nargs="+", default=list(RIVALS), choices=RIVALS)
    parser.add_argument("--times", type=float, default=10, help="how much more CP-SAT gets on tight shapes")
    parser.add_argument("--itc", type=Path, help="a folder of ITC-2007 problems in the engine's format")
    return parser.parse_args()


def _table(columns: str, instances: Iterable[Instance], given: argparse.Namespace, line: Line) -> None:
    is_first = True
    for instance in instances:
        if is_first:
            print(
                columns, "|" + "|".join("-" * len(cell) for cell in columns.split("|")[1:-1]) + "|", sep="\n"
            )
            is_first = False
        problem, outcomes = read_problem(instance.path), []
        for name in given.rivals:
            seconds = instance.seconds * (given.times if instance.is_tight and name == "cpsat" else 1)
            outcomes.append(run(RIVALS[name], instance.path, problem, seconds, seed=1))
        best = max((o.bound for o in outcomes if o.bound is not None), default=None)
        for outcome in outcomes:
            print(line(instance, outcome, best), flush=True)


def _line(instance: Instance, o: Outcome, best: int | None) -> str:
    head = f"| {instance.path.name.split('.')[0]:26} | {o.rival:8} |"
    if o.cost is None:
        return f"{head} {o.note} |"
    gap = "" if best is None else f"{100 * (o.cost - best) / max(1, o.cost):.2f}"
    return (
        f"{head} {o.cost:9} | {o.unassigned:10} | {_or_dash(o.bound):>9} | {gap:>7} | "
        f"{o.seconds:7.1f} | {o.processor_seconds:7.1f} | {o.megabytes:6} |"
    )


def _itc_line(instance: Instance, o: Outcome, best: int | None) -> str:
    head = f"| {instance.path.name.split('.')[0]:26} | {o.rival:8} | {_or_dash(instance.best_known):>10} |"
    if o.cost is None:
        return f"{head} {o.note} |"
    known = instance.best_known
    above = "" if known is None else f"{100 * (o.cost - known) / max(1, known):.1f}"
    return f"{head} {o.cost:6} | {above:>7} | {_or_dash(o.bound):>6} | {o.seconds:7.1f} |"


def _or_dash(value: int | None) -> str:
    return "-" if value is None else str(value)


if __name__ == "__main__":
    main()
