"""People who may hold a post, and units it may be at, for pickers and select boxes."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from instructor_pool.enums import PoolState, SourceCategory
from instructor_pool.models import Instructor
from party_lessons.models import Post

MOST_OFFERED = 1000
GONE = (PoolState.EXITED, PoolState.REJECTED, PoolState.MERGED)


def find_holders(scope: Scope, text: str, limit: int = 30) -> list[tuple[int, str, str]]:
    """(id, name, unit and post) of people of the pool whose name or initials hold every word; leaders first."""
    stmt = select(Instructor.id, Instructor.name, Instructor.work_unit, Instructor.post_title)
    stmt = stmt.join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    stmt = stmt.where(scope.clause(OrgUnit.path), Instructor.state.not_in(GONE))
    for word in text.split()[:4]:
        stmt = stmt.where(Instructor.search_text.icontains(word, autoescape=True))
    leads = case((Instructor.source_category == SourceCategory.LEADER, 0), else_=1)
    rows = session().execute(stmt.order_by(leads, Instructor.name_pinyin, Instructor.id).limit(limit))
    return [(row.id, row.name, f"{row.work_unit} {row.post_title}".strip()) for row in rows]


def list_holders(scope: Scope) -> list[tuple[str, str]]:
    """The same as plain choices, for a select box without scripts."""
    return [(str(key), f"{name} {note}".strip()) for key, name, note in find_holders(scope, "", MOST_OFFERED)]


def get_holder(scope: Scope, person_id: int) -> Instructor:
    """Somebody of the pool inside the scope; NotFound otherwise."""
    stmt = select(Instructor).join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    found = session().scalars(stmt.where(Instructor.id == person_id, scope.clause(OrgUnit.path))).first()
    if found is None:
        raise NotFound(gettext("没有这个人，或不在您的管理范围内。"))
    return found


def get_leader(scope: Scope, person_id: int) -> Instructor:
    """Somebody with a post inside the scope; NotFound otherwise."""
    holders = select(Post.holder_id).join(Post.unit).where(scope.clause(OrgUnit.path))
    found = (
        session()
        .scalars(select(Instructor).where(Instructor.id == person_id, Instructor.id.in_(holders)))
        .first()
    )
    if found is None:
        raise NotFound(gettext("没有这个人，或不在您的管理范围内。"))
    return found


def find_seats(scope: Scope, text: str, limit: int = 30) -> list[tuple[int, str, str]]:
    """(id, name, unit above) of units inside the scope whose name holds the text, in tree order."""
    stmt = select(OrgUnit).where(scope.clause(OrgUnit.path)).options(joinedload(OrgUnit.parent))
    for word in text.split()[:4]:
        stmt = stmt.where(OrgUnit.name.icontains(word, autoescape=True))
    rows = session().scalars(stmt.order_by(OrgUnit.path).limit(limit))
    return [(unit.id, unit.title, unit.parent.title if unit.parent else "") for unit in rows]


def list_seats(scope: Scope) -> list[tuple[str, str]]:
    """The same as plain choices, for a select box without scripts."""
    return [(str(key), name) for key, name, _above in find_seats(scope, "", MOST_OFFERED)]


def find_leaders(scope: Scope, text: str, limit: int = 30) -> list[tuple[int, str, str]]:
    """(id, name, post) of people with a post inside the scope whose name or initials hold every word."""
    stmt = (
        select(Instructor.id, Instructor.name, func.max(Post.title))
        .join(Post, Post.holder_id == Instructor.id)
        .join(Post.unit)
        .where(scope.clause(OrgUnit.path))
    )
    for word in text.split()[:4]:
        stmt = stmt.where(Instructor.search_text.icontains(word, autoescape=True))
    grouped = stmt.group_by(Instructor.id, Instructor.name, Instructor.name_pinyin)
    rows = session().execute(grouped.order_by(Instructor.name_pinyin, Instructor.id).limit(limit))
    return [(key, name, title) for key, name, title in rows]


def list_leaders(scope: Scope) -> list[tuple[str, str]]:
    """The same as plain choices."""
    return [(str(key), f"{name} {title}") for key, name, title in find_leaders(scope, "", MOST_OFFERED)]


def find_own_seats(user_id: int, today: date) -> tuple[Instructor | None, dict[int, OrgUnit]]:
    """The person behind an account, and units that may have heard a lesson: of posts held this year, and right above."""
    person = session().scalars(select(Instructor).where(Instructor.user_id == user_id)).first()
    if person is None:
        return None, {}
    mine = (
        select(OrgUnit)
        .join(Post, Post.unit_id == OrgUnit.id)
        .where(Post.holder_id == person.id, Post.starts <= today)
        .where(or_(Post.ends.is_(None), Post.ends >= today.replace(month=1, day=1)))
        .order_by(OrgUnit.path)
    )
    units = list(session().scalars(mine))
    above = [unit.parent for unit in units if unit.parent is not None]
    return person, {unit.id: unit for unit in (*units, *above)}
