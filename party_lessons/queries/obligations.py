"""Obligations and posts: one, those of a person, those of a year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from instructor_pool.models import Instructor
from party_lessons.models import Credit, Obligation, Post


def _whole() -> Select[Obligation]:
    """Obligations with post, holder, unit and credits: two statements."""
    return (
        select(Obligation)
        .join(Obligation.post)
        .join(Post.unit)
        .options(
            contains_eager(Obligation.post).options(contains_eager(Post.unit), joinedload(Post.holder)),
            joinedload(Obligation.scheme),
            selectinload(Obligation.credits),
        )
    )


def get_obligation(scope: Scope, obligation_id: int) -> Obligation:
    """An obligation of a post inside the scope; NotFound otherwise."""
    stmt = _whole().where(Obligation.id == obligation_id, scope.clause(OrgUnit.path))
    found = session().scalars(stmt).unique().first()
    if found is None:
        raise NotFound(gettext("没有这项党课责任，或不在您的管理范围内。"))
    return found


def get_own_obligation(user_id: int, obligation_id: int) -> Obligation:
    """An obligation of the person behind an account; NotFound otherwise."""
    mine = Obligation.post.has(Post.holder.has(Instructor.user_id == user_id))
    found = session().scalars(_whole().where(Obligation.id == obligation_id, mine)).unique().first()
    if found is None:
        raise NotFound(gettext("没有这项党课责任，或不是您的。"))
    return found


def list_obligations(ids: Sequence[int]) -> list[Obligation]:
    """These obligations whatever the scope, in tree order: a few of them."""
    stmt = _whole().where(Obligation.id.in_(ids)).order_by(OrgUnit.path, Post.starts, Obligation.id)
    return list(session().scalars(stmt).unique())


def list_posts_of(holder_id: int, year: int) -> list[Post]:
    """Posts a person holds for at least a day of the year, with their units."""
    stmt = select(Post).where(Post.holder_id == holder_id, held_in(year)).options(joinedload(Post.unit))
    return list(session().scalars(stmt))


def list_posts(year: int, among: Collection[int] | None = None) -> list[Post]:
    """Every post held for at least a day of the year, with its unit; or those `among` some ids."""
    stmt = select(Post).where(held_in(year)).options(joinedload(Post.unit)).order_by(Post.id)
    return list(session().scalars(stmt if among is None else stmt.where(Post.id.in_(among))))


def held_in(year: int) -> ColumnElement[bool]:
    """Held on some day of the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return (Post.starts <= last) & or_(Post.ends.is_(None), Post.ends >= first)


def find_obligations(post_ids: Sequence[int], year: int) -> dict[int, list[Obligation]]:
    """The obligations of these posts in a year by post id, one for each scheme, their credits loaded."""
    stmt = select(Obligation).where(Obligation.post_id.in_(post_ids), Obligation.year == year)
    rows = session().scalars(stmt.options(selectinload(Obligation.credits)))
    found: dict[int, list[Obligation]] = {}
    for row in rows:
        found.setdefault(row.post_id, []).append(row)
    return found


def find_credits(session_ref: int) -> list[Credit]:
    """What a session counts for."""
    return list(session().scalars(select(Credit).where(Credit.session_ref == session_ref)))


def find_credits_of_report(report_id: int) -> list[Credit]:
    """What a reported lesson counts for."""
    return list(session().scalars(select(Credit).where(Credit.report_id == report_id)))


def years_of(post: Post) -> set[int]:
    """Years in which the post has an obligation already."""
    return set(session().scalars(select(Obligation.year).where(Obligation.post_id == post.id)))


def years() -> list[int]:
    """Years that have obligations, latest first."""
    return list(session().scalars(select(Obligation.year).distinct().order_by(Obligation.year.desc())))
