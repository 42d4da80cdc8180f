"""Bases whose manager has yet to activate an account, or has none."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import User
from bases.enums import BaseState
from bases.models import TeachingBase
from bases.queries.bases import kept_by
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table

MOST_CODES = 200
"""Codes are made for so many bases at once: each is hashed slowly on purpose."""


def _waiting(scope: Scope) -> Select[TeachingBase]:
    return (
        select(TeachingBase)
        .outerjoin(TeachingBase.manager)
        .where(kept_by(scope), TeachingBase.state != BaseState.REVOKED)
        .where(or_(TeachingBase.manager_id.is_(None), User.password_hash.is_(None)))
        .options(contains_eager(TeachingBase.manager))
    )


def list_without_account(scope: Scope, ids: Sequence[int] | None = None) -> list[TeachingBase]:
    """Those of `ids`, or the first that have somebody to give a code to, by name."""
    has_contact = or_(TeachingBase.contact_name != "", TeachingBase.manager_id.is_not(None))
    stmt = _waiting(scope).where(has_contact if ids is None else TeachingBase.id.in_(ids))
    return list(session().scalars(stmt.order_by(TeachingBase.name, TeachingBase.id).limit(MOST_CODES)))


def _account(base: TeachingBase) -> Badge:
    return (
        Badge(gettext("待激活"), "warn") if base.manager is not None else Badge(gettext("没有账号"), "idle")
    )


ACTIVATION: Table[TeachingBase] = Table(
    name="base_activation",
    title=lazy_gettext("基地管理员激活码"),
    columns=[
        Column("name", lazy_gettext("名称"), lambda b: b.name, sort=TeachingBase.name),
        Column(
            "contact",
            lazy_gettext("联系人"),
            lambda b: b.contact_name or gettext("没有联系人，先在档案里补上"),
            sort=TeachingBase.contact_name,
        ),
        Column("login", lazy_gettext("登录名"), lambda b: b.manager.login if b.manager else None),
        Column("account", lazy_gettext("账号"), _account, sort=TeachingBase.manager_id, kind="badge"),
    ],
    filters=[
        Filter(
            "account",
            lazy_gettext("账号"),
            lambda s, v: s.where(
                TeachingBase.manager_id.is_(None) if v == "none" else TeachingBase.manager_id.is_not(None)
            ),
            [("none", lazy_gettext("没有账号")), ("issued", lazy_gettext("待激活"))],
        ),
        Filter(
            "contact",
            lazy_gettext("联系人"),
            lambda s, v: s.where(
                TeachingBase.contact_name == "" if v == "none" else TeachingBase.contact_name != ""
            ),
            [("some", lazy_gettext("有联系人")), ("none", lazy_gettext("没有联系人"))],
        ),
    ],
    search=TeachingBase.search_text,
    search_hint=lazy_gettext("搜索基地、主管单位、拼音首字母"),
    default_sort="name",
    row_url=lambda b: f"/bases/{b.id}",
)


def activation_table(scope: Scope) -> BoundTable[TeachingBase]:
    """All of them."""
    return ACTIVATION.bind(session(), _waiting(scope))
