"""Reads over the catalogue."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import String, cast, select

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from courses.enums import Audience, Category, Method
from courses.models import Course


def get_course(scope: Scope, course_id: int) -> Course:
    """A course inside the scope; NotFound otherwise."""
    stmt = select(Course).join(OrgUnit, Course.owner_id == OrgUnit.id)
    course = session().scalar(stmt.where(Course.id == course_id, scope.clause(OrgUnit.path)))
    if course is None:
        raise NotFound(gettext("没有这门课程，或不在您的管理范围内。"))
    return course


def list_courses(scope: Scope, *, retired: bool = False) -> list[Course]:
    """Courses inside the scope by name; the retired ones only when asked."""
    stmt = select(Course).join(OrgUnit, Course.owner_id == OrgUnit.id).where(scope.clause(OrgUnit.path))
    if not retired:
        stmt = stmt.where(Course.retired.is_(False))
    return list(session().scalars(stmt.order_by(Course.category, Course.name)))


def search(scope: Scope, words: str, limit: int = 20) -> list[Course]:
    """Courses inside the scope whose name, pinyin or initials hold every word."""
    stmt = select(Course).join(OrgUnit, Course.owner_id == OrgUnit.id).where(scope.clause(OrgUnit.path))
    for word in words.split()[:5]:
        stmt = stmt.where(Course.search_text.icontains(word, autoescape=True))
    return list(session().scalars(stmt.order_by(Course.name).limit(limit)))


def _state(course: Course) -> Badge:
    return Badge(lazy_gettext("已停开"), "idle") if course.retired else Badge(lazy_gettext("在目录"), "ok")


def audience_labels(course: Course) -> list[str]:
    """Whom the course is for, in words."""
    return [Audience(value).label for value in course.audiences or []]


BY_CATEGORY = Filter(
    "category",
    lazy_gettext("内容类别"),
    lambda s, v: s.where(Course.category == Category(v)),
    Category.choices,
)
BY_METHOD = Filter(
    "method",
    lazy_gettext("教学形式"),
    lambda s, v: s.where(Course.method == Method(v)),
    Method.choices,
)
BY_AUDIENCE = Filter(
    "audience",
    lazy_gettext("适用领域"),
    lambda s, v: s.where(cast(Course.audiences, String).contains(f'"{v}"')),
    Audience.choices,
)
"""What every list of courses is narrowed by, the menu too."""

_YES_NO = [("yes", lazy_gettext("是")), ("no", lazy_gettext("否"))]
COURSES: Table[Course] = Table(
    name="courses",
    title=lazy_gettext("课程目录"),
    columns=[
        Column("name", lazy_gettext("课程"), lambda c: c.name, sort=Course.name),
        Column("category", lazy_gettext("内容类别"), lambda c: c.category.label, sort=Course.category),
        Column("method", lazy_gettext("教学形式"), lambda c: c.method.label, sort=Course.method),
        Column(
            "hours", lazy_gettext("学时"), lambda c: c.class_hours, sort=Course.class_hours, kind="number"
        ),
        Column(
            "party",
            lazy_gettext("可作党课"),
            lambda c: gettext("是") if c.is_party_lesson else gettext("否"),
            sort=Course.is_party_lesson,
        ),
        Column("ratio", lazy_gettext("计入"), lambda c: c.ratio.label),
        Column("audiences", lazy_gettext("适用领域"), audience_labels, kind="tags"),
        Column("state", lazy_gettext("状态"), _state, sort=Course.retired, kind="badge", default=False),
    ],
    filters=[
        BY_CATEGORY,
        BY_METHOD,
        Filter(
            "party",
            lazy_gettext("可作党课"),
            lambda s, v: s.where(Course.is_party_lesson.is_(v == "yes")),
            _YES_NO,
        ),
        BY_AUDIENCE,
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda s, v: s.where(Course.retired.is_(v == "retired")),
            [("menu", lazy_gettext("在目录")), ("retired", lazy_gettext("已停开"))],
        ),
    ],
    search=Course.search_text,
    search_hint=lazy_gettext("搜索课程、拼音首字母"),
    default_sort="category",
    row_url=lambda c: url_for("courses.show", course_id=c.id),
)


def courses_table(scope: Scope) -> BoundTable[Course]:
    """The catalogue inside the scope."""
    return COURSES.bind(
        session(),
        select(Course).join(OrgUnit, Course.owner_id == OrgUnit.id).where(scope.clause(OrgUnit.path)),
    )
