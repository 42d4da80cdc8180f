"""How somebody answered what was asked: accepted, declined in time, changed late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from core import clock
from core.db import session
from core.settings import get_setting
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking

LATE_DAYS = 7
"""A no within so many days before the lesson is a late change [common]; the setting `late_change_days` overrides."""
WINDOW = timedelta(days=365)
MOST = 2000


@dataclass(frozen=True, slots=True)
class Answers:
    """Bookings of the last twelve months and of those to come, by what was answered."""

    accepted: int
    declined: int
    late: int
    waiting: int
    late_days: int

    @property
    def total(self) -> int:
        """Everything asked that was not withdrawn."""
        return self.accepted + self.declined + self.late + self.waiting


def answers_of(instructor_id: int) -> Answers:
    """One statement; the person's scope is the caller's matter."""
    most = late_days()
    stmt = select(Booking.state, Booking.day, Booking.answered_at).where(
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.resource_id == instructor_id,
        Booking.day >= clock.today() - WINDOW,
        Booking.state != BookingState.RELEASED,
    )
    counts = {"accepted": 0, "declined": 0, "late": 0, "waiting": 0}
    for state, day, answered_at in session().execute(stmt.limit(MOST)):
        counts[_kind(state, day, answered_at, most)] += 1
    return Answers(**counts, late_days=most)


def late_days() -> int:
    """Within how many days before the lesson a no is a late change."""
    return get_setting("late_change_days", LATE_DAYS)


def is_late(day: date, answered_at: datetime | None, most: int) -> bool:
    """Whether a no came within `most` days before the lesson; one of unknown time did not."""
    return answered_at is not None and (day - answered_at.date()).days < most


def _kind(state: BookingState, day: date, answered_at: datetime | None, most: int) -> str:
    if state is BookingState.CONFIRMED:
        return "accepted"
    if state is not BookingState.DECLINED:
        return "waiting"
    return "late" if is_late(day, answered_at, most) else "declined"
