"""Halls of those who order: registered bases of their own township or unit, which planning can use as the place."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from accounts.enums import Level
from accounts.models import OrgUnit
from bases.models import TeachingBase
from bases.rules.life import BOOKABLE
from core.db import session

MOST_OFFERED = 500


def _own(units: Sequence[OrgUnit]) -> ColumnElement[bool]:
    """Bases that one of the units keeps itself, or that lie in its township."""
    steps = {int(step) for unit in units for step in unit.path.strip("/").split("/")}
    towns = select(OrgUnit.id).where(OrgUnit.id.in_(steps), OrgUnit.level == Level.TOWNSHIP)
    kept = TeachingBase.owner_id.in_([unit.id for unit in units])
    return and_(or_(kept, TeachingBase.town_id.in_(towns)), TeachingBase.state.in_(BOOKABLE))


def list_halls(units: Sequence[OrgUnit]) -> list[tuple[int, str]]:
    """(id, name) of the bases that these units have of their own and that can be booked."""
    stmt = select(TeachingBase.id, TeachingBase.name).where(_own(units)).order_by(TeachingBase.name)
    return [(row.id, row.name) for row in session().execute(stmt.limit(MOST_OFFERED))]


def name_of_hall(unit: OrgUnit, base_id: int) -> str:
    """What a unit's own hall is called; empty when it is not its own or cannot be booked."""
    stmt = select(TeachingBase.name).where(_own([unit]), TeachingBase.id == base_id)
    return session().scalar(stmt) or ""
