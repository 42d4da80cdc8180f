"""Figures: starting times, who counts as a leader, class ratios, how much somebody teaches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext
from sqlalchemy import func, or_, select

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.settings import get_setting
from instructor_pool.enums import SourceCategory
from instructor_pool.models import Instructor
from party_lessons.models import Post
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.rules import DayTimes, Gauge, LessonShare, gauges

WORKING = (SessionState.PLANNED, SessionState.PUBLISHED, SessionState.HELD)


def day_times() -> DayTimes:
    """When half-days start here: setting `day_times`, like `{"morning": "08:30"}`."""
    kept: dict[str, str] = get_setting("day_times", {})
    return DayTimes(**{half: datetime.strptime(at, "%H:%M").time() for half, at in kept.items()})


def leaders_among(instructor_ids: Collection[int], first: date, last: date) -> frozenset[int]:
    """Who of them counts as a leading cadre: by source category, or by a listed post held in that span."""
    if not instructor_ids:
        return frozenset()
    ids = sorted(instructor_ids)
    holds = select(Post.holder_id).where(Post.starts <= last, or_(Post.ends.is_(None), Post.ends >= first))
    stmt = select(Instructor.id).where(
        Instructor.id.in_(ids),
        or_(Instructor.source_category == SourceCategory.LEADER, Instructor.id.in_(holds)),
    )
    return frozenset(session().scalars(stmt))


def gauges_of(sessions: Sequence[Session], *, is_main: bool) -> list[Gauge]:
    """The shares of a class by its working plan, cancelled sessions left out. `course` should be loaded."""
    counted = [s for s in sessions if s.state is not SessionState.CANCELLED]
    if not counted:
        return []
    days = [s.day for s in counted]
    leaders = leaders_among({s.instructor_id for s in counted if s.instructor_id}, min(days), max(days))
    shares = [
        LessonShare(s.class_hours, s.course.ratio if s.course else None, s.method, s.instructor_id in leaders)
        for s in counted
    ]
    return gauges(shares, is_main=is_main)


@dataclass(frozen=True, slots=True)
class Load:
    """Sessions of an instructor in the working plan, against the limits."""

    instructor: Instructor
    week: int
    month: int
    year: int
    held: int
    hours: float
    upcoming: list[Session]


def load_of(scope: Scope, instructor_id: int, *, upcoming: int = 5) -> Load:
    """How much somebody inside the scope teaches this week, month and year, and the next sessions."""
    stmt = select(Instructor).join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    person = session().scalar(stmt.where(Instructor.id == instructor_id, scope.clause(OrgUnit.path)))
    if person is None:
        raise NotFound(gettext("没有这位讲师，或不在您的管理范围内。"))
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    spans = {
        "week": (monday, monday + timedelta(days=7)),
        "month": (month, (month + timedelta(days=32)).replace(day=1)),
        "year": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
    }
    mine = (Session.instructor_id == instructor_id, Session.start.is_not(None), Session.state.in_(WORKING))
    counts = {}
    for name, (first, after) in spans.items():
        moments = (datetime.combine(first, time()), datetime.combine(after, time()))
        within = (Session.start >= moments[0], Session.start < moments[1])
        counts[name] = session().scalar(select(func.count()).select_from(Session).where(*mine, *within)) or 0
    year_start = datetime(today.year, 1, 1)
    done = (
        Session.instructor_id == instructor_id,
        Session.state == SessionState.HELD,
        Session.start >= year_start,
    )
    held, hours = session().execute(select(func.count(), func.sum(Session.class_hours)).where(*done)).one()
    ahead = select(Session).where(*mine, Session.start >= clock.now()).order_by(Session.start).limit(upcoming)
    return Load(
        person,
        counts["week"],
        counts["month"],
        counts["year"],
        held,
        float(hours or 0),
        list(session().scalars(ahead)),
    )
