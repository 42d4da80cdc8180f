"""Courseware by version, who is cleared for what, and incidents."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from courses.models import Course
from instructor_pool.enums import ClearanceProblem, CoursewareState
from instructor_pool.models import Courseware, Instructor, Qualification, TeachingIncident
from instructor_pool.rules.clearance import SOON_DAYS, clearance_problem

TONES: dict[CoursewareState, Tone] = {
    CoursewareState.SUBMITTED: "info",
    CoursewareState.CLEARED: "ok",
    CoursewareState.RETURNED: "warn",
}
MOST_PROBLEMS = 200


def courseware_badge(item: Courseware) -> Badge:
    """The state of a version in words and colour; cleared ones may be over or about to end."""
    today = clock.today()
    if item.state is CoursewareState.CLEARED and item.cleared_until is not None:
        if item.cleared_until < today:
            return Badge(ClearanceProblem.EXPIRED.label, "bad")
        if item.cleared_until < today + timedelta(days=SOON_DAYS):
            return Badge(gettext("将到期"), "warn")
    return Badge(item.state.label, TONES.get(item.state, "idle"))


def clearance_badge(item: Qualification) -> Badge:
    """Whether a course can be scheduled with somebody, in words and colour."""
    problem = clearance_problem(item, clock.today())
    if problem is not None:
        return Badge(problem.label, "bad" if problem is ClearanceProblem.EXPIRED else "warn")
    if item.cleared_until is not None and item.cleared_until < clock.today() + timedelta(days=SOON_DAYS):
        return Badge(gettext("审核至 %(day)s，将到期", day=item.cleared_until), "warn")
    if item.cleared_until is None:
        return Badge(gettext("可讲"), "ok")
    return Badge(gettext("审核至 %(day)s", day=item.cleared_until), "ok")


def _scoped(scope: Scope) -> Select[Courseware]:
    return (
        select(Courseware)
        .join(Instructor, Courseware.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .join(Course, Courseware.course_id == Course.id)
        .where(scope.clause(OrgUnit.path))
        .options(contains_eager(Courseware.instructor), contains_eager(Courseware.course))
    )


def get_courseware(scope: Scope, courseware_id: int) -> Courseware:
    """A version inside the scope; NotFound otherwise."""
    item = session().scalar(_scoped(scope).where(Courseware.id == courseware_id))
    if item is None:
        raise NotFound(gettext("没有这份课件，或不在您的管理范围内。"))
    return item


def list_courseware(instructor_id: int) -> list[Courseware]:
    """Every version of a person, by course, the latest first."""
    stmt = (
        select(Courseware)
        .join(Course)
        .where(Courseware.instructor_id == instructor_id)
        .options(contains_eager(Courseware.course))
    )
    return list(session().scalars(stmt.order_by(Course.name, Courseware.number.desc())))


def list_versions(instructor_id: int, course_id: int) -> list[Courseware]:
    """Versions of one course of a person, the latest first."""
    stmt = select(Courseware).where(
        Courseware.instructor_id == instructor_id, Courseware.course_id == course_id
    )
    return list(session().scalars(stmt.order_by(Courseware.number.desc())))


def find_qualification(instructor_id: int, course_id: int) -> Qualification | None:
    """What is kept about a person and a course."""
    return session().scalar(
        select(Qualification).where(
            Qualification.instructor_id == instructor_id, Qualification.course_id == course_id
        )
    )


def clearance_problems(course_id: int, day: date, ids: Collection[int]) -> dict[int, ClearanceProblem]:
    """For those of `ids` who list the course: why it cannot be scheduled with them on `day`. One statement."""
    stmt = select(Qualification).where(
        Qualification.course_id == course_id, Qualification.instructor_id.in_(sorted(ids)[:MOST_PROBLEMS])
    )
    found = {q.instructor_id: clearance_problem(q, day) for q in session().scalars(stmt)}
    return {who: problem for who, problem in found.items() if problem is not None}


def waiting_for_review(scope: Scope) -> Select[int]:
    """Counts the versions that wait for review."""
    stmt = _scoped(scope).where(Courseware.state == CoursewareState.SUBMITTED)
    return select(func.count()).select_from(stmt.order_by(None).subquery())


def _by_state(stmt: Select[Courseware], value: str) -> Select[Courseware]:
    today = clock.today()
    if value == "ending":
        return stmt.where(
            Courseware.state == CoursewareState.CLEARED,
            Courseware.cleared_until.between(today, today + timedelta(days=SOON_DAYS)),
        )
    if value == "expired":
        return stmt.where(Courseware.state == CoursewareState.CLEARED, Courseware.cleared_until < today)
    return stmt.where(Courseware.state == CoursewareState(value))


COURSEWARE: Table[Courseware] = Table(
    name="courseware",
    title=lazy_gettext("课件审核"),
    columns=[
        Column(
            "course",
            lazy_gettext("课程"),
            lambda c: c.course.name,
            sort=Course.name,
            note=lambda c: gettext("第 %(n)s 版 %(title)s", n=c.number, title=c.title),
        ),
        Column(
            "person",
            lazy_gettext("讲师"),
            lambda c: c.instructor.name,
            sort=Instructor.name_pinyin,
            note=lambda c: c.instructor.work_unit,
        ),
        Column(
            "submitted",
            lazy_gettext("提交"),
            lambda c: c.submitted_at.date(),
            sort=Courseware.submitted_at,
            kind="date",
            note=lambda c: c.submitted_by,
        ),
        Column("reviewer", lazy_gettext("审核人"), lambda c: c.reviewer, sort=Courseware.reviewer),
        Column(
            "until",
            lazy_gettext("审核至"),
            lambda c: c.cleared_until,
            sort=Courseware.cleared_until,
            kind="date",
        ),
        Column("state", lazy_gettext("状态"), courseware_badge, sort=Courseware.state, kind="badge"),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            _by_state,
            lambda: [
                *((s.value, s.label) for s in CoursewareState),
                ("ending", gettext("%(n)s 天内到期", n=SOON_DAYS)),
                ("expired", gettext("已到期")),
            ],
        ),
    ],
    search=Instructor.search_text.concat(" ").concat(Course.search_text),
    search_hint=lazy_gettext("搜索姓名、课程、拼音首字母"),
    default_sort="-submitted",
    row_url=lambda c: url_for("instructor_pool.courseware_item", courseware_id=c.id),
)


def courseware_table(scope: Scope) -> BoundTable[Courseware]:
    """Every version inside the scope."""
    return COURSEWARE.bind(session(), _scoped(scope))


def teachers_of(scope: Scope, course_id: int, limit: int = 100) -> list[Qualification]:
    """People who can be booked and list the course: cleared ones first, then by rating."""
    stmt = (
        select(Qualification)
        .join(Instructor, Qualification.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), Qualification.course_id == course_id)
        .where(Instructor.state.in_(("appointed", "renewal_due")))
        .options(contains_eager(Qualification.instructor))
    )
    today = clock.today()
    is_cleared = Qualification.cleared_on.is_not(None) & or_(
        Qualification.cleared_until.is_(None), Qualification.cleared_until >= today
    )
    order = (is_cleared.desc(), Instructor.rating.desc(), Instructor.name_pinyin)
    return list(session().scalars(stmt.order_by(*order).limit(limit)))


def list_incidents(instructor_id: int) -> list[TeachingIncident]:
    """Everything that went wrong, revoked ones too, the latest first."""
    stmt = select(TeachingIncident).where(TeachingIncident.instructor_id == instructor_id)
    return list(session().scalars(stmt.order_by(TeachingIncident.day.desc(), TeachingIncident.id.desc())))


def get_incident(scope: Scope, incident_id: int) -> TeachingIncident:
    """An incident of somebody inside the scope; NotFound otherwise."""
    stmt = (
        select(TeachingIncident)
        .join(Instructor)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(TeachingIncident.id == incident_id, scope.clause(OrgUnit.path))
        .options(joinedload(TeachingIncident.instructor))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这条记录，或不在您的管理范围内。"))
    return found
