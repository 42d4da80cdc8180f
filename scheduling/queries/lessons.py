"""Sessions as the party-lesson duty sees them: who hosts, who attends, who was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from accounts.enums import Level
from accounts.models import OrgUnit
from bases.models import TeachingBase, Venue
from core.db import session
from courses.models import Course
from party_lessons.enums import AudienceTest, ClassKind
from party_lessons.models import Credit, Post
from party_lessons.rules import Audience, LessonFacts, PostFacts, SchemeFacts, eligible
from scheduling.enums import OrderKind, SessionState
from scheduling.models import Session, TrainingClass
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR
from scheduling.queries.participants import attended_from, participants_where

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Host, Town = aliased(OrgUnit), aliased(OrgUnit)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the tree as the audience tests need it."""

    path: str
    level: Level


def area_of(owner_path: str, host: Place | None) -> str:
    """The area a class is hosted for: the host itself, or the one it is a department of; the plan's own without a host."""
    if host is None:
        return owner_path
    return host.path if host.level is not Level.UNIT else host.path.rstrip("/").rpartition("/")[0] + "/"


def attending(order_kind: OrderKind, owner_path: str, host: Place | None, town_path: str | None) -> str:
    """Whose members attend: of the township a lesson is sent to, of the unit or township that hosts, else of the area."""
    hosted_by_owner = host is None or host.path == owner_path
    if hosted_by_owner and order_kind is OrderKind.INDIVIDUAL_ORDER and town_path:
        return town_path
    return owner_path if host is None else host.path


def audience_of(
    order_kind: OrderKind,
    owner_path: str,
    host: Place | None,
    town_path: str | None,
    *,
    is_main: bool,
    units: frozenset[str] = frozenset(),
) -> Audience:
    """Before whom the lessons of such a class are held, and within what; a merged class names the `units` that attend."""
    people = units or frozenset({attending(order_kind, owner_path, host, town_path)})
    kind = class_kind_of(order_kind, is_main=is_main)
    return Audience(host.path if host else "", area_of(owner_path, host), people, kind)


def class_kind_of(order_kind: OrderKind, *, is_main: bool) -> ClassKind:
    """A main class, a lesson sent to where it was ordered, or any other training class."""
    if is_main:
        return ClassKind.MAIN
    return ClassKind.OUTREACH if order_kind is OrderKind.INDIVIDUAL_ORDER else ClassKind.TRAINING


def lesson_facts(session_id: int) -> LessonFacts:
    """One session with whoever was told to teach it, for its credits."""
    row = session().execute(_sessions().where(Session.id == session_id)).one()
    return _facts(row, participants_where(TrainingClass.id == row.TrainingClass.id))


def list_told_facts(year: int, among: Collection[int] | None = None) -> list[LessonFacts]:
    """Sessions of the year that were told to post holders or held by them, or that something was credited for.

    Or those `among` some ids.
    """
    holders, credited = (
        select(Post.holder_id),
        select(Credit.session_ref).where(Credit.session_ref.is_not(None)),
    )
    counts = or_(_by(holders), Session.id.in_(credited))
    return _told((year, year), counts if among is None else counts & Session.id.in_(among))


def list_told_facts_by(holders: Select[int], year: int, until: int | None = None) -> list[LessonFacts]:
    """Sessions that these people were told to teach or taught in a year, or in several."""
    return _told((year, until or year), _by(holders))


def _by(holders: Select[int]) -> ColumnElement[bool]:
    return or_(Session.told_instructor_id.in_(holders), Session.instructor_id.in_(holders))


def _told(years: tuple[int, int], condition: ColumnElement[bool]) -> list[LessonFacts]:
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    told = (SessionState.PUBLISHED, SessionState.HELD)
    stmt = _sessions().where(Session.day.between(first, last), Session.state.in_(told), condition)
    units = participants_where()
    return [_facts(row, units) for row in session().execute(stmt)]


def list_facts(session_ids: Sequence[int]) -> list[LessonFacts]:
    """These sessions, by day; a few, for a page."""
    rows = session().execute(_sessions().where(Session.id.in_(session_ids))).all()
    units = participants_where(TrainingClass.id.in_({row.TrainingClass.id for row in rows}))
    return sorted((_facts(row, units) for row in rows), key=lambda lesson: (lesson.day, lesson.session_ref))


