"""Gaps: why a session lacks something, proved for all plans where that can be, else for what is around it."""

import time
from dataclasses import dataclass
from enum import StrEnum

from scheduling.engine.arranging import Undecided
from scheduling.engine.capacities import Supplies
from scheduling.engine.conflict import Conflict, Rearrangement, conflict_of
from scheduling.engine.shortage import Shortage, TooLarge, shortages_of
from scheduling.engine.state import State

SECONDS = 8.0  # for both questions together
_LEAST = 0.05  # below, nothing is asked


class Layer(StrEnum):
    """What a gap is explained by."""

    SHORTAGE = "shortage"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Gap:
    """Why a session lacks something.

    ``shortages`` prove that there is too little in every plan. Unless the plan serves as many as there is room for, a
    ``conflict`` is a smallest set of requirements of which one must give way, or a ``rearrangement`` shows that the session
    could have everything after all, at that change of cost. ``unlooked`` names what was not looked at for lack of time, or
    because it was too large.
    """

    shortages: tuple[Shortage, ...] = ()
    conflict: Conflict | None = None
    rearrangement: Rearrangement | None = None
    unlooked: tuple[Layer, ...] = ()


def _is_reached(shortage: Shortage) -> bool:
    """Whether the plan serves as many of the sessions as any plan could, so that none of them is left to be found."""
    served = len(shortage.sessions) - len(shortage.lacking)
    return not shortage.keeps_times and served >= shortage.room


def gap_of(state: State, s: int, supplies: Supplies, seconds: float = SECONDS) -> Gap | None:
    """Return why a session lacks something, None when it lacks nothing; ``supplies`` are of the same problem."""
    if state.is_whole(s):
        return None
    until = time.perf_counter() + seconds
    unlooked = []
    shortages: tuple[Shortage, ...] = ()
    if seconds < _LEAST:
        return Gap(unlooked=tuple(Layer))
    try:
        shortages = shortages_of(state, s, supplies, seconds / 2)
    except TooLarge:
        unlooked.append(Layer.SHORTAGE)
    told: Conflict | Rearrangement | None = None
    if not any(_is_reached(x) for x in shortages):
        try:
            told = conflict_of(state, s, until - time.perf_counter())
        except Undecided:
            unlooked.append(Layer.CONFLICT)
    return Gap(
        shortages,
        told if isinstance(told, Conflict) else None,
        told if isinstance(told, Rearrangement) else None,
        tuple(unlooked),
    )
