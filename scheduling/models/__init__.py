"""Tables of scheduling, by subject."""

from scheduling.models import base_guard, changes  # noqa: F401  (register their triggers)
from scheduling.models.booking import Booking, Claim, Party, QuarterHour
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR, ScheduleVersion, Session, TrainingClass
from scheduling.models.loans import LendingQuota, Loan
from scheduling.models.matching import MatchRun, ProposalItem
from scheduling.models.needs import SessionNeed
from scheduling.models.packages import Package, PackageOrder, PackagePart
from scheduling.models.site_guards import site_triggers
from scheduling.models.visits import CheckIn, Visit, VisitSeries

__all__ = [
    "MINUTES_PER_CLASS_HOUR",
    "Booking",
    "CheckIn",
    "Claim",
    "LendingQuota",
    "Loan",
    "MatchRun",
    "Package",
    "PackageOrder",
    "PackagePart",
    "Party",
    "ProposalItem",
    "QuarterHour",
    "ScheduleVersion",
    "Session",
    "SessionNeed",
    "TrainingClass",
    "Visit",
    "VisitSeries",
    "site_triggers",
]
