"""Small programs over whole numbers, handed to HiGHS as they are: what features below leave to a solver."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from scheduling.engine.highs import Solver, Sparse


class Row(Protocol):
    """A sum over variables, each with its factor, that is between two numbers."""

    @property
    def variables(self) -> Sequence[int]: ...
    @property
    def factors(self) -> Sequence[int]: ...
    @property
    def least(self) -> float: ...
    @property
    def most(self) -> float: ...


class Program(Protocol):
    """Whole variables from 0 to ``most``; the greatest sum of ``gains`` under the rows is wanted."""

    @property
    def most(self) -> Sequence[int]: ...
    @property
    def gains(self) -> Sequence[int]: ...
    @property
    def rows(self) -> Sequence[Row]: ...


def solve_whole(program: Program) -> list[int]:
    """Return the variables of a best solution, proved best; raises Stuck where there is none."""
    solver = Solver(seed=1)
    solver.set("mip_rel_gap", 0.0)
    columns = len(program.most)
    none = Sparse(np.zeros(columns, np.int64), np.zeros(0, np.int64), np.zeros(0))
    gains, most = np.array(program.gains, np.float64), np.array(program.most, np.float64)
    solver.add_columns(-gains, most, none)
    solver.make_integer(np.arange(columns))
    sizes = np.array([len(row.variables) for row in program.rows], np.int64)
    terms = Sparse(
        np.cumsum(sizes) - sizes,
        np.array([v for row in program.rows for v in row.variables], np.int64),
        np.array([f for row in program.rows for f in row.factors], np.float64),
    )
    solver.add_rows([row.least for row in program.rows], [row.most for row in program.rows], terms)
    solver.run(lambda: True)
    return [round(value) for value in solver.values()]
