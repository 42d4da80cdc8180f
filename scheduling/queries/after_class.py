"""Materials of sessions and what was agreed after them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Scope
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from scheduling.models import FollowUp, Session, SessionMaterial, TrainingClass
from scheduling.queries.classes import planned_by, visible


def list_materials(session_id: int) -> list[SessionMaterial]:
    """What is kept of a session, oldest first; the bodies of files are not read."""
    stmt = select(SessionMaterial).where(SessionMaterial.session_id == session_id)
    return list(
        session().scalars(stmt.options(joinedload(SessionMaterial.file)).order_by(SessionMaterial.id))
    )


def get_material(condition: ColumnElement[bool], material_id: int) -> SessionMaterial:
    """One of a class that meets the condition."""
    stmt = (
        select(SessionMaterial)
        .join(SessionMaterial.session)
        .join(Session.training_class)
        .where(SessionMaterial.id == material_id, condition)
        .options(contains_eager(SessionMaterial.session).contains_eager(Session.training_class))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这份材料，或不在您的管理范围内。"))
    return found


def get_seen_material(scope: Scope, material_id: int) -> SessionMaterial:
    """To look at."""
    return get_material(visible(scope), material_id)


def get_own_material(scope: Scope, material_id: int) -> SessionMaterial:
    """To take away."""
    return get_material(planned_by(scope), material_id)


def list_follow_ups(session_id: int) -> list[FollowUp]:
    """What was agreed after a session, the earliest due first."""
    stmt = select(FollowUp).where(FollowUp.session_id == session_id)
    return list(session().scalars(stmt.order_by(FollowUp.due_on, FollowUp.id)))


def get_follow_up(scope: Scope, follow_up_id: int) -> FollowUp:
    """One of a class planned inside the scope, to change."""
    stmt = (
        select(FollowUp)
        .join(FollowUp.session)
        .join(Session.training_class)
        .where(FollowUp.id == follow_up_id, planned_by(scope))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这一项，或不在您的管理范围内。"))
    return found


def standing(item: FollowUp, today: date) -> Badge:
    """How far it is, in words."""
    if item.done_at is not None:
        return Badge(gettext("已办结"), "ok")
    if item.due_on < today:
        return Badge(gettext("已过期"), "bad")
    return Badge(gettext("待办"), "info")


def _in_state(stmt: Any, value: str) -> Any:
    today, is_open = clock.today(), FollowUp.done_at.is_(None)
    conditions = {
        "open": is_open,
        "late": and_(is_open, FollowUp.due_on < today),
        "done": FollowUp.done_at.is_not(None),
    }
    return stmt.where(conditions[value])


FOLLOW_UPS: Table[FollowUp] = Table(
    name="follow_ups",
    title=lazy_gettext("课后事项"),
    columns=[
        Column("what", lazy_gettext("事项"), lambda f: f.what, sort=FollowUp.what, width=40),
        Column("who", lazy_gettext("负责人"), lambda f: f.who, sort=FollowUp.who),
        Column("due", lazy_gettext("期限"), lambda f: f.due_on, sort=FollowUp.due_on, kind="date"),
        Column(
            "state",
            lazy_gettext("进展"),
            lambda f: standing(f, clock.today()),
            sort=FollowUp.done_at,
            kind="badge",
            note=lambda f: f.result or None,
        ),
        Column(
            "class", lazy_gettext("班次"), lambda f: f.session.training_class.name, sort=TrainingClass.name
        ),
        Column("course", lazy_gettext("课程"), lambda f: f.session.course_name, sort=Session.course_name),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("进展"),
            _in_state,
            lambda: [("open", gettext("未办结")), ("late", gettext("已过期")), ("done", gettext("已办结"))],
        )
    ],
    search=TrainingClass.search_text,
    search_hint=lazy_gettext("搜索班次、编号、拼音首字母"),
    default_sort="due",
    row_url=lambda f: f"/scheduling/sessions/{f.session_id}/record",
)


def follow_up_table(scope: Scope) -> BoundTable[FollowUp]:
    """Everything agreed after sessions of the level's classes."""
    stmt = (
        select(FollowUp)
        .join(FollowUp.session)
        .join(Session.training_class)
        .where(visible(scope))
        .options(contains_eager(FollowUp.session).contains_eager(Session.training_class))
    )
    return FOLLOW_UPS.bind(session(), stmt)


def count_late(scope: Scope) -> int:
    """What is past its day and not done, of classes the scope may change."""
    stmt = (
        select(func.count())
        .select_from(FollowUp)
        .join(FollowUp.session)
        .join(Session.training_class)
        .where(FollowUp.done_at.is_(None), FollowUp.due_on < clock.today(), planned_by(scope))
    )
    return session().scalar(stmt) or 0
