"""What a calendar holds: one's own lessons, those at one's bases, or those of one's level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit
from bases.models import TeachingBase, Venue
from core import clock
from core.db import session
from instructor_pool.models import Instructor
from scheduling.enums import BookingState, FeedKind, ResourceKind, SessionState
from scheduling.models import Booking, CalendarFeed, PublicTimetable, Session, TrainingClass
from scheduling.queries.bookings import TOLD, moments_of
from scheduling.queries.classes import planned_by

BACK, AHEAD = timedelta(days=60), timedelta(days=400)
MOST = 2000
KINDS = {
    FeedKind.TEACHING: P.OWN_TEACHING,
    FeedKind.BASE: P.OWN_BASE,
    FeedKind.PLANNING: P.SCHEDULE_EDIT,
}
"""Which calendars an actor may have."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson as calendars show it; `uid` stays the same when it moves or is cancelled."""

    uid: str
    start: datetime
    end: datetime
    title: str
    place: str
    note: str
    is_cancelled: bool
    is_agreed: bool
    changed: int
    """Grows with every change."""


def kinds_for(actor: Actor) -> list[FeedKind]:
    """Calendars that make sense for somebody."""
    return [kind for kind, permission in KINDS.items() if actor.can(permission)]


def list_own(user_id: int) -> list[CalendarFeed]:
    """A person's calendars that can be fetched."""
    stmt = select(CalendarFeed).where(CalendarFeed.user_id == user_id, CalendarFeed.revoked_at.is_(None))
    return list(session().scalars(stmt.order_by(CalendarFeed.id)))


def find_feed(token_hash: str) -> CalendarFeed | None:
    """The calendar behind a secret address, unless it was taken back or its owner's account is closed."""
    found = session().scalar(select(CalendarFeed).where(CalendarFeed.token_hash == token_hash))
    if found is None or found.revoked_at is not None or found.user.disabled:
        return None
    return found


def entries_of(feed: CalendarFeed, actor: Actor) -> list[Entry]:
    """What the calendar holds now; nothing once its owner has lost the role it is for."""
    if not actor.can(KINDS[feed.kind]):
        return []
    if feed.kind is FeedKind.PLANNING:
        return _planned(actor.scope(P.SCHEDULE_EDIT))
    return _booked(feed)


def _since() -> tuple[datetime, datetime]:
    return clock.now() - BACK, clock.now() + AHEAD


def _booked(feed: CalendarFeed) -> list[Entry]:
    """Bookings of a person or of their bases; those that were released or declined say so."""
    since, until = _since()
    if feed.kind is FeedKind.TEACHING:
        kind = ResourceKind.INSTRUCTOR
        mine = select(Instructor.id).where(Instructor.user_id == feed.user_id)
    else:
        kind = ResourceKind.VENUE
        mine = (
            select(Venue.id)
            .join(TeachingBase, Venue.base_id == TeachingBase.id)
            .where(TeachingBase.manager_id == feed.user_id)
        )
    stmt = (
        select(Booking)
        .join(Booking.session)
        .join(Session.training_class)
        .where(
            Booking.kind == kind,
            Booking.resource_id.in_(mine),
            Booking.day.between(since.date(), until.date()),
        )
        .options(*TOLD, contains_eager(Booking.session).joinedload(Session.told_venue).joinedload(Venue.base))
        .order_by(Booking.day, Booking.id)
        .limit(MOST)
    )
    return [_booking(booking) for booking in session().scalars(stmt)]


def _booking(booking: Booking) -> Entry:
    row, (start, end) = booking.lesson, moments_of(booking)
    if row.told_start is not None and row.told_start.date() == booking.day:
        start, end = row.told_start, row.told_start + timedelta(minutes=row.told_minutes)
    gone = booking.state in (BookingState.RELEASED, BookingState.DECLINED)
    agreed = booking.state is BookingState.CONFIRMED
    note = (
        row.training_class.name
        if agreed or gone
        else gettext("%(klass)s，待答复", klass=row.training_class.name)
    )
    return Entry(
        f"booking-{booking.id}",
        start,
        end,
        row.told_course_name or row.course_name,
        _place(row.told_venue),
        note,
        gone or row.state is SessionState.CANCELLED,
        agreed,
        booking.version,
    )


def _planned(scope: Scope) -> list[Entry]:
    """Published lessons of the level's classes, and those that were cancelled."""
    since, until = _since()
    shown: Sequence[ColumnElement[bool]] = (
        Session.told_start.between(since, until),
        (Session.state == SessionState.CANCELLED) & Session.start.between(since, until),
    )
    stmt = (
        select(Session)
        .join(Session.training_class)
        .join(OrgUnit, TrainingClass.owner_id == OrgUnit.id)
        .where(planned_by(scope), or_(*shown))
        .options(
            contains_eager(Session.training_class),
            joinedload(Session.told_instructor),
            joinedload(Session.instructor),
            joinedload(Session.told_venue).joinedload(Venue.base),
            joinedload(Session.venue).joinedload(Venue.base),
        )
        .order_by(Session.start, Session.id)
        .limit(MOST)
    )
    return [entry for row in session().scalars(stmt) for entry in _session(row)]


def _session(row: Session) -> Iterable[Entry]:
    start = row.told_start or row.start
    if start is None:
        return
    person = row.told_instructor or row.instructor
    yield Entry(
        f"session-{row.id}",
        start,
        start + timedelta(minutes=row.told_minutes),
        row.told_course_name or row.course_name,
        _place(row.told_venue or row.venue),
        " ".join(filter(None, (row.training_class.name, person.name if person else ""))),
        row.state is SessionState.CANCELLED,
        is_agreed=True,
        changed=row.version,
    )


def _place(venue: Venue | None) -> str:
    if venue is None:
        return ""
    name = venue.base.name if venue.name == venue.base.name else f"{venue.base.name} {venue.name}"
    return f"{name} {venue.base.address}".strip()


def find_public(token: str) -> PublicTimetable | None:
    """The class behind a public address."""
    return session().scalar(select(PublicTimetable).where(PublicTimetable.token == token))


def public_of(class_id: int) -> PublicTimetable | None:
    """The public address of a class, where it is open."""
    return session().scalar(select(PublicTimetable).where(PublicTimetable.class_id == class_id))
