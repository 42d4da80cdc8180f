"""Sets of intervals that share a moment, and the kinds of things that rows are written over."""

from enum import Enum

import numpy as np

from scheduling.engine.index import Ints

INFINITE = float("inf")


class Kind(Enum):
    """What a coefficient of the linear model stands on."""

    TIME = 0
    INSTRUCTOR = 1
    VENUE = 2
    VARIABLE = 3


def cliques(begin: Ints, end: Ints) -> list[Ints]:
    """Return the largest sets of half-open intervals that share a moment, sets of one left out."""
    order = np.argsort(begin, kind="stable")
    moments = np.unique(begin)
    found = []
    for n, moment in enumerate(moments.tolist()):
        there = order[(begin[order] <= moment) & (end[order] > moment)]
        is_last = n + 1 == len(moments)
        if len(there) > 1 and (is_last or bool((end[there] <= moments[n + 1]).any())):
            found.append(there)
    return found
