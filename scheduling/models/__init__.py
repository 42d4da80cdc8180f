"""Tables of scheduling, by subject."""

from scheduling.models.booking import Booking, Claim, QuarterHour
from scheduling.models.classes import ScheduleVersion, Session, TrainingClass
from scheduling.models.matching import MatchRun, ProposalItem

__all__ = [
    "Booking",
    "Claim",
    "MatchRun",
    "ProposalItem",
    "QuarterHour",
    "ScheduleVersion",
    "Session",
    "TrainingClass",
]
