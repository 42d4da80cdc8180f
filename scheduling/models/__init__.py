"""Tables of scheduling, by subject."""

from scheduling.models import base_guard, changes  # noqa: F401  (register their triggers)
from scheduling.models.base_months import BaseMonth
from scheduling.models.booking import Booking, Claim, Party, QuarterHour
from scheduling.models.calls import SubstituteAsk, SubstituteCall
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR, ScheduleVersion, Session, Thaw, TrainingClass
from scheduling.models.feeds import CalendarFeed, PublicTimetable
from scheduling.models.holding import FollowUp, SessionMaterial
from scheduling.models.loans import LendingQuota, Loan
from scheduling.models.matching import MatchPolicy, MatchRun, ProposalItem
from scheduling.models.needs import SessionNeed, VisitNeed
from scheduling.models.outside import OutsideHours
from scheduling.models.packages import Package, PackageOrder, PackagePart
from scheduling.models.participants import ClassParticipant
from scheduling.models.shapes import ClassTemplate, RolledClass, RollForward, TemplateLine
from scheduling.models.site_guards import site_triggers
from scheduling.models.steps import PlanStep
from scheduling.models.visits import CheckIn, Visit, VisitSeries

__all__ = [
    "MINUTES_PER_CLASS_HOUR",
    "BaseMonth",
    "Booking",
    "CalendarFeed",
    "CheckIn",
    "Claim",
    "ClassParticipant",
    "ClassTemplate",
    "FollowUp",
    "LendingQuota",
    "Loan",
    "MatchPolicy",
    "MatchRun",
    "OutsideHours",
    "Package",
    "PackageOrder",
    "PackagePart",
    "Party",
    "PlanStep",
    "ProposalItem",
    "PublicTimetable",
    "QuarterHour",
    "RollForward",
    "RolledClass",
    "ScheduleVersion",
    "Session",
    "SessionMaterial",
    "SessionNeed",
    "SubstituteAsk",
    "SubstituteCall",
    "TemplateLine",
    "Thaw",
    "TrainingClass",
    "Visit",
    "VisitNeed",
    "VisitSeries",
    "site_triggers",
]
