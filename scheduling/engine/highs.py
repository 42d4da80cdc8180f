"""HiGHS, run in a thread of its own so that progress goes on and a run can be stopped at any moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from scheduling.engine.index import Ints

Floats = npt.NDArray[np.float64]

_POLL = 0.1  # seconds between two looks at the clock
_GRACE = 100  # polls granted to stop once told to


@dataclass(frozen=True)
class Sparse:
    """Columns (or rows) one after another: where each begins, and index and value of its coefficients."""

    begins: Ints
    index: Ints
    value: Floats


class Stuck(Exception):
    """The solver did not stop when told to, or found the model without a solution."""


class Solver:
    """One linear or integer model that grows by columns and rows."""

    def __init__(self, seed: int, threads: int = 1) -> None:
        self._highs = highspy.Highs()
        for name, value in (("output_flag", False), ("random_seed", seed % 2**31), ("threads", threads)):
            self._highs.setOptionValue(name, value)
        self._highs.HandleUserInterrupt = True

    def set(self, name: str, value: float | str | bool) -> None:
        """Set one of HiGHS's options."""
        self._highs.setOptionValue(name, value)

    def add_rows(
        self, lower: Sequence[float] | Floats, upper: Sequence[float] | Floats, terms: Sparse
    ) -> None:
        """Add rows with their coefficients on columns that exist."""
        low, high = _bounds(lower), _bounds(upper)
        self._highs.addRows(
            len(low), low, high, len(terms.index), _int32(terms.begins), _int32(terms.index), terms.value
        )

    def add_columns(self, cost: Floats, upper: Floats, terms: Sparse) -> None:
        """Add columns from 0 to ``upper`` with their coefficients in rows that exist."""
        low = np.zeros(len(cost))
        self._highs.addCols(
            len(cost),
            cost,
            low,
            upper,
            len(terms.index),
            _int32(terms.begins),
            _int32(terms.index),
            terms.value,
        )

    def make_integer(self, columns: Ints) -> None:
        """Let columns take whole numbers only."""
        kinds = np.full(len(columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self._highs.changeColsIntegrality(len(columns), _int32(columns), kinds)

    def begin_with(self, values: Floats) -> None:
        """Give a solution to begin with; columns that are nan are left to HiGHS."""
        known = np.nonzero(np.isfinite(values))[0]
        self._highs.setSolution(len(known), _int32(known), values[known])

    def run(self, go_on: Callable[[], bool]) -> bool:
        """Solve; return whether it came to its end, False when stopped. Raises Stuck."""
        thread = self._highs.startSolve()
        told = 0
        while thread.is_alive():
            thread.join(_POLL)
            if thread.is_alive() and (told or not go_on()):
                self._highs.cancelSolve()
                told += 1
            if told > _GRACE:
                raise Stuck("HiGHS does not stop")
        status = self._highs.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            raise Stuck("the model has no solution")
        return not told and bool(status == highspy.HighsModelStatus.kOptimal)

    def has_solution(self) -> bool:
        """Whether the present solution keeps all rows."""
        return bool(self._highs.getInfo().primal_solution_status == 2)

    def mip_bound(self) -> float:
        """Return what is proved of an integer model's optimum."""
        return float(self._highs.getInfo().mip_dual_bound)

    def values(self) -> Floats:
        """Return the columns' values."""
        return np.array(self._highs.getSolution().col_value, dtype=np.float64)

    def duals(self) -> Floats:
        """Return the rows' duals."""
        return np.array(self._highs.getSolution().row_dual, dtype=np.float64)


def _bounds(values: Sequence[float] | Floats) -> Floats:
    return np.clip(np.asarray(values, dtype=np.float64), -highspy.kHighsInf, highspy.kHighsInf)


def _int32(values: Ints) -> npt.NDArray[np.int32]:
    return np.asarray(values, dtype=np.int32)
