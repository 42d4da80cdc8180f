"""Who orders and whom: units of the tree, the level that checks them, and the people to tell."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext
from sqlalchemy import case, select

from accounts.access import Scope
from accounts.enums import Level, Role
from accounts.models import Grant, OrgUnit
from core.db import session
from core.errors import NotFound

CHECKS = (Level.PROVINCE, Level.CITY, Level.COUNTY)
"""Levels with a plan of their own: what units below them ask for goes through the nearest [2]."""
TOLD = (Role.ORGANISER, Role.UNIT_CONTACT)
MOST_OFFERED = 500


def ordering_units(scope: Scope) -> list[OrgUnit]:
    """Units of the scope that have a level above to order from, in tree order; a few hundred."""
    stmt = select(OrgUnit).where(scope.clause(OrgUnit.path), OrgUnit.parent_id.is_not(None))
    return list(session().scalars(stmt.order_by(OrgUnit.path).limit(MOST_OFFERED)))


def ordering_unit(scope: Scope, unit_id: int | None) -> OrgUnit:
    """One of them, or the first of the scope when none is named; NotFound when it may not order."""
    stmt = select(OrgUnit).where(scope.clause(OrgUnit.path), OrgUnit.parent_id.is_not(None))
    if unit_id is not None:
        stmt = stmt.where(OrgUnit.id == unit_id)
    found = session().scalars(stmt.order_by(OrgUnit.path).limit(1)).first()
    if found is None:
        raise NotFound(gettext("没有这个单位，或不能由您替它点单。"))
    return found


def units_below(owner: OrgUnit) -> list[OrgUnit]:
    """Units straight below a level, townships first: whom it asks and assigns to."""
    stmt = select(OrgUnit).where(OrgUnit.parent_id == owner.id)
    order = case((OrgUnit.level == Level.TOWNSHIP, 0), else_=1)
    return list(session().scalars(stmt.order_by(order, OrgUnit.path).limit(MOST_OFFERED)))


def people_by_unit(unit_ids: Sequence[int]) -> dict[int, list[int]]:
    """By unit: accounts that are told what concerns it; one statement."""
    stmt = select(Grant.unit_id, Grant.user_id).where(Grant.unit_id.in_(unit_ids), Grant.role.in_(TOLD))
    found: dict[int, list[int]] = {}
    for unit_id, user_id in session().execute(stmt.distinct().order_by(Grant.user_id)):
        found.setdefault(unit_id, []).append(user_id)
    return found


def supplier_of(unit: OrgUnit) -> OrgUnit:
    """The nearest level above with a plan of its own."""
    above = [int(step) for step in unit.path.strip("/").split("/")[:-1]]
    stmt = (
        select(OrgUnit).where(OrgUnit.id.in_(above), OrgUnit.level.in_(CHECKS)).order_by(OrgUnit.path.desc())
    )
    found = session().scalars(stmt.limit(1)).first()
    if found is None:
        raise NotFound(gettext("%(unit)s上面没有可以点单的单位。", unit=unit.name))
    return found


def township_of(unit: OrgUnit) -> OrgUnit | None:
    """The township a unit is or belongs to."""
    steps = [int(step) for step in unit.path.strip("/").split("/")]
    return session().scalar(select(OrgUnit).where(OrgUnit.id.in_(steps), OrgUnit.level == Level.TOWNSHIP))


def people_of(unit_id: int) -> list[int]:
    """Accounts that are told what concerns a unit."""
    stmt = select(Grant.user_id).where(Grant.unit_id == unit_id, Grant.role.in_(TOLD))
    return list(session().scalars(stmt.distinct()))
