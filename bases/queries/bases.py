"""One base, the register as a list, and what people search for."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from bases.enums import BaseKind, BaseState, DesignationLevel, Theme
from bases.models import BaseStateChange, TeachingBase, Venue
from bases.rules import BOOKABLE, expiry_alert
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Statement

TONES = {
    BaseState.SURVEYED: "idle",
    BaseState.APPLIED: "info",
    BaseState.REVIEWED: "info",
    BaseState.FILED: "ok",
    BaseState.DESIGNATED: "ok",
    BaseState.IN_USE: "ok",
    BaseState.ANNUAL_REVIEW: "warn",
    BaseState.RECTIFYING: "bad",
    BaseState.RENEWED: "ok",
    BaseState.REVOKED: "bad",
}
Town = aliased(OrgUnit)
CAPACITY: Any = (
    select(func.max(Venue.capacity))
    .where(Venue.base_id == TeachingBase.id, Venue.is_closed.is_(False))
    .correlate(TeachingBase)
    .scalar_subquery()
)
PARTS = (
    joinedload(TeachingBase.town),
    joinedload(TeachingBase.owner),
    joinedload(TeachingBase.manager),
    joinedload(TeachingBase.parent),
    selectinload(TeachingBase.elements),
    selectinload(TeachingBase.venues),
    selectinload(TeachingBase.opening_hours),
)


def _units(scope: Scope) -> Select[int]:
    return select(OrgUnit.id).where(scope.clause(OrgUnit.path))


def visible(scope: Scope) -> ColumnElement[bool]:
    """Bases in the register of the scope, and those that stand in its townships."""
    return or_(TeachingBase.owner_id.in_(_units(scope)), TeachingBase.town_id.in_(_units(scope)))


def kept_by(scope: Scope) -> ColumnElement[bool]:
    """Bases in the register of the scope: only these may it change."""
    return TeachingBase.owner_id.in_(_units(scope))


def get_base(scope: Scope, base_id: int) -> TeachingBase:
    """A base to look at."""
    return _one(TeachingBase.id == base_id, visible(scope))


def get_kept_base(scope: Scope, base_id: int) -> TeachingBase:
    """A base to change."""
    return _one(TeachingBase.id == base_id, kept_by(scope))


def get_own_base(user_id: int, base_id: int) -> TeachingBase:
    """A base whose manager asks for it."""
    return _one(TeachingBase.id == base_id, TeachingBase.manager_id == user_id)


def _one(*conditions: ColumnElement[bool]) -> TeachingBase:
    found = session().scalar(select(TeachingBase).where(*conditions).options(*PARTS))
    if found is None:
        raise NotFound(gettext("没有这个基地,或不在您的管理范围内。"))
    return found


def can_keep(scope: Scope, base: TeachingBase) -> bool:
    """Whether the scope may change the base."""
    return scope.covers(base.owner.path)


def list_own_bases(user_id: int) -> list[TeachingBase]:
    """The bases a manager looks after."""
    stmt = select(TeachingBase).where(TeachingBase.manager_id == user_id).options(*PARTS)
    return list(session().scalars(stmt.order_by(TeachingBase.name)))


def get_venue(base: TeachingBase, venue_id: int) -> Venue:
    """A venue of the base."""
    found = next((venue for venue in base.venues if venue.id == venue_id), None)
    if found is None:
        raise NotFound(gettext("没有这个教学点。"))
    return found


def list_changes(base_id: int) -> list[BaseStateChange]:
    """The steps of a base's life, latest first."""
    stmt = select(BaseStateChange).where(BaseStateChange.base_id == base_id)
    return list(session().scalars(stmt.order_by(BaseStateChange.id.desc()).limit(50)))


def list_towns(scope: Scope) -> list[OrgUnit]:
    """Townships below the units of the scope, for choosing where a base stands."""
    stmt = select(OrgUnit).where(scope.clause(OrgUnit.path), OrgUnit.level == Level.TOWNSHIP)
    return list(session().scalars(stmt.order_by(OrgUnit.path)))


def is_name_taken(owner_id: int, name: str, *, but: int | None = None) -> bool:
    """Whether the register has a base of this name already."""
    stmt = select(TeachingBase.id).where(TeachingBase.owner_id == owner_id, TeachingBase.name == name)
    return session().scalar(stmt.where(TeachingBase.id != (but or 0)).limit(1)) is not None


def list_without_account(scope: Scope) -> list[TeachingBase]:
    """Bases whose manager has yet to activate an account, or has none."""
    from_register = select(TeachingBase).where(kept_by(scope), TeachingBase.state != BaseState.REVOKED)
    rows = session().scalars(from_register.options(*PARTS).order_by(TeachingBase.name))
    return [base for base in rows if base.manager is None or base.manager.password_hash is None]


def namesakes(base: TeachingBase) -> list[TeachingBase]:
    """Other bases of the register whose contact has the same name."""
    stmt = select(TeachingBase).where(
        TeachingBase.owner_id == base.owner_id,
        TeachingBase.contact_name == base.contact_name,
        TeachingBase.id != base.id,
    )
    return list(session().scalars(stmt.options(joinedload(TeachingBase.manager))))


def search(scope: Scope, words: str, limit: int = 20) -> list[TeachingBase]:
    """Bases whose name, unit, pinyin or initials hold every word."""
    stmt = select(TeachingBase).where(visible(scope)).options(joinedload(TeachingBase.town))
    for word in words.split()[:5]:
        stmt = stmt.where(TeachingBase.search_text.icontains(word.lower(), autoescape=True))
    return list(session().scalars(stmt.order_by(TeachingBase.name).limit(limit)))


