"""Posts: the list, one with its history, and who else held it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from instructor_pool.models import Instructor
from party_lessons.enums import PostKind
from party_lessons.models import DutyEvent, Post

MOST_EVENTS = 60


def get_post(scope: Scope, post_id: int) -> Post:
    """A post inside the scope; NotFound otherwise."""
    stmt = select(Post).join(Post.unit).where(Post.id == post_id, scope.clause(OrgUnit.path))
    found = session().scalars(stmt).first()
    if found is None:
        raise NotFound(gettext("没有这个任职，或不在您的管理范围内。"))
    return found


def holders_in(scope: Scope) -> Select[int]:
    """Ids of the people who hold or held posts inside the scope."""
    return select(Post.holder_id).join(Post.unit).where(scope.clause(OrgUnit.path))


def list_holders_named(scope: Scope, name: str, day: date) -> list[tuple[Instructor, OrgUnit]]:
    """Who of this name is in post on a day inside the scope, and where."""
    stmt = (
        select(Instructor, OrgUnit)
        .join(Post, Post.holder_id == Instructor.id)
        .join(OrgUnit, Post.unit_id == OrgUnit.id)
        .where(Instructor.name == name, Post.starts <= day, or_(Post.ends.is_(None), Post.ends >= day))
        .where(scope.clause(OrgUnit.path))
        .order_by(Post.id)
    )
    return [(person, unit) for person, unit in session().execute(stmt)]


def holder_of(person_id: int) -> Select[int]:
    """One of them."""
    return select(Post.holder_id).where(Post.holder_id == person_id)


def find_overlapping(post: Post) -> Post | None:
    """The same post of the same person entered for days that overlap."""
    holder = post.holder_id or post.holder.id
    unit = post.unit_id or post.unit.id
    stmt = select(Post).where(
        Post.holder_id == holder,
        Post.unit_id == unit,
        Post.title == post.title,
        Post.kind == post.kind,
        or_(Post.ends.is_(None), Post.ends >= post.starts),
    )
    if post.ends is not None:
        stmt = stmt.where(Post.starts <= post.ends)
    if post.id is not None:
        stmt = stmt.where(Post.id != post.id)
    return session().scalars(stmt.limit(1)).first()


def list_posts_at(post: Post) -> list[Post]:
    """Everybody who held a post of the same kind at the same unit, latest first: gaps are vacancies."""
    stmt = select(Post).where(Post.unit_id == post.unit_id, Post.kind == post.kind)
    return list(session().scalars(stmt.order_by(Post.starts.desc(), Post.id.desc()).limit(20)))


def list_events(post_ids: Sequence[int], year: int | None = None) -> list[DutyEvent]:
    """What changed about what these posts owe, latest first."""
    stmt = select(DutyEvent).where(DutyEvent.post_id.in_(post_ids))
    if year is not None:
        stmt = stmt.where(DutyEvent.year == year)
    return list(session().scalars(stmt.order_by(DutyEvent.id.desc()).limit(MOST_EVENTS)))


def post_table(scope: Scope, today: date) -> BoundTable[Post]:
    """Posts with a duty, who is in post first."""
    is_held = and_(Post.starts <= today, or_(Post.ends.is_(None), Post.ends >= today))
    spans = {"now": is_held, "past": Post.ends < today, "ahead": Post.starts > today}
    table: Table[Post] = Table(
        name="posts",
        title=lazy_gettext("任职"),
        columns=[
            Column(
                "name", lazy_gettext("姓名"), lambda r: r.holder.name, sort=Instructor.name_pinyin,
                note=lambda r: r.title,
            ),
            Column("unit", lazy_gettext("单位"), lambda r: r.unit.title, sort=OrgUnit.path),
            Column("kind", lazy_gettext("职责类别"), lambda r: r.kind.label, sort=Post.kind),
            Column("starts", lazy_gettext("任职起"), lambda r: r.starts, sort=Post.starts, kind="date"),
            Column("ends", lazy_gettext("任职止"), lambda r: r.ends, sort=Post.ends, kind="date"),
            Column("now", lazy_gettext("状态"), lambda r: _now(r, today), kind="badge"),
        ],
        filters=[
            Filter(
                "span", lazy_gettext("状态"), lambda stmt, v: stmt.where(spans[v]),
                [("now", lazy_gettext("在任")), ("ahead", lazy_gettext("未到任")), ("past", lazy_gettext("已离任"))],
            ),
            Filter("kind", lazy_gettext("职责类别"), lambda stmt, v: stmt.where(Post.kind == v), PostKind.choices()),
        ],
        search=Instructor.search_text + " " + OrgUnit.name + " " + OrgUnit.committee,
        search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
        default_sort="unit",
        row_url=lambda r: url_for("duties.post", post_id=r.id),
    )  # fmt: skip
    stmt = (
        select(Post)
        .join(Post.unit)
        .join(Post.holder)
        .options(contains_eager(Post.unit), contains_eager(Post.holder))
        .where(scope.clause(OrgUnit.path))
    )
    return table.bind(session(), stmt)


def _now(post: Post, today: date) -> Badge:
    if post.starts > today:
        return Badge(gettext("未到任"), "info")
    if post.ends is not None and post.ends < today:
        return Badge(gettext("已离任"), "idle")
    return Badge(gettext("在任"), "ok")
