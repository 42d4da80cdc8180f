"""Honours that were awarded, and what is left of each level's quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased, contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.settings import get_setting
from core.tables import Badge, BoundTable, Column, Filter, Table
from instructor_pool.enums import HonourKind
from instructor_pool.models import Honour, Instructor
from instructor_pool.queries import person_columns
from instructor_pool.rules.honours import Quota

_Awarding = aliased(OrgUnit)


def quota_key(unit_id: int) -> str:
    """The setting that holds the quotas of one level."""
    return f"honour_quotas:{unit_id}"


def quota_of(unit_id: int, kind: HonourKind) -> Quota:
    """How many honours of a kind a level may award."""
    kept: dict[str, dict[str, int]] = get_setting(quota_key(unit_id), {})
    return Quota(**kept.get(kind.value, {}))


@dataclass(frozen=True, slots=True)
class Used:
    """One quota in the period of a year, and what has been awarded of it."""

    kind: HonourKind
    quota: Quota
    first_year: int
    last_year: int
    used: int

    @property
    def left(self) -> int:
        """How many may still be awarded; never below zero, for quotas that were lowered."""
        return max(self.quota.most - self.used, 0)


def quotas_used(unit_id: int, year: int) -> list[Used]:
    """Every kind's quota of a level in the period of `year`."""
    found = []
    for kind in HonourKind:
        quota = quota_of(unit_id, kind)
        first, last = quota.period(year)
        found.append(Used(kind, quota, first, last, len(seats_taken(unit_id, kind, first))))
    return found


def seats_taken(unit_id: int, kind: HonourKind, first_year: int) -> set[int]:
    """Seats of a quota that stand."""
    stmt = select(Honour.seat).where(
        Honour.unit_id == unit_id,
        Honour.kind == kind,
        Honour.first_year == first_year,
        Honour.revoked_at.is_(None),
    )
    return set(session().scalars(stmt))


def list_honours(instructor_id: int) -> list[Honour]:
    """Everything a person was awarded, revoked ones too, the latest first."""
    stmt = select(Honour).where(Honour.instructor_id == instructor_id)
    return list(session().scalars(stmt.order_by(Honour.day.desc(), Honour.id.desc())))


def get_honour(scope: Scope, honour_id: int) -> Honour:
    """One that a level inside the scope awarded; NotFound otherwise."""
    stmt = select(Honour).join(_Awarding, Honour.unit_id == _Awarding.id)
    found = session().scalar(stmt.where(Honour.id == honour_id, scope.clause(_Awarding.path)))
    if found is None:
        raise NotFound(gettext("没有这项荣誉，或不在您的管理范围内。"))
    return found


def _state(row: Honour) -> Badge:
    return Badge(gettext("已撤销"), "idle") if row.revoked_at else Badge(gettext("有效"), "ok")


def _by_state(stmt: Select[Any], value: str) -> Select[Any]:
    return stmt.where(Honour.revoked_at.is_(None) if value == "stands" else Honour.revoked_at.is_not(None))


HONOURS: Table[Honour] = Table(
    name="honours",
    title=lazy_gettext("荣誉"),
    columns=[
        person_columns.name_and_unit(lambda h: h.instructor),
        Column("kind", lazy_gettext("荣誉"), lambda h: h.kind.label, sort=Honour.kind),
        Column("title", lazy_gettext("课程或党课"), lambda h: h.title, sort=Honour.title),
        Column("unit", lazy_gettext("授予单位"), lambda h: h.unit.title, sort=_Awarding.name),
        Column("document", lazy_gettext("文号"), lambda h: h.document, sort=Honour.document),
        Column("day", lazy_gettext("授予日期"), lambda h: h.day, sort=Honour.day, kind="date"),
        Column(
            "period",
            lazy_gettext("名额起始年"),
            lambda h: h.first_year,
            sort=Honour.first_year,
            kind="number",
        ),
        Column("state", lazy_gettext("状态"), _state, kind="badge", note=lambda h: h.revoke_reason),
    ],
    filters=[
        Filter(
            "kind",
            lazy_gettext("荣誉"),
            lambda s, v: s.where(Honour.kind == HonourKind(v)),
            HonourKind.choices,
        ),
        Filter(
            "state",
            lazy_gettext("状态"),
            _by_state,
            [("stands", lazy_gettext("有效")), ("revoked", lazy_gettext("已撤销"))],
        ),
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="-day",
    row_url=lambda h: url_for("instructor_pool.show", instructor_id=h.instructor_id, _anchor="honours"),
)


def honours_table(scope: Scope) -> BoundTable[Honour]:
    """Honours of people in the scope, and those that levels in the scope awarded."""
    owner = aliased(OrgUnit)
    stmt = (
        select(Honour)
        .join(Honour.instructor)
        .join(owner, Instructor.owner_id == owner.id)
        .join(_Awarding, Honour.unit_id == _Awarding.id)
        .where(or_(scope.clause(owner.path), scope.clause(_Awarding.path)))
        .options(contains_eager(Honour.instructor))
    )
    return HONOURS.bind(session(), stmt)