def _with_capacity(stmt: Statement, value: str) -> Statement:
    return stmt.where(int(value) <= CAPACITY)


def _by_booking(stmt: Statement, value: str) -> Statement:
    return stmt.where(
        TeachingBase.state.in_(BOOKABLE) if value == "yes" else TeachingBase.state.not_in(BOOKABLE)
    )


def _by_expiry(stmt: Statement, value: str) -> Statement:
    today = clock.today()
    if value == "over":
        return stmt.where(TeachingBase.expires_on < today)
    return stmt.where(TeachingBase.expires_on.between(today, expiry_alert(today)))


def base_table(scope: Scope) -> BoundTable[Any]:
    """The register as a list."""
    towns = [(str(town.id), town.name) for town in list_towns(scope)]
    return Table[Any](
        name="bases",
        title=lazy_gettext("教学基地"),
        columns=[
            Column(
                "name",
                lazy_gettext("名称"),
                lambda r: r[0].name,
                sort=TeachingBase.name,
                note=lambda r: r[0].address,
            ),
            Column("kind", lazy_gettext("类型"), lambda r: r[0].kind.label, sort=TeachingBase.kind),
            Column(
                "theme",
                lazy_gettext("主题"),
                lambda r: r[0].theme.label if r[0].theme else None,
                sort=TeachingBase.theme,
            ),
            Column("state", lazy_gettext("状态"), state_badge, sort=TeachingBase.state, kind="badge"),
            Column("town", lazy_gettext("所在镇街"), lambda r: r[1], sort=Town.name),
            Column("capacity", lazy_gettext("单批容量"), lambda r: r[2], sort=CAPACITY, kind="number"),
            Column(
                "level",
                lazy_gettext("挂牌级别"),
                lambda r: r[0].designation_level.label if r[0].designation_level else None,
                sort=TeachingBase.designation_level,
            ),
            Column(
                "expires",
                lazy_gettext("有效期至"),
                lambda r: r[0].expires_on,
                sort=TeachingBase.expires_on,
                kind="date",
            ),
            Column(
                "unit",
                lazy_gettext("主管单位"),
                lambda r: r[0].supervising_unit,
                sort=TeachingBase.supervising_unit,
                default=False,
            ),
            Column(
                "contact",
                lazy_gettext("联系人"),
                lambda r: r[0].contact_name,
                sort=TeachingBase.contact_name,
                default=False,
            ),
            Column(
                "guides",
                lazy_gettext("讲解员数"),
                lambda r: r[0].guides,
                sort=TeachingBase.guides,
                kind="number",
                default=False,
            ),
            Column("opening", lazy_gettext("开放时段"), lambda r: r[0].opening_text, default=False),
            Column(
                "document",
                lazy_gettext("文号"),
                lambda r: r[0].document_number,
                sort=TeachingBase.document_number,
                default=False,
            ),
        ],
        filters=[
            Filter(
                "kind",
                lazy_gettext("类型"),
                lambda s, v: s.where(TeachingBase.kind == BaseKind(v)),
                BaseKind.choices,
            ),
            Filter(
                "theme",
                lazy_gettext("主题"),
                lambda s, v: s.where(TeachingBase.theme == Theme(v)),
                Theme.choices,
            ),
            Filter(
                "town", lazy_gettext("所在镇街"), lambda s, v: s.where(TeachingBase.town_id == int(v)), towns
            ),
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda s, v: s.where(TeachingBase.state == BaseState(v)),
                BaseState.choices,
            ),
            Filter(
                "level",
                lazy_gettext("挂牌级别"),
                lambda s, v: s.where(TeachingBase.designation_level == DesignationLevel(v)),
                DesignationLevel.choices,
            ),
            Filter(
                "capacity",
                lazy_gettext("容量不少于"),
                _with_capacity,
                [(str(n), str(n)) for n in (30, 50, 80, 100, 150, 200)],
            ),
            Filter(
                "bookable",
                lazy_gettext("能否预约"),
                _by_booking,
                [("yes", lazy_gettext("可以预约")), ("no", lazy_gettext("不能预约"))],
            ),
            Filter(
                "parent",
                lazy_gettext("上级校区"),
                lambda s, v: s.where(
                    TeachingBase.parent_id.is_(None), TeachingBase.kind != BaseKind.MAIN_CAMPUS
                ),
                [("none", lazy_gettext("没有上级校区"))],
            ),
            Filter(
                "expiry",
                lazy_gettext("挂牌到期"),
                _by_expiry,
                [("soon", lazy_gettext("90 天内到期")), ("over", lazy_gettext("已到期"))],
            ),
        ],
        search=TeachingBase.search_text,
        default_sort="name",
        row_url=lambda r: f"/bases/{r[0].id}",
        row_key=lambda r: r[0].id,
    ).bind(
        session(),
        select(TeachingBase, Town.name, CAPACITY)
        .outerjoin(Town, TeachingBase.town_id == Town.id)
        .where(and_(visible(scope))),
    )


def state_badge(row: Any) -> Badge:
    """The state of a base in a list."""
    base: TeachingBase = row[0]
    return Badge(base.state.label, TONES[base.state])  # type: ignore[arg-type]
