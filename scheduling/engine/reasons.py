"""The one vocabulary of reasons: why a rule is broken, and why a candidate is not possible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Stable codes; pages translate them, the command line prints ``TEXTS``."""

    START = "start"
    TOPIC = "topic"
    INSTRUCTOR_LIST = "instructor_list"
    INSTRUCTOR_NOT_NEEDED = "instructor_not_needed"
    LEADER_REQUIRED = "leader_required"
    LEADER_FORBIDDEN = "leader_forbidden"
    NOT_CLASS = "not_class"
    FEATURES = "features"
    VENUE_LIST = "venue_list"
    VENUE_NOT_NEEDED = "venue_not_needed"
    PINNED = "pinned"
    INSTRUCTOR_BUSY = "instructor_busy"
    CLASS_BUSY = "class_busy"
    VENUE_BUSY = "venue_busy"
    TRAVEL = "travel"
    CLASS_TRAVEL = "class_travel"
    INSTRUCTOR_AWAY = "instructor_away"
    VENUE_CLOSED = "venue_closed"
    CAPACITY = "capacity"
    MAX_PER_DAY = "max_per_day"
    MAX_PER_WEEK = "max_per_week"
    MAX_PER_MONTH = "max_per_month"
    MAX_TOTAL = "max_total"
    VENUE_MAX_PER_DAY = "venue_max_per_day"
    RESOURCE = "resource"
    RESOURCE_PER_DAY = "resource_per_day"
    ORDERED = "ordered"
    MAX_DAYS = "max_days"
    TOGETHER = "together"
    NEEDED = "needed"
    NOT_PLACED = "not_placed"
    UNKNOWN = "unknown"
    TWICE = "twice"


TEXTS: Mapping[Reason, str] = {
    Reason.START: "starts at a time that is not allowed",
    Reason.TOPIC: "the instructor does not teach the topic",
    Reason.INSTRUCTOR_LIST: "the instructor is not on the session's list",
    Reason.INSTRUCTOR_NOT_NEEDED: "the session needs no instructor",
    Reason.LEADER_REQUIRED: "the session needs a leader",
    Reason.LEADER_FORBIDDEN: "the session may not have a leader",
    Reason.NOT_CLASS: "the instructor does not teach this class",
    Reason.FEATURES: "the venue lacks a feature",
    Reason.VENUE_LIST: "the venue is not on the session's list",
    Reason.VENUE_NOT_NEEDED: "the session needs no venue",
    Reason.PINNED: "a pinned part has changed",
    Reason.INSTRUCTOR_BUSY: "the instructor has another session then",
    Reason.CLASS_BUSY: "the class has another session then",
    Reason.VENUE_BUSY: "the venue is taken then",
    Reason.TRAVEL: "the instructor has no time to travel",
    Reason.CLASS_TRAVEL: "the class has no time to travel",
    Reason.INSTRUCTOR_AWAY: "the instructor is not available then",
    Reason.VENUE_CLOSED: "the venue is not available then",
    Reason.CAPACITY: "the venue is too small",
    Reason.MAX_PER_DAY: "the instructor's daily limit is reached",
    Reason.MAX_PER_WEEK: "the instructor's weekly limit is reached",
    Reason.MAX_PER_MONTH: "the instructor's monthly limit is reached",
    Reason.MAX_TOTAL: "the instructor's total limit is reached",
    Reason.VENUE_MAX_PER_DAY: "the venue's daily limit is reached",
    Reason.RESOURCE: "a resource is used up",
    Reason.RESOURCE_PER_DAY: "a resource's daily limit is reached",
    Reason.ORDERED: "the series would be out of order",
    Reason.MAX_DAYS: "the series would take too many days",
    Reason.TOGETHER: "the package is neither complete nor left out",
    Reason.NEEDED: "the session is to have everything it needs",
    Reason.NOT_PLACED: "parts are given but no start",
    Reason.UNKNOWN: "the plan names something the problem does not have",
    Reason.TWICE: "the session is assigned more than once",
}


@dataclass(frozen=True)
class Violation:
    """One broken rule: its code, the session it shows at (None where there is none), and what it is about."""

    code: Reason
    session: str | None = None
    params: dict[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """One plain line, e.g. ``s4: the venue is too small (capacity) [venue=v1, heads=50]``."""
        about = ", ".join(f"{name}={value}" for name, value in self.params.items())
        head = f"{self.session}: " if self.session is not None else ""
        return f"{head}{TEXTS[self.code]} ({self.code})" + (f" [{about}]" if about else "")
