"""Bookings that lie outside opening times which were changed after they were made. Flush only.

Nothing is cancelled: they are listed for moving, and whoever planned them is told once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, insert, or_, select

from bases.enums import DayKind
from bases.models import TeachingBase, Venue
from bases.queries.opening import openings_of
from bases.rules.opening import OpenDay, open_on
from core import clock
from core.calendars import calendar_of
from core.db import session
from core.when import hours_text
from scheduling import notices
from scheduling.enums import ResourceKind
from scheduling.models import MINUTES_PER_CLASS_HOUR, Booking, OutsideHours, Visit
from scheduling.models import Session as Lesson
from scheduling.rules import LIVE
from scheduling.services import telling

AT_ONCE = 200
"""Bases looked at together."""


def review(base_ids: Collection[int], days: Collection[date] = ()) -> int:
    """Look at the bookings to come of these bases, or those on some days, and keep which are outside; answers how many.

    Whoever planned one that was not known to be outside is told.
    """
    ids = sorted(set(base_ids))
    return sum(_review(ids[n : n + AT_ONCE], days) for n in range(0, len(ids), AT_ONCE))


def review_calendar(days: Collection[date]) -> int:
    """The same for all bases that follow the calendar, on days of which it says something else now."""
    follows = or_(TeachingBase.closed_on_holidays, TeachingBase.make_up_as_monday)
    booked = (
        _coming(days).with_only_columns(Venue.base_id).join(TeachingBase, Venue.base_id == TeachingBase.id)
    )
    return review(list(session().scalars(booked.where(follows).distinct())), days)


def _review(base_ids: Collection[int], days: Collection[date]) -> int:
    rows = session().execute(_coming(days).where(Venue.base_id.in_(base_ids))).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    stored = OutsideHours.booking_id.in_(ids)
    known = set(session().scalars(select(OutsideHours.booking_id).where(stored)))
    outside = dict(_outside(rows))
    session().execute(delete(OutsideHours).where(stored))
    if outside:
        values = [
            {"booking_id": booking, "kind": there.kind, "note": there.note[:300], "hours": _hours(there)}
            for booking, there in outside.items()
        ]
        session().execute(insert(OutsideHours), values)
    telling.to_move(outside.keys() - known, notices.hours_changed, notices.visit_outside)
    return len(outside)


def _coming(days: Collection[date]) -> Select[*tuple[Any, ...]]:
    stmt = (
        select(
            Booking.id,
            Booking.day,
            Venue.base_id,
            Visit.start,
            Visit.minutes,
            Lesson.told_start,
            Lesson.told_hours,
        )
        .join(Venue, Booking.resource_id == Venue.id)
        .outerjoin(Booking.session)
        .outerjoin(Booking.visit)
        .where(Booking.kind == ResourceKind.VENUE, Booking.state.in_(LIVE), Booking.day >= clock.today())
    )
    return stmt.where(Booking.day.in_(sorted(days))) if days else stmt


def _outside(rows: Collection[Row[*tuple[Any, ...]]]) -> Iterator[tuple[int, OpenDay]]:
    """Closures are left out: which bookings they meet is asked in SQL."""
    first, last = min(row.day for row in rows), max(row.day for row in rows)
    openings = openings_of({row.base_id for row in rows}, first, last)
    calendar = calendar_of(range(first.year, last.year + 1))
    for row in rows:
        start, minutes = _told(row)
        there = open_on(openings[row.base_id], row.day, calendar)
        if there.kind is DayKind.CLOSURE or start is None:
            continue
        if not there.holds(start, start + timedelta(minutes=minutes)):
            yield row.id, there


def _told(row: Row[*tuple[Any, ...]]) -> tuple[datetime | None, int]:
    """When the party comes and for how many minutes, as it was told: quarter hours are rounded up."""
    if row.start is not None:
        return row.start, row.minutes
    return row.told_start, int((row.told_hours or 0) * MINUTES_PER_CLASS_HOUR)


def _hours(there: OpenDay) -> str:
    return "、".join(hours_text(opens, closes) for opens, closes in there.spans)[:200]
