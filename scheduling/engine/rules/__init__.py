"""The one list of hard rules, read by the solver, the ranking and the checker alike."""

from collections.abc import Sequence

from scheduling.engine.rules.allowed import (
    AllowedStart,
    HasFeatures,
    InstructorNeeded,
    KnowsTopic,
    LeaderForbidden,
    LeaderRequired,
    ListedInstructor,
    ListedVenue,
    NotRecused,
    Pinned,
    VenueNeeded,
)
from scheduling.engine.rules.base import Rule
from scheduling.engine.rules.clashes import (
    ClassOnce,
    ClassTravel,
    InstructorAway,
    InstructorOnce,
    InstructorTravel,
    VenueClosed,
    VenueGroups,
)
from scheduling.engine.rules.limits import (
    Capacity,
    MaxPerDay,
    MaxPerMonth,
    MaxPerWeek,
    MaxTotal,
    VenueMaxPerDay,
)
from scheduling.engine.rules.resources import ResourceCount, ResourcePerDay
from scheduling.engine.rules.series import MaxDays, Ordered, Together

RULES: Sequence[Rule] = (
    AllowedStart(),
    KnowsTopic(),
    ListedInstructor(),
    InstructorNeeded(),
    LeaderRequired(),
    LeaderForbidden(),
    NotRecused(),
    HasFeatures(),
    ListedVenue(),
    VenueNeeded(),
    Pinned(),
    InstructorOnce(),
    ClassOnce(),
    VenueGroups(),
    InstructorTravel(),
    ClassTravel(),
    InstructorAway(),
    VenueClosed(),
    Capacity(),
    MaxPerDay(),
    MaxPerWeek(),
    MaxPerMonth(),
    MaxTotal(),
    VenueMaxPerDay(),
    ResourceCount(),
    ResourcePerDay(),
    Ordered(),
    MaxDays(),
    Together(),
)

__all__ = ["RULES", "Rule"]
