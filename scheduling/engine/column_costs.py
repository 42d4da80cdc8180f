"""Column costs: what a way to place a session costs by itself, beside nothing else."""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, place_of
from scheduling.engine.compiling import compiled, unlocked
from scheduling.engine.kernel import instructor_alone, place_adds, time_alone, venue_alone, way_adds

Ints = npt.NDArray[np.int64]


@compiled
def column_cost(p: Arrays, b: Board, s: int, o: int, who: int, venue: int) -> int:
    """Return what a way to place a session adds by itself, shared parts aside; leaving it out adds nothing."""
    if o < 0:
        return 0
    place = place_of(p, s, venue)
    cost = time_alone(p, b, s, o) + place_adds(p, b, s, o, place)
    if venue >= 0:
        cost += venue_alone(p, b, s, o, venue)
    if who >= 0:
        home = p.instructors[who].home
        cost += instructor_alone(p, b, s, o, who) + way_adds(p, b, s, o, home, place)
    return cost


@unlocked
def column_costs(p: Arrays, b: Board, session: Ints, option: Ints, person: Ints, venue: Ints) -> Ints:
    """Return ``column_cost`` of many."""
    found = np.zeros(len(session), dtype=np.int64)
    for n in range(len(session)):
        found[n] = column_cost(p, b, session[n], option[n], person[n], venue[n])
    return found
