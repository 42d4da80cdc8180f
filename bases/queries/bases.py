"""One base, the register as a list, and what people search for."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from bases.enums import BaseResourceKind, BaseState
from bases.models import BaseResource, BaseStateChange, TeachingBase, Venue
from core.db import session
from core.errors import NotFound

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
GUIDES: Any = (
    select(func.coalesce(func.sum(BaseResource.count), 0))
    .where(BaseResource.base_id == TeachingBase.id, BaseResource.kind == BaseResourceKind.GUIDE)
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
    selectinload(TeachingBase.resources),
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
        raise NotFound(gettext("没有这个基地，或不在您的管理范围内。"))
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