def has_held(person_id: int, day: date) -> bool:
    """Whether a session was recorded that somebody held on a day, whether it counts for a duty or not."""
    midnight = datetime.combine(day, time())
    teacher = func.coalesce(Session.told_instructor_id, Session.instructor_id)
    mine = Session.state == SessionState.HELD, teacher == person_id
    told = Session.told_start >= midnight, Session.told_start < midnight + timedelta(days=1)
    on_day = or_(and_(*told), and_(Session.told_start.is_(None), Session.day == day))
    return session().scalar(select(Session.id).where(*mine, on_day).limit(1)) is not None


def find_wished(session_ids: Sequence[int], person_id: int) -> frozenset[int]:
    """Those of these sessions that somebody is wished for."""
    stmt = select(Session.id).where(Session.id.in_(session_ids), Session.wanted_instructor_id == person_id)
    return frozenset(session().scalars(stmt))


def list_near(
    post: PostFacts, scheme: SchemeFacts, span: tuple[date, date], without: Collection[int], most: int
) -> list[LessonFacts]:
    """The first lessons of a span of days that are before the right people for a post, leaving out `without`."""
    above = post.unit_path.rstrip("/").rpartition("/")[0] + "/"
    is_above_too = scheme.test is not AudienceTest.OWN_UNIT and above != "/"
    root = above if is_above_too else post.unit_path
    live = (SessionState.PLANNED, SessionState.PUBLISHED)
    stmt = (
        _sessions()
        .where(Session.day.between(*span), Course.is_party_lesson, Session.state.in_(live))
        # The audience tests look at nobody else; the rest need not be read.
        .where(
            or_(
                *(path.startswith(root) for path in (OrgUnit.path, Host.path, Town.path)),
                TrainingClass.id.in_(attended_from(root)),
            )
        )
        .order_by(Session.day, Session.id)
        .execution_options(yield_per=4 * most)
    )
    units = participants_where()
    rows = (_facts(row, units) for row in session().execute(stmt))
    first, last = span
    fitting = (x for x in rows if first <= x.day <= last and eligible(post, x, scheme))
    return list(islice((x for x in fitting if x.session_ref not in without), most))


def _sessions() -> AnySelect:
    return (
        select(
            Session,
            TrainingClass,
            Course.is_party_lesson,
            OrgUnit.path,
            Host.path,
            Host.level,
            Town.path,
            Town.name,
        )
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .join(OrgUnit, TrainingClass.owner_id == OrgUnit.id)
        .outerjoin(Course, Session.course_id == Course.id)
        .outerjoin(Host, TrainingClass.host_id == Host.id)
        .outerjoin(Town, TrainingClass.town_id == Town.id)
        .outerjoin(Venue, Venue.id == func.coalesce(Session.told_venue_id, Session.venue_id))
        .outerjoin(TeachingBase, Venue.base_id == TeachingBase.id)
    )


def _facts(row: AnyRow, units: Mapping[int, frozenset[str]]) -> LessonFacts:
    lesson, klass, is_party_lesson, owner_path, host_path, host_level, town_path, base_name = row
    host = Place(host_path, host_level) if host_path else None
    attend = units.get(klass.id, frozenset())
    people = audience_of(klass.order_kind, owner_path, host, town_path, is_main=klass.is_main, units=attend)
    is_held = lesson.state is SessionState.HELD
    is_told = lesson.state is SessionState.PUBLISHED and lesson.told_instructor_id is not None
    start = lesson.told_start if is_told and lesson.told_start else lesson.start
    hours = lesson.told_hours if is_told and lesson.told_hours else lesson.class_hours
    return LessonFacts(
        session_ref=lesson.id,
        day=start.date() if start else lesson.day,
        minutes=int(hours * MINUTES_PER_CLASS_HOUR),
        is_party_lesson=bool(is_party_lesson),
        host_path=people.host_path,
        area_path=people.area_path,
        audience_paths=people.audience_paths,
        class_kind=people.class_kind,
        instructor_id=_teacher(lesson),
        is_told=is_told,
        is_held=is_held,
        title=lesson.course_name,
        class_id=klass.id,
        class_name=klass.name,
        place=base_name or "",
        heads=lesson.attendance if is_held and lesson.attendance is not None else klass.size,
    )


def _teacher(lesson: Session) -> int | None:
    """Who taught it, or who was told to; a working plan nobody was told counts for nobody."""
    if lesson.state is SessionState.HELD:
        return lesson.told_instructor_id or lesson.instructor_id
    return lesson.told_instructor_id if lesson.state is SessionState.PUBLISHED else None
