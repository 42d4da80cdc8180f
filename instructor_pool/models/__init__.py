"""Tables of the pool, by subject."""

from instructor_pool.models.people import (
    AvailabilityHint,
    Instructor,
    Qualification,
    Reviewer,
    ReviewPanel,
    StateChange,
    Unavailability,
)

__all__ = [
    "AvailabilityHint",
    "Instructor",
    "Qualification",
    "ReviewPanel",
    "Reviewer",
    "StateChange",
    "Unavailability",
]
