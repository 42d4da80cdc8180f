"""``python -m benchmarks.engine.latency PROBLEM [PLAN]``: how long one session takes to rank, and to match again after a decline.

Without a plan, greedy insertion makes one. 500 random sessions that have an instructor are ranked, with everyone else
excluded and why; then each one's instructor declines. Prints the median, the 99th percentile and the worst of both in
milliseconds, by the clock and in time of the processor, which others who are at work disturb less.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence

from scheduling.engine import read_plan, read_problem
from scheduling.engine.candidates import Candidates
from scheduling.engine.construct import construct, units_of
from scheduling.engine.index import NONE, Index
from scheduling.engine.rank import rank_in
from scheduling.engine.rematch import rematch
from scheduling.engine.state import State

HEAD = f"{'milliseconds':38} {'p50':>8} {'p99':>8} {'worst':>8}"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problem")
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    index = Index(read_problem(given.problem))
    if given.plan is None:
        state = State(index)
        construct(Candidates(state), units_of(index), lambda: True)
    else:
        state = State.of_plan(index, read_plan(given.plan))
    taught = [s for s, p in enumerate(state.placement) if p is not None and p.instructor != NONE]
    chosen = random.Random(given.seed).sample(taught, min(given.sessions, len(taught)))  # noqa: S311 - repeatable
    names = [index.problem.sessions[s].id for s in chosen]
    print(HEAD)
    _print("rank, everyone with reasons", lambda name: len(rank_in(state, name).excluded), names)
    left: list[str] = []

    def decline(name: str) -> None:
        change = rematch(state, name)
        if any(a.session == name and a.instructor is None for a in change.changes):
            left.append(name)

    _print("match again after a decline", decline, names)
    print(f"{len(left)} of {len(names)} would be left without an instructor")


def _print(what: str, act: Callable[[str], object], names: Sequence[str]) -> None:
    """Time something for each session, once it was done for the first, and print a line a clock."""
    act(names[0])
    wall, busy = [], []
    for name in names:
        began, began_busy = time.perf_counter(), time.process_time()
        act(name)
        wall.append(1000 * (time.perf_counter() - began))
        busy.append(1000 * (time.process_time() - began_busy))
    for clock, times in (("clock", sorted(wall)), ("processor", sorted(busy))):
        high = times[min(len(times) - 1, int(0.99 * len(times)))]
        about = f"{what}, {clock}"
        print(f"{about:38} {times[len(times) // 2]:8.2f} {high:8.2f} {times[-1]:8.2f}")


if __name__ == "__main__":
    main()
