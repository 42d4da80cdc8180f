"""Tables of the pool: its people, and how they come in."""

from instructor_pool.models.entry import Attachment, Nomination
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
    "Attachment",
    "AvailabilityHint",
    "Instructor",
    "Nomination",
    "Qualification",
    "ReviewPanel",
    "Reviewer",
    "StateChange",
    "Unavailability",
]
