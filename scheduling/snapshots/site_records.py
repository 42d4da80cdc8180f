"""The rows of bases behind a problem: their venues, what they lend, and what sessions ask for of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from bases.enums import BaseResourceKind
from bases.models import BaseResource, TeachingBase, Venue
from core.db import among, session
from scheduling.models import Session, SessionNeed, TrainingClass

AnyRow = Row[*tuple[Any, ...]]
Rows = Sequence[AnyRow]


def _rows(statement: Any) -> Rows:
    return session().execute(statement).all()


def bases_of(which: ColumnElement[bool]) -> Rows:
    """The bases that meet a condition, in order."""
    columns = (
        TeachingBase.id,
        TeachingBase.kind,
        TeachingBase.theme,
        TeachingBase.state,
        TeachingBase.town_id,
        TeachingBase.latitude,
        TeachingBase.longitude,
        TeachingBase.lead_time,
        TeachingBase.lead_unit,
        TeachingBase.groups,
        TeachingBase.max_per_day,
    )
    return _rows(select(*columns).where(which).order_by(TeachingBase.id))


def venues_of(which: ColumnElement[bool]) -> Rows:
    """Their venues."""
    columns = (
        Venue.id,
        Venue.base_id,
        Venue.capacity,
        Venue.groups,
        Venue.max_per_day,
        Venue.minutes_before,
        Venue.minutes_after,
        Venue.is_closed,
    )
    return _rows(select(*columns).join(TeachingBase).where(which).order_by(Venue.id))


def stock_of(which: ColumnElement[bool]) -> Rows:
    """What they lend."""
    columns = (
        BaseResource.id,
        BaseResource.base_id,
        BaseResource.kind,
        BaseResource.count.label("pieces"),
        BaseResource.out_of_order,
        BaseResource.out_from,
        BaseResource.out_until,
        BaseResource.minutes_before,
        BaseResource.minutes_after,
    )
    stmt = select(*columns).join(TeachingBase).where(which)
    return _rows(stmt.order_by(BaseResource.id))


def asked_of(
    owner_id: int, year: int, few: Sequence[int] | None = None
) -> Mapping[int, Mapping[BaseResourceKind, int]]:
    """By session of a plan, or of a few of them: what it asks for of its base."""
    columns = (SessionNeed.session_id, SessionNeed.kind, SessionNeed.count.label("pieces"))
    stmt = select(*columns).join(Session, SessionNeed.session_id == Session.id).join(TrainingClass)
    if few is not None:
        stmt = stmt.where(among(SessionNeed.session_id, few))
    found: dict[int, dict[BaseResourceKind, int]] = defaultdict(dict)
    for row in _rows(stmt.where(TrainingClass.owner_id == owner_id, TrainingClass.year == year)):
        found[row.session_id][row.kind] = row.pieces
    return found


def counts_parties(venue: AnyRow, base: AnyRow) -> bool:
    """Whether a venue or its base takes so many parties that each of them has to be counted."""
    limits = (venue.max_per_day, base.groups, base.max_per_day)
    return venue.groups > 1 or any(limit is not None for limit in limits)
