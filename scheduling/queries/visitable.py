"""Bases a unit may visit: those of its own level, of the levels above, which share theirs, and of the levels below."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.enums import BaseKind, Theme
from bases.models import TeachingBase, Venue
from bases.queries.bases import CAPACITY
from bases.rules import BOOKABLE
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Filter, Table
from core.tables.parts import Statement

_Owner = aliased(OrgUnit)
_Town = aliased(OrgUnit)


def _related(path: str) -> ColumnElement[bool]:
    above = func.substr(literal(path), 1, func.length(_Owner.path)) == _Owner.path
    return or_(above, (_Owner.path >= path) & (_Owner.path < path + "~"))


def _bases(scope: Scope) -> Select[TeachingBase]:
    """Bookable bases related to the top of what the actor reaches."""
    return (
        select(TeachingBase)
        .join(_Owner, TeachingBase.owner_id == _Owner.id)
        .where(_related(scope.root or "-"), TeachingBase.state.in_(BOOKABLE))
        .options(contains_eager(TeachingBase.owner.of_type(_Owner)))
    )


def get_base(scope: Scope, base_id: int) -> TeachingBase:
    """A base that units of the scope may visit."""
    stmt = _bases(scope).where(TeachingBase.id == base_id)
    found = session().scalar(
        stmt.options(selectinload(TeachingBase.venues), selectinload(TeachingBase.opening_hours))
    )
    if found is None:
        raise NotFound(gettext("没有这个可以参观的基地。"))
    return found


def get_venue(scope: Scope, venue_id: int) -> Venue:
    """A venue that units of the scope may visit."""
    bases = _bases(scope).with_only_columns(TeachingBase.id)
    found = session().scalar(select(Venue).where(Venue.id == venue_id, Venue.base_id.in_(bases)))
    if found is None:
        raise NotFound(gettext("没有这个可以参观的教学点。"))
    return found


def get_unit(scope: Scope, unit_id: int) -> OrgUnit:
    """A unit inside the scope that visits."""
    found = session().scalar(select(OrgUnit).where(OrgUnit.id == unit_id, scope.clause(OrgUnit.path)))
    if found is None:
        raise NotFound(gettext("没有这个单位，或不在您的管理范围内。"))
    return found


def _holds(stmt: Statement, value: str) -> Statement:
    return stmt.where(int(value) <= CAPACITY)


def _town_name(base: TeachingBase) -> str:
    return base.town.name if base.town else base.address


TABLE: Table[TeachingBase] = Table(
    name="visitable",
    title=lazy_gettext("可以参观的基地"),
    columns=[
        Column(
            "name",
            lazy_gettext("基地"),
            lambda b: b.name,
            sort=TeachingBase.name,
            note=lambda b: b.theme.label if b.theme else None,
        ),
        Column("kind", lazy_gettext("类型"), lambda b: b.kind.label, sort=TeachingBase.kind),
        Column("town", lazy_gettext("所在镇街"), _town_name, sort=_Town.name),
        Column(
            "capacity",
            lazy_gettext("一批最多"),
            lambda b: max((v.capacity for v in b.venues if not v.is_closed), default=None),
            sort=CAPACITY,
            kind="number",
        ),
        Column("minutes", lazy_gettext("参观时长(分钟)"), lambda b: b.visit_minutes, kind="number"),
        Column("owner", lazy_gettext("管理单位"), lambda b: b.owner.name, sort=_Owner.name, default=False),
    ],
    filters=[
        Filter(
            "theme",
            lazy_gettext("主题"),
            lambda s, v: s.where(TeachingBase.theme == Theme(v)),
            [(theme.value, theme.label) for theme in Theme],
        ),
        Filter(
            "kind",
            lazy_gettext("类型"),
            lambda s, v: s.where(TeachingBase.kind == BaseKind(v)),
            [(kind.value, kind.label) for kind in BaseKind],
        ),
        Filter(
            "holds",
            lazy_gettext("一批至少"),
            _holds,
            [(str(n), lazy_gettext("%(n)s 人", n=n)) for n in (30, 50, 100, 200)],
        ),
    ],
    search=TeachingBase.search_text,
    search_hint=lazy_gettext("搜索基地、主管单位、拼音首字母"),
    default_sort="name",
    row_url=lambda b: url_for("visits.ask", base_id=b.id),
)


def visitable_table(scope: Scope) -> BoundTable[TeachingBase]:
    """Where units of the scope may go."""
    stmt = (
        _bases(scope)
        .outerjoin(_Town, TeachingBase.town_id == _Town.id)
        .options(contains_eager(TeachingBase.town.of_type(_Town)), selectinload(TeachingBase.venues))
    )
    return TABLE.bind(session(), stmt)
