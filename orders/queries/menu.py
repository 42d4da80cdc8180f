"""The menu for grass-roots units: courses, and people who may teach them, as the level above offers them.

Public inside the system, so it names of a person no more than a course list on paper does: name, unit, post and courses.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import selectinload

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from bases.models import TeachingBase
from bases.rules.life import BOOKABLE as BOOKABLE_BASES
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Filter, Table
from courses.models import Course
from courses.queries import BY_AUDIENCE, BY_CATEGORY, BY_METHOD, audience_labels
from instructor_pool.enums import SourceCategory
from instructor_pool.models import Instructor, Qualification
from instructor_pool.rules.life import BOOKABLE

LEAST_SCORES = 5
"""A rating is shown from so many scores on [common]."""
MOST_OFFERED = 500


def _above(scope: Scope) -> list[str]:
    """Paths of the units above what the scope reaches."""
    found = set()
    for path in scope.subtrees | scope.units:
        steps = path.strip("/").split("/")
        found |= {"/" + "/".join(steps[:n]) + "/" for n in range(1, len(steps))}
    return sorted(found)


def offers(scope: Scope) -> ColumnElement[bool]:
    """Units whose courses are on this scope's menu: its own, and all above."""
    return true() if scope.everything else or_(scope.clause(OrgUnit.path), OrgUnit.path.in_(_above(scope)))


def _lends(scope: Scope) -> ColumnElement[bool]:
    """Units whose people are: its own, and those of its county, which needs no loan for them."""
    above = _above(scope)
    stmt = select(OrgUnit.path).where(OrgUnit.path.in_(above), OrgUnit.level == Level.COUNTY)
    counties = session().scalars(stmt).all()
    return or_(
        scope.clause(OrgUnit.path), *(and_(OrgUnit.path >= p, OrgUnit.path < p + "~") for p in counties)
    )


_IS_CLEARED = Qualification.cleared_on.is_not(None)
_TEACHERS: Any = (
    select(func.count())
    .select_from(Qualification)
    .join(Instructor, Qualification.instructor_id == Instructor.id)
    .where(Qualification.course_id == Course.id, _IS_CLEARED, Instructor.state.in_(BOOKABLE))
    .correlate(Course)
    .scalar_subquery()
)


def _courses(scope: Scope, *entities: Any) -> Select[Any]:
    stmt = select(*entities).select_from(Course).join(OrgUnit, Course.owner_id == OrgUnit.id)
    return stmt.where(offers(scope), Course.retired.is_(False))


def get_course(scope: Scope, course_id: int) -> Course:
    """A course on the menu; NotFound otherwise."""
    found: Course | None = session().scalar(_courses(scope, Course).where(Course.id == course_id))
    if found is None:
        raise NotFound(gettext("菜单上没有这门课程。"))
    return found


def list_courses(scope: Scope) -> list[tuple[int, str]]:
    """(id, name) of the courses on the menu."""
    stmt = _courses(scope, Course.id, Course.name).order_by(Course.name).limit(MOST_OFFERED)
    return [(row.id, row.name) for row in session().execute(stmt)]


COURSES: Table[Any] = Table(
    name="menu-courses",
    title=lazy_gettext("课程菜单"),
    columns=[
        Column("name", lazy_gettext("课程"), lambda r: r.Course.name, sort=Course.name, width=36),
        Column("category", lazy_gettext("内容类别"), lambda r: r.Course.category.label, sort=Course.category),
        Column("method", lazy_gettext("教学形式"), lambda r: r.Course.method.label, sort=Course.method),
        Column(
            "hours",
            lazy_gettext("学时"),
            lambda r: r.Course.class_hours,
            sort=Course.class_hours,
            kind="number",
        ),
        Column("audiences", lazy_gettext("适用领域"), lambda r: audience_labels(r.Course), kind="tags"),
        Column("teachers", lazy_gettext("能讲的人"), lambda r: r.teachers, kind="number"),
        Column(
            "party",
            lazy_gettext("可作党课"),
            lambda r: gettext("是") if r.Course.is_party_lesson else gettext("否"),
            sort=Course.is_party_lesson,
            default=False,
        ),
    ],
    filters=[BY_CATEGORY, BY_METHOD, BY_AUDIENCE],
    search=Course.search_text,
    search_hint=lazy_gettext("搜索课程、拼音首字母"),
    default_sort="name",
    row_key=lambda r: r.Course.id,
    keep=("campaign",),
)


