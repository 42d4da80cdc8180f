"""What happens to bookings when a base has fewer guides or sets than they claim: named first, listed and told. Flush only."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from bases.models import BaseResource, TeachingBase
from core.db import session
from core.when import span_text
from scheduling import notices
from scheduling.models import Booking
from scheduling.queries.beyond_stock import is_beyond_stock
from scheduling.queries.bookings import moments_of
from scheduling.services import telling

MOST_NAMED = 200


def named(base: TeachingBase) -> dict[int, str]:
    """Bookings to come for which the base has not enough pieces, each in words, by id."""
    stmt = (
        select(Booking, BaseResource)
        .join(BaseResource, Booking.resource_id == BaseResource.id)
        .where(BaseResource.base_id == base.id, is_beyond_stock())
        .order_by(Booking.day, Booking.from_unit, Booking.id)
        .limit(MOST_NAMED)
    )
    return {booking.id: _line(booking, piece) for booking, piece in session().execute(stmt)}


def _line(booking: Booking, piece: BaseResource) -> str:
    start, end = moments_of(booking)
    return f"{span_text(start, end)} {booking.party.name}《{booking.party.title}》 {piece.title}"


def tell(booking_ids: Collection[int]) -> None:
    """Whoever planned these bookings is told once; nothing is cancelled."""
    telling.to_move(booking_ids, notices.stock_reduced, notices.visit_short)
