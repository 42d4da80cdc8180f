"""Shards: integer models that know nothing of the problem, to be solved anywhere, by anyone, any number of times.

``solve_shard`` is a pure function of its argument, so that an ``Executor`` of any kind - threads, processes, a cluster -
may run it, and run it again where a worker was lost.
"""

import math
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduling.engine.highs import Floats, Solver, Sparse, Stuck

MOST_NODES = 300  # where no clock is read


@dataclass(frozen=True)
class Shard:
    """Minimise ``cost`` with rows between ``lower`` and ``upper``; all columns from 0 to ``most``."""

    number: int
    cost: Floats
    most: Floats
    is_whole: npt.NDArray[np.bool_]
    terms: Sparse
    lower: Floats
    upper: Floats
    cuts: Sparse  # rows of at most 1
    start: Floats  # a solution to begin with, nan where HiGHS may choose; empty where there is none
    seconds: float  # inf: no clock, MOST_NODES instead
    gap: float  # in units of cost; what is close enough
    seed: int


@dataclass(frozen=True)
class Solved:
    """The best solution found (empty where there is none), and what is proved of every solution."""

    number: int
    values: Floats
    bound: float
    seconds: float


def solve_shard(shard: Shard) -> Solved:
    """Solve a shard; without a solution in time ``values`` is empty."""
    began = time.perf_counter()
    solver = Solver(shard.seed)
    nothing = np.zeros(0, dtype=np.int64)
    empty = Sparse(np.zeros(len(shard.lower), dtype=np.int64), nothing, np.zeros(0))
    solver.add_rows(shard.lower, shard.upper, empty)
    solver.add_columns(shard.cost, shard.most, shard.terms)
    solver.make_integer(np.nonzero(shard.is_whole)[0])
    if len(shard.cuts.begins):
        count = len(shard.cuts.begins)
        solver.add_rows([-math.inf] * count, [1.0] * count, shard.cuts)
    has_clock = math.isfinite(shard.seconds)
    limit = ("time_limit", max(0.1, shard.seconds)) if has_clock else ("mip_max_nodes", MOST_NODES)
    for name, value in (
        ("mip_rel_gap", 0.0),  # costs count from nothing placed, so that what is relative to them says little
        ("mip_abs_gap", shard.gap),
        ("mip_feasibility_tolerance", 1e-7),
        limit,
    ):
        solver.set(name, value)
    if len(shard.start):
        solver.begin_with(shard.start)
    try:
        solver.run(lambda: not has_clock or time.perf_counter() - began < shard.seconds + 0.5)
    except Stuck:
        return Solved(shard.number, np.zeros(0), -math.inf, time.perf_counter() - began)
    values = solver.values() if solver.has_solution() else np.zeros(0)
    return Solved(shard.number, values, solver.mip_bound(), time.perf_counter() - began)
