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
    late_days = get_setting("late_change_days", LATE_DAYS)
    stmt = select(Booking.state, Booking.day, Booking.answered_at).where(
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.resource_id == instructor_id,
        Booking.day >= clock.today() - WINDOW,
        Booking.state != BookingState.RELEASED,
    )
    counts = {"accepted": 0, "declined": 0, "late": 0, "waiting": 0}
    for state, day, answered_at in session().execute(stmt.limit(MOST)):
        counts[_kind(state, day, answered_at, late_days)] += 1
    return Answers(**counts, late_days=late_days)


def _kind(state: BookingState, day: date, answered_at: datetime | None, late_days: int) -> str:
    if state is BookingState.CONFIRMED:
        return "accepted"
    if state is not BookingState.DECLINED:
        return "waiting"
    left = late_days if answered_at is None else (day - answered_at.date()).days
    return "late" if left < late_days else "declined"
