"""Guides, coaches and sets that are booked although the base has fewer of them by now."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from bases.models import BaseResource
from core import clock
from scheduling.enums import ResourceKind
from scheduling.models import Booking, Claim
from scheduling.rules import LIVE

# Made once: SQLAlchemy works out the columns of every new alias anew.
_OF, _OWN, _OTHER = aliased(Booking), aliased(Claim), aliased(Claim)


def is_beyond_stock() -> ColumnElement[bool]:
    """Bookings to come of a piece for which, at some moment, as many others as can be used sit before it.

    Seats are all alike: who sits further back than there are pieces has none, unless some before it went meanwhile.
    """
    few = (
        select(_OF.id)
        .join(BaseResource, and_(_OF.kind == ResourceKind.RESOURCE, _OF.resource_id == BaseResource.id))
        .where(_OF.day >= clock.today(), _OF.state.in_(LIVE), _OF.seat >= _USABLE, _OTHERS_BEFORE)
    )
    return Booking.id.in_(few)


_IS_OUT = and_(
    or_(BaseResource.out_from.is_(None), BaseResource.out_from <= _OF.day),
    or_(BaseResource.out_until.is_(None), _OF.day <= BaseResource.out_until),
)
# Pieces that can be used on the day of a booking, as `BaseResource.available` says.
_USABLE = BaseResource.count - case((_IS_OUT, BaseResource.out_of_order), else_=0)
_BEFORE = select(func.count()).where(
    _OTHER.kind == _OWN.kind,
    _OTHER.resource_id == _OWN.resource_id,
    _OTHER.day == _OWN.day,
    _OTHER.unit == _OWN.unit,
    _OTHER.seat < _OWN.seat,
)
_OTHERS_BEFORE = exists().where(_OWN.booking_id == _OF.id, _BEFORE.scalar_subquery() >= _USABLE)
