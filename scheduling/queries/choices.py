"""What the forms offer: bases, courses, people."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import case, or_, select

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.enums import BaseKind
from bases.models import TeachingBase
from core.db import session
from core.errors import NotFound
from courses.models import Course
from instructor_pool.models import Instructor
from instructor_pool.rules.life import BOOKABLE
from scheduling.queries.loans import borrowed_people

MOST_OFFERED = 500


def list_bases(scope: Scope) -> list[tuple[int, str]]:
    """(id, name) of bases to wish for, main campuses first."""
    order = case(
        (TeachingBase.kind == BaseKind.MAIN_CAMPUS, 0),
        (TeachingBase.kind == BaseKind.BRANCH_POINT, 1),
        else_=2,
    )
    stmt = select(TeachingBase.id, TeachingBase.name).join(OrgUnit, TeachingBase.owner_id == OrgUnit.id)
    stmt = stmt.where(scope.clause(OrgUnit.path)).order_by(order, TeachingBase.name).limit(1000)
    return [(row.id, row.name) for row in session().execute(stmt)]


def list_courses(scope: Scope) -> list[tuple[int, str]]:
    """(id, name) of the courses that can be ordered."""
    stmt = select(Course.id, Course.name).join(OrgUnit, Course.owner_id == OrgUnit.id)
    stmt = stmt.where(scope.clause(OrgUnit.path), Course.retired.is_(False)).order_by(Course.name).limit(1000)
    return [(row.id, row.name) for row in session().execute(stmt)]


def find_people(scope: Scope, text: str, limit: int = 30) -> list[tuple[int, str, str]]:
    """(id, name, unit and post) of bookable people, borrowed ones too, whose name or initials hold every word."""
    stmt = select(Instructor.id, Instructor.name, Instructor.work_unit, Instructor.post_title)
    stmt = stmt.join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    mine = or_(scope.clause(OrgUnit.path), Instructor.id.in_(borrowed_people(scope)))
    stmt = stmt.where(mine, Instructor.state.in_(BOOKABLE))
    for word in text.split()[:4]:
        stmt = stmt.where(Instructor.search_text.icontains(word, autoescape=True))
    rows = session().execute(stmt.order_by(Instructor.name, Instructor.id).limit(limit))
    return [(row.id, row.name, f"{row.work_unit} {row.post_title}".strip()) for row in rows]


def list_people(scope: Scope) -> list[tuple[int, str]]:
    """The same as plain choices, for a select box without scripts."""
    return [(key, f"{name} {note}".strip()) for key, name, note in find_people(scope, "", MOST_OFFERED)]


def planning_unit(scope: Scope) -> OrgUnit:
    """The unit in whose plan a new class goes: the top of what the actor reaches, or the place looked at."""
    unit = session().scalar(select(OrgUnit).where(OrgUnit.path == (scope.root or "")))
    if unit is None:
        raise NotFound(gettext("请先在上方选择所在组织。"))
    return unit


def with_kept(offered: list[tuple[int, str]], kept: Course | Instructor | None) -> list[tuple[int, str]]:
    """The offer, and what is kept already even when it could not be chosen anew."""
    if kept is None or any(key == kept.id for key, _name in offered):
        return offered
    return [(kept.id, kept.name), *offered]
