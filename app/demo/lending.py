"""Instructors lent between the demo's county, its city and the county next door: a loan in every state."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from accounts.models import OrgUnit
from app.demo.cast import Cast
from core.db import session, transaction
from courses.models import Course
from instructor_pool.enums import EngagementMode, SourceCategory
from instructor_pool.models import Instructor
from instructor_pool.rules.life import BOOKABLE
from instructor_pool.services import register
from party_lessons.models import Post
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Loan, Session, TrainingClass
from scheduling.services import lending, placing, publishing
from scheduling.services.lending import Wish

CITY, NEIGHBOUR = "济宁市", "金乡县"
QUOTAS = {CITY: 40, NEIGHBOUR: 12}
OWN_QUOTA = 20
TERM = (date(2026, 9, 1), date(2028, 8, 31))
SPRING, AUTUMN = (date(2027, 5, 15), date(2027, 7, 31)), (date(2027, 9, 1), date(2027, 12, 31))
NOTE = "请市里的老师来讲，学时比例不足处已报部长同意。"


def lend(cast: Cast) -> None:
    """Quotas, people to ask for, and loans: one used, one for a class, two waiting, one refused, one ended."""
    taught = _last_unanswered()
    with transaction():
        theirs = _people_of(cast, taught)
        _open_quotas(cast)
    with transaction():
        asked = [
            _ask(cast, theirs[0], Wish(6, "请市委党校的老师到县里讲理论课", None, *SPRING)),
            _ask(cast, theirs[1], Wish(2, "秋季主体班次的专题课", None, *AUTUMN)),
            _ask(cast, theirs[2], Wish(4, "邻县经验交流", None, *AUTUMN)),
            _ask(cast, theirs[3], Wish(1, "典型案例", None, *SPRING)),
        ]
        _lend_own(cast)
        ids = [loan.id for loan in asked]
    with transaction():
        first, _waiting, third, fourth = (session().get_one(Loan, loan_id) for loan_id in ids)
        lending.approve(first, 4, "请提前一周告知课题", actor=cast.actor("city"))
        lending.approve(third, 4, actor=cast.actor("neighbour"))
        lending.refuse(fourth, "那段时间本县也在办班", actor=cast.actor("neighbour"))
    with transaction():
        lending.end(session().get_one(Loan, ids[2]), "人员另有任用", actor=cast.actor("neighbour"))
    if taught is not None:
        _teach(cast, taught, theirs[0].id)


def _unit(name: str) -> OrgUnit:
    return session().scalars(select(OrgUnit).where(OrgUnit.name == name)).one()


def _open_quotas(cast: Cast) -> None:
    for login, (name, most) in zip(("city", "neighbour"), QUOTAS.items(), strict=True):
        lending.set_quota(_unit(name), 2027, most, actor=cast.actor(login))
    lending.set_quota(cast.county, 2027, OWN_QUOTA, actor=cast.actor("organiser"))


def _people_of(cast: Cast, taught: int | None) -> list[Instructor]:
    """Two of the city and two of the county next door, who teach the course of the lesson that is to be handed over."""
    courses = list(
        session().scalars(select(Course).where(Course.is_party_lesson).order_by(Course.id).limit(3))
    )
    lesson = session().get(Session, taught)
    if lesson is not None and lesson.course is not None and lesson.course not in courses:
        courses.append(lesson.course)
    made = []
    for name, unit, work_unit, post in (
        ("冉启明", CITY, "济宁市委党校", "教授"),
        ("宓知远", CITY, "济宁市委党校", "副教授"),
        ("漆雕文", NEIGHBOUR, "金乡县委党校", "讲师"),
        ("公西和", NEIGHBOUR, "金乡县羊山革命纪念地", "主任"),
    ):
        person = register.enter(
            _unit(unit),
            actor=cast.actor("city"),
            reason="原有师资",
            name=name,
            work_unit=work_unit,
            post_title=post,
            source_category=SourceCategory.PARTY_SCHOOL_TEACHER,
            engagement_mode=EngagementMode.APPOINTED,
            term_start=TERM[0],
            term_end=TERM[1],
            courses=courses,
        )
        made.append(person)
    session().flush()
    return made


def _ask(cast: Cast, person: Instructor, wish: Wish) -> Loan:
    return lending.ask(person, cast.county, wish, actor=cast.actor("organiser"))


def _lend_own(cast: Cast) -> None:
    """The county next door asks for two of the county's people; one request still waits."""
    stmt = select(Instructor).where(Instructor.owner_id == cast.county_id, Instructor.state.in_(BOOKABLE))
    first, second = session().scalars(stmt.order_by(Instructor.id).limit(2))
    neighbour = cast.actor("neighbour")
    wish = Wish(3, "党史专题讲座", None, *AUTUMN)
    loan = lending.ask(first, _unit(NEIGHBOUR), wish, actor=neighbour)
    lending.approve(loan, 3, actor=cast.actor("approver"))
    lending.ask(second, _unit(NEIGHBOUR), Wish(2, "村书记培训班", None, *AUTUMN), actor=neighbour)


def _last_unanswered() -> int | None:
    """The last published lesson within the spring loan whose lecturer has not answered, and owes no party lesson."""
    stmt = (
        select(Session.id)
        .join(Booking, Booking.session_id == Session.id)
        .where(Booking.kind == ResourceKind.INSTRUCTOR, Booking.state == BookingState.HELD)
        .where(Booking.day.between(*SPRING), Session.leader_required.is_(False))
        .where(Session.wanted_instructor_id.is_(None), Session.instructor_id == Session.told_instructor_id)
        .where(Session.instructor_id.not_in(select(Post.holder_id)))
    )
    return session().scalars(stmt.order_by(Booking.day.desc(), Session.id.desc()).limit(1)).first()


def _teach(cast: Cast, session_id: int, person_id: int) -> None:
    """Hand a lesson over to the borrowed lecturer and tell everybody."""
    with transaction():
        row = session().get_one(Session, session_id)
        choice = placing.Choice(row.start, person_id, row.venue_id)
        placing.place(row, choice, actor=cast.actor("organiser"))
        class_id = row.class_id
    with transaction():
        klass = session().get_one(TrainingClass, class_id)
        publishing.publish(klass, actor=cast.actor("organiser"), note=NOTE)
