"""Large problems: prices for everything that is scarce, then block after block near the prices.

What the whole of a problem is too large for works on parts of it; the prices carry what the parts share, and their bound
holds for all plans of the whole.
"""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor

from scheduling.engine.blocks import Blocks
from scheduling.engine.board import empty_board
from scheduling.engine.check import check
from scheduling.engine.columns import columns_within
from scheduling.engine.construct import Unit
from scheduling.engine.costs import COSTS
from scheduling.engine.dual import Dual
from scheduling.engine.model import Plan
from scheduling.engine.prove import rounded_up
from scheduling.engine.run import Run
from scheduling.engine.settle import Settling, settle
from scheduling.engine.state import State

NEAR = 40  # instructors and venues looked at for a session at first
CLIMB, MOST_CLIMB = (
    0.25,
    0.45,
)  # share of the time for prices; more only where there are less than ENOUGH rounds
ENOUGH = 90  # rounds, for prices that are good to a thousandth
ROUNDS = 300  # of prices at most
SLACK = 8.0  # regret of columns
MOST = 100  # columns of a session, about


def improve_large(state: State, units: list[Unit], run: Run, executor: Executor | None) -> None:
    """Improve a first plan until the run ends; leaves the best plan in the state and the bound in the run."""
    own = None
    if executor is None and run.options.workers > 1:
        executor = own = _pool(run.options.workers)
    try:
        dual, _ = climb(state, run)
        if not run.go_on():
            return
        columns, _ = columns_within(dual, SLACK, MOST, run.options.workers)
        run.note(f"{len(columns)} columns near the prices")
        settling = Settling(state, units, Blocks(state, units, columns, run.go_on), run, executor)
        settle(settling)
    finally:
        if own is not None:
            end(own)


def climb(state: State, run: Run) -> tuple[Dual, int]:
    """Return prices, and the cost of placing nothing that their bound is a change to, shared parts aside."""
    run.enter("bound")
    problem = state.index.problem
    nothing = check(problem, Plan(problem.name)).cost_parts
    base = sum(nothing.get(part.name, 0) for part in COSTS if not part.is_shared)
    board = empty_board(state.arrays, *state.index.calendar.sizes)
    board.completing[:] = 1
    dual = Dual.of(state.arrays, board, NEAR, run.options.workers)
    began, left = run.elapsed, run.left
    rounds = 0

    def share(bound: float) -> float:
        nonlocal rounds
        run.bound, rounds = rounded_up(base + bound), rounds + 1
        if not run.go_on():
            return 1.0
        if run.options.iterations is not None:
            return 0.0
        used = run.elapsed - began
        return used / min(left * MOST_CLIMB, max(left * CLIMB, used / rounds * ENOUGH))

    done = dual.climb(ROUNDS, share, run.options.workers)
    run.note(f"{done} rounds of prices: bound {run.bound}")
    return dual, base


def _pool(workers: int) -> ProcessPoolExecutor:
    """Return worker processes that know nothing of this one's threads."""
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    for _ in range(workers):
        pool.submit(rounded_up, 0.0)  # imports meanwhile what they need
    return pool


def end(pool: ProcessPoolExecutor) -> None:
    """End worker processes at once: what they still work on is not wanted any more."""
    for process in list((pool._processes or {}).values()):  # noqa: SLF001 - public from Python 3.14 on
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
