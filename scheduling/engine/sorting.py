"""Sorting in compiled code: numba's own takes seconds to compile, this does not."""

import numpy as np
import numpy.typing as npt

from scheduling.engine.compiling import inner

Ints = npt.NDArray[np.int64]


@inner
def _sink(values: Ints, order: Ints, at: int, end: int) -> None:
    while 2 * at + 1 < end:
        child = 2 * at + 1
        if child + 1 < end and (values[order[child]], order[child]) < (
            values[order[child + 1]],
            order[child + 1],
        ):
            child += 1
        if (values[order[at]], order[at]) >= (values[order[child]], order[child]):
            return
        order[at], order[child] = order[child], order[at]
        at = child


@inner
def ascending(values: Ints) -> Ints:
    """Return the positions of some values from the smallest to the largest, equal ones in their order."""
    order = np.arange(len(values))
    for at in range(len(values) // 2 - 1, -1, -1):
        _sink(values, order, at, len(values))
    for end in range(len(values) - 1, 0, -1):
        order[0], order[end] = order[end], order[0]
        _sink(values, order, 0, end)
    return order
