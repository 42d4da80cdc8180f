"""Which seat of a shared venue, and which piece of what a base lends, a party gets. Flush only.

Seats are all alike, so parties that stand are moved to other seats where that makes room: whether one more fits is a
matter of how many come at one moment, as matching and the rules of visits count it. The base is locked before.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from core.db import session
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking
from scheduling.rules import LIVE
from scheduling.rules.needs import Stay, seated


def make_room(
    kind: ResourceKind, resource_id: int, day: date, units: tuple[int, int], seats: int, count: int = 1
) -> list[int]:
    """So many seats of `seats` that are free through quarter hours `units` of a day; empty when there is no room."""
    session().flush()
    stmt = select(Booking).where(
        Booking.kind == kind,
        Booking.resource_id == resource_id,
        Booking.day == day,
        Booking.state.in_(LIVE),
    )
    standing = list(session().scalars(stmt.order_by(Booking.id)))
    used = {b.seat for b in standing if b.from_unit < units[1] and units[0] < b.to_unit}
    free = [seat for seat in range(seats) if seat not in used]
    if len(free) >= count:
        return free[:count]
    stays = [Stay(b.from_unit, b.to_unit, b.seat) for b in standing]
    found = seated([*stays, *[Stay(*units)] * count], seats)
    if found is None:
        return []
    _reseat({b: seat for b, seat in zip(standing, found, strict=False) if b.seat != seat})
    return found[len(standing) :]


def _reseat(moved: dict[Booking, int]) -> None:
    """All at once: their claims are given back first, as they may change places with one another.

    Nobody knows seats, so the rows keep their version: a form that is open on one of them still fits.
    """
    ids = [booking.id for booking in moved]
    quietly = {"synchronize_session": False}
    session().execute(
        update(Booking).where(Booking.id.in_(ids)).values(state=BookingState.RELEASED),
        execution_options=quietly,
    )
    for booking, seat in moved.items():
        back = update(Booking).where(Booking.id == booking.id).values(seat=seat, state=booking.state)
        session().execute(back, execution_options=quietly)
        session().refresh(booking, ["seat"])
