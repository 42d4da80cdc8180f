"""A base manager's days: sessions and visits together, what waits for an answer, who is there already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.models import OrgUnit
from bases.models import TeachingBase, Venue
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge
from core.when import day_text, hours_text, span_text
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, CheckIn, Session, TrainingClass, Visit
from scheduling.queries import bookings as booking_queries
from scheduling.queries import names
from scheduling.queries import visits as visit_queries
from scheduling.queries.visit_settings import visit_settings
from scheduling.rules import LIVE
from scheduling.rules.visits import LIVE_VISITS

AHEAD, BACK = timedelta(days=180), timedelta(days=90)
EARLY = timedelta(hours=2)
"""A party may check in so long before it begins."""


@dataclass(frozen=True, slots=True)
class Line:
    """A session or a visit as the manager's page shows it."""

    start: datetime
    when: str
    place: str
    name: str
    title: str
    people: int
    url: str
    badge: Badge
    is_visit: bool
    contact: str = ""
    phone: str = ""
    answer_url: str = ""
    """Where a yes goes at once; empty for what is answered."""
    version: int = 0
    check_in_url: str = ""
    came: int | None = None


@dataclass(frozen=True, slots=True)
class DayPart:
    """A heading of the page with what is under it."""

    title: str
    lines: Sequence[Line]


def coming(user_id: int) -> list[DayPart]:
    """To confirm, today, tomorrow, later."""
    today = clock.today()
    lines = _lines(user_id, today, today + AHEAD)
    asked = [line for line in lines if line.answer_url]
    rest = [line for line in lines if not line.answer_url]
    tomorrow = today + timedelta(days=1)
    parts = [
        DayPart(gettext("等待确认"), asked),
        DayPart(gettext("今天 %(day)s", day=day_text(today)), _on(rest, today)),
        DayPart(gettext("明天 %(day)s", day=day_text(tomorrow)), _on(rest, tomorrow)),
        DayPart(gettext("以后"), [line for line in rest if line.start.date() > tomorrow]),
    ]
    return [part for part in parts if part.lines]


def past(user_id: int) -> list[DayPart]:
    """What is over, newest first."""
    today = clock.today()
    lines = _lines(user_id, today - BACK, today - timedelta(days=1))
    return [DayPart(gettext("近 90 天来过"), lines[::-1])] if lines else []


def _on(lines: Iterable[Line], day: date) -> list[Line]:
    return [line for line in lines if line.start.date() == day]


def _lines(user_id: int, first: date, last: date) -> list[Line]:
    bookings = booking_queries.list_for_bases(user_id, past=first < clock.today())
    rows = [b for b in bookings if first <= b.day <= last]
    rooms = names.rooms({b.resource_id for b in rows})
    came = came_to([b.lesson_id for b in rows])
    lines = [_of_session(b, rooms[b.resource_id], came.get(b.lesson_id)) for b in rows]
    lines += [_of_visit(visit) for visit in visit_queries.list_for_bases(user_id, first, last)]
    return sorted(lines, key=lambda line: line.start)


def came_to(session_ids: Sequence[int]) -> dict[int, int]:
    """People who checked in on site, by session; sessions without a check-in are left out."""
    stmt = select(CheckIn.session_id, CheckIn.people).where(CheckIn.session_id.in_(session_ids))
    return {session_id: people for session_id, people in session().execute(stmt) if session_id is not None}


def _of_session(booking: Booking, room: str, came: int | None) -> Line:
    row, klass = booking.lesson, booking.lesson.training_class
    start, end = booking_queries.moments_of(booking)
    is_held = booking.state is BookingState.HELD and row.is_live
    url = url_for("teaching.base_answer", booking_id=booking.id)
    return Line(
        start=row.told_start or start,
        when=span_text(row.told_start or start, end),
        place=room,
        name=klass.name,
        title=row.told_course_name or row.course_name,
        people=klass.size,
        url=url,
        badge=Badge(row.state.label, "ok")
        if not row.is_live
        else Badge(booking.state.label, "warn" if is_held else "ok"),
        is_visit=False,
        contact=klass.contact_name,
        phone=klass.contact_phone,
        answer_url=url if is_held and booking.day >= clock.today() else "",
        version=booking.version,
        check_in_url=_check_in_url(booking.id, start) if row.is_live else "",
        came=came if came is not None else row.attendance,
    )


