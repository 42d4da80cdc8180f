"""The rows of sessions behind a problem: those of a plan, those near one session, and those that only take a room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from core.db import among, session
from courses.enums import Method
from courses.models import Course
from scheduling.enums import SessionState
from scheduling.models import Session, SessionNeed, TrainingClass
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR
from scheduling.snapshots.nearby import Near
from scheduling.snapshots.spans import Span

Rows = Sequence[Row[*tuple[Any, ...]]]


def sessions_of(owner_id: int, year: int, near: Near | None) -> Rows:
    """Sessions of a plan that are not cancelled, or those near one of them, in order."""
    stmt = _columns().where(_mine(owner_id, year))
    if near is not None:
        stmt = stmt.where(near.sessions())
    return session().execute(stmt.order_by(Session.id)).all()


def sessions_with(ids: Collection[int]) -> Rows:
    """Some more of them."""
    return session().execute(_columns().where(among(Session.id, ids))).all() if ids else ()


def bystanders_of(owner_id: int, year: int, near: Near) -> Rows:
    """Sessions of its days with which it can have nothing in common but the room: their class and people are others.

    `is_plain` says that they were told as they stand, and ask for nothing of the base.
    """
    is_told = or_(
        Session.state == SessionState.PLANNED,
        Session.told_start.is_(None),
        and_(
            Session.told_start == Session.start,
            Session.told_venue_id.is_not_distinct_from(Session.venue_id),
            Session.told_instructor_id.is_not_distinct_from(Session.instructor_id),
            func.coalesce(Session.told_hours, Session.class_hours) == Session.class_hours,
        ),
    )
    asks = select(SessionNeed.session_id).where(SessionNeed.session_id == Session.id).exists()
    stmt = select(
        Session.id,
        Session.venue_id,
        Session.start,
        Session.class_hours,
        (Session.method == Method.ON_SITE).label("is_on_site"),
        and_(is_told, ~asks).label("is_plain"),
    ).join(TrainingClass)
    return session().execute(stmt.where(_mine(owner_id, year), near.strangers())).all()


def set_apart(
    bystanders: Rows, counted: Collection[int], lending: Collection[int]
) -> tuple[Mapping[int, list[Span]], list[int]]:
    """The time that some of them take of rooms, by venue; and the ids of those that must be read whole.

    `counted` are venues where each party counts, `lending` those of bases that lend something.
    """
    taken: dict[int, list[Span]] = defaultdict(list)
    whole = []
    for row_id, venue_id, start, hours, is_on_site, is_plain in bystanders:
        if venue_id in counted or not is_plain or (is_on_site and venue_id in lending):
            whole.append(row_id)
        elif venue_id is not None:
            minutes = int(hours * MINUTES_PER_CLASS_HOUR)
            taken[venue_id].append((start, start + timedelta(minutes=minutes)))
    return taken, whole


def _mine(owner_id: int, year: int) -> Any:
    plan = (TrainingClass.owner_id == owner_id) & (TrainingClass.year == year)
    return plan & (Session.state != SessionState.CANCELLED)


def _columns() -> Any:
    columns = (
        Session.id,
        Session.class_id,
        Session.day,
        Session.half_day,
        Session.course_id,
        Session.method,
        Session.class_hours,
        Session.leader_required,
        Session.wanted_base_id,
        Session.wanted_venue_id,
        Session.wanted_theme,
        Session.wanted_instructor_id,
        Session.package_order_id,
        Session.package_position,
        Session.state,
        Session.start,
        Session.instructor_id,
        Session.venue_id,
        Session.pinned_start,
        Session.pinned_instructor,
        Session.pinned_venue,
        Session.told_start,
        Session.told_instructor_id,
        Session.told_venue_id,
        Session.told_hours,
        Course.is_party_lesson,
    )
    return select(*columns).join(TrainingClass).outerjoin(Course, Session.course_id == Course.id)