def courses_table(scope: Scope) -> BoundTable[Any]:
    """The courses to order, with how many may teach each."""
    return COURSES.bind(session(), _courses(scope, Course, _TEACHERS.label("teachers")))


def _people(scope: Scope) -> Select[Any]:
    teaches = select(Qualification.instructor_id).join(Course, Qualification.course_id == Course.id)
    teaches = teaches.where(_IS_CLEARED, Course.retired.is_(False))
    return (
        select(Instructor)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(_lends(scope), Instructor.state.in_(BOOKABLE), Instructor.id.in_(teaches))
        .options(selectinload(Instructor.qualifications).joinedload(Qualification.course))
    )


def get_lecturer(scope: Scope, instructor_id: int) -> Instructor:
    """Somebody on the menu; NotFound otherwise."""
    found: Instructor | None = session().scalar(_people(scope).where(Instructor.id == instructor_id))
    if found is None:
        raise NotFound(gettext("菜单上没有这位讲师。"))
    return found


def lecturers_for(scope: Scope, course_id: int) -> list[tuple[int, str]]:
    """(id, name with unit) of people who may teach a course."""
    stmt = _people(scope).options().where(_teaches(course_id)).order_by(Instructor.name_pinyin, Instructor.id)
    return [(i.id, f"{i.name} {i.work_unit}".strip()) for i in session().scalars(stmt.limit(MOST_OFFERED))]


def _teaches(course_id: int) -> ColumnElement[bool]:
    stmt = select(Qualification.instructor_id).where(Qualification.course_id == course_id, _IS_CLEARED)
    return Instructor.id.in_(stmt)


def courses_of(person: Instructor) -> list[Course]:
    """What somebody may teach now, by name."""
    found = [q.course for q in person.qualifications if q.cleared_on and not q.course.retired]
    return sorted(found, key=lambda course: course.name)


def _all_courses() -> list[tuple[str, str]]:
    stmt = select(Course.id, Course.name).where(Course.retired.is_(False)).order_by(Course.name)
    return [(str(row.id), row.name) for row in session().execute(stmt.limit(MOST_OFFERED))]


LECTURERS: Table[Instructor] = Table(
    name="menu-lecturers",
    title=lazy_gettext("讲师菜单"),
    columns=[
        Column(
            "name",
            lazy_gettext("讲师"),
            lambda i: i.name,
            sort=Instructor.name_pinyin,
            note=lambda i: f"{i.work_unit} {i.post_title}".strip(),
        ),
        Column(
            "source", lazy_gettext("来源"), lambda i: i.source_category.label, sort=Instructor.source_category
        ),
        Column(
            "courses",
            lazy_gettext("可授课程"),
            lambda i: [c.name for c in courses_of(i)],
            kind="tags",
            width=44,
        ),
        Column(
            "rating",
            lazy_gettext("评分"),
            lambda i: i.rating if i.rating_count >= LEAST_SCORES else None,
            kind="number",
        ),
    ],
    filters=[
        Filter("course", lazy_gettext("课程"), lambda s, v: s.where(_teaches(int(v))), _all_courses),
        Filter(
            "source",
            lazy_gettext("来源"),
            lambda s, v: s.where(Instructor.source_category == SourceCategory(v)),
            SourceCategory.choices,
        ),
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="name",
    keep=("campaign",),
)


def lecturers_table(scope: Scope) -> BoundTable[Instructor]:
    """People to order, with what they may teach."""
    return LECTURERS.bind(session(), _people(scope))


def list_bases(scope: Scope) -> list[tuple[int, str]]:
    """(id, name) of bases that can be booked, of the menu's units."""
    stmt = select(TeachingBase.id, TeachingBase.name).join(OrgUnit, TeachingBase.owner_id == OrgUnit.id)
    stmt = stmt.where(_lends(scope), TeachingBase.state.in_(BOOKABLE_BASES))
    return [
        (row.id, row.name) for row in session().execute(stmt.order_by(TeachingBase.name).limit(MOST_OFFERED))
    ]
