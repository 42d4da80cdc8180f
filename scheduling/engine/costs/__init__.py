"""The one list of cost parts, read by the solver, the ranking and the checker alike."""

from collections.abc import Sequence

from scheduling.engine.costs.base import CostPart
from scheduling.engine.costs.days import Isolated, MinDays, SameVenue
from scheduling.engine.costs.shared import DutyShort, LeaderShare, OverTarget
from scheduling.engine.costs.single import (
    Avoid,
    Change,
    ClassTravel,
    Fee,
    Overflow,
    Quality,
    Travel,
    Unassigned,
    VenueCost,
)

COSTS: Sequence[CostPart] = (
    Unassigned(),
    DutyShort(),
    LeaderShare(),
    Quality(),
    Travel(),
    ClassTravel(),
    Avoid(),
    Fee(),
    VenueCost(),
    OverTarget(),
    Isolated(),
    MinDays(),
    SameVenue(),
    Overflow(),
    Change(),
)

__all__ = ["COSTS", "CostPart"]