def _of_visit(visit: Visit) -> Line:
    booking = standing(visit)
    is_held = visit.state in LIVE_VISITS and visit.state.value == "held"
    url = url_for("teaching.base_visit", visit_id=visit.id)
    open_to_check = booking is not None and visit.state in LIVE_VISITS
    return Line(
        start=visit.start,
        when=span_text(visit.start, visit.end),
        place=visit.venue.name,
        name=visit.unit.name,
        title=visit.theme,
        people=visit.people,
        url=url,
        badge=visit_queries.state_badge(visit),
        is_visit=True,
        contact=visit.contact_name,
        phone="",
        answer_url=url if is_held and visit.start > clock.now() else "",
        version=visit.version,
        check_in_url=_check_in_url(booking.id, visit.start) if booking is not None and open_to_check else "",
        came=visit.check_in.people if visit.check_in is not None else None,
    )


def _check_in_url(booking_id: int, start: datetime) -> str:
    """Only on the day, from a while before it begins."""
    now = clock.now()
    if start.date() != now.date() or now < start - EARLY:
        return ""
    return url_for("teaching.base_check_in", booking_id=booking_id)


def standing(visit: Visit) -> Booking | None:
    """The booking by which the visit is known on site; None for one that holds nothing."""
    return next(
        (b for b in visit.bookings if b.state in LIVE and b.kind is ResourceKind.VENUE),
        None,
    )


def has_begun(visit: Visit) -> bool:
    """Whether its time has come."""
    return visit.start <= clock.now()


def get_party(user_id: int | None, booking_id: int) -> Booking:
    """A booking of a venue that holds time; of a base this account manages, unless `user_id` is None."""
    stmt = (
        select(Booking)
        .join(Venue, Booking.resource_id == Venue.id)
        .join(TeachingBase, Venue.base_id == TeachingBase.id)
        .where(Booking.id == booking_id, Booking.kind == ResourceKind.VENUE, Booking.state.in_(LIVE))
        .options(
            joinedload(Booking.session).joinedload(Session.training_class).joinedload(TrainingClass.owner),
            joinedload(Booking.visit).joinedload(Visit.unit),
            joinedload(Booking.visit).joinedload(Visit.check_in),
        )
    )
    if user_id is not None:
        stmt = stmt.where(TeachingBase.manager_id == user_id)
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这项安排，或不归您答复。"))
    return found


def check_in_of(booking: Booking) -> CheckIn | None:
    """Who was there, once that is known."""
    if booking.visit is not None:
        return booking.visit.check_in
    return session().scalar(select(CheckIn).where(CheckIn.session_id == booking.session_id))


def code_minutes(booking: Booking) -> int:
    """How long a check-in code of the base serves."""
    owner = (
        select(OrgUnit)
        .join(TeachingBase, TeachingBase.owner_id == OrgUnit.id)
        .join(Venue, Venue.base_id == TeachingBase.id)
        .where(Venue.id == booking.resource_id)
    )
    return visit_settings(session().scalars(owner).one()).code_minutes


def can_check_in(booking: Booking) -> bool:
    """Whether its day has come and nobody has checked in."""
    return booking.day <= clock.today() and check_in_of(booking) is None


def when_of(booking: Booking) -> str:
    """`3月1日 周一 8:30–10:00`."""
    start, end = booking_queries.moments_of(booking)
    return f"{day_text(booking.day)} {hours_text(start, end)}"
