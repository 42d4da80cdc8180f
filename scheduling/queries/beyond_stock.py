"""Guides, coaches and sets that are booked although the base has fewer of them by now."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from bases.models import BaseResource
from core import clock
from scheduling.enums import ResourceKind
from scheduling.models import Booking, Claim
from scheduling.rules import LIVE


def is_beyond_stock() -> ColumnElement[bool]:
    """Bookings to come of a piece for which, at some moment, as many others as can be used sit before it.

    Seats are all alike: who sits further back than there are pieces has none, unless some before it went meanwhile.
    """
    of = aliased(Booking)
    few = (
        select(of.id)
        .join(BaseResource, and_(of.kind == ResourceKind.RESOURCE, of.resource_id == BaseResource.id))
        .where(of.day >= clock.today(), of.state.in_(LIVE), of.seat >= _usable(of), _others_before(of))
    )
    return Booking.id.in_(few)


def _usable(of: type[Booking]) -> ColumnElement[int]:
    """Pieces that can be used on the day of a booking, as `BaseResource.available` says."""
    is_out = and_(
        or_(BaseResource.out_from.is_(None), BaseResource.out_from <= of.day),
        or_(BaseResource.out_until.is_(None), of.day <= BaseResource.out_until),
    )
    return BaseResource.count - case((is_out, BaseResource.out_of_order), else_=0)


def _others_before(of: type[Booking]) -> ColumnElement[bool]:
    own, other = aliased(Claim), aliased(Claim)
    before = select(func.count()).where(
        other.kind == own.kind,
        other.resource_id == own.resource_id,
        other.day == own.day,
        other.unit == own.unit,
        other.seat < own.seat,
    )
    return exists().where(own.booking_id == of.id, before.scalar_subquery() >= _usable(of))
