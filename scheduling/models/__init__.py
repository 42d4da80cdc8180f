"""Tables of scheduling, by subject."""

from scheduling.models.booking import Booking, Claim, QuarterHour
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR, ScheduleVersion, Session, TrainingClass
from scheduling.models.loans import LendingQuota, Loan
from scheduling.models.matching import MatchRun, ProposalItem

__all__ = [
    "MINUTES_PER_CLASS_HOUR",
    "Booking",
    "Claim",
    "LendingQuota",
    "Loan",
    "MatchRun",
    "ProposalItem",
    "QuarterHour",
    "ScheduleVersion",
    "Session",
    "TrainingClass",
]
