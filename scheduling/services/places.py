"""The places visits take: seats held, given back, and the steps of a visit's life. Flush only.

Bases are locked in the order of their ids before their seats are read, so that two who ask at once are served one after
the other; the claims table refuses whatever slips through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from flask_babel import gettext
from sqlalchemy import select

from bases.models import TeachingBase, Venue
from core import clock
from core.db import session
from core.errors import Conflict, RuleBroken
from scheduling import notices
from scheduling.enums import BookingState, ResourceKind, VisitState
from scheduling.models import Booking, Visit
from scheduling.queries.visit_settings import visit_settings
from scheduling.rules import LIVE, units_of
from scheduling.rules.needs import Taken, taken_units
from scheduling.rules.visits import Wish, may_become
from scheduling.services import telling
from scheduling.services.seating import make_room
from scheduling.snapshots.vacancies import Vacancies


def hold(visit: Visit, place: Vacancies) -> None:
    """Claim a place for a visit, and ask the base. The place is known to be free."""
    claim(visit, place)
    telling.base_of(visit, notices.visit_asked(visit))


def claim(visit: Visit, place: Vacancies) -> None:
    """Claim the lowest free seats, one a group, and the pieces the party takes.

    The place is known to be free.
    """
    wish, venue = wish_of(visit), place.venues[visit.venue.id]
    wanted = place.facts(venue.id, wish).pieces(wish)
    now = clock.now()
    hours = visit_settings(venue.base.owner).answer_hours
    visit.state, visit.answer_by = VisitState.HELD, min(now + timedelta(hours=hours), visit.start)
    visit.answered_at, visit.answer_source, visit.answered_by = None, None, ""
    visit.answer_reason = visit.end_reason = ""
    visit.ended_at = None
    span = units_of(wish.start, wish.minutes)
    session().flush()
    room = taken_units(*span, venue.minutes_before, venue.minutes_after)
    free = place.free_seats(venue.id, wish)
    _book(visit, (ResourceKind.VENUE, venue.id), room, (free, venue.groups, visit.groups))
    stock = place.stock.get(venue.base_id, {})
    for kind, count in sorted(wanted.items(), key=lambda each: stock[each[0]].id):
        lent = stock[kind]
        free, there = place.free_pieces(lent, wish), lent.available(visit.start.date())
        taken = taken_units(*span, lent.minutes_before, lent.minutes_after)
        _book(visit, (ResourceKind.RESOURCE, lent.id), taken, (free, there, count))
    session().flush()


def _book(
    visit: Visit, what: tuple[ResourceKind, int], taken: Taken, seats: tuple[Sequence[int], int, int]
) -> None:
    """Book so many of the seats that are free, of all there are; others move where too few are free for the whole time.

    Conflict when somebody was quicker.
    """
    free, there, count = seats
    found = free[:count]
    if len(found) < count:
        found = make_room(*what, visit.start.date(), (taken.from_unit, taken.to_unit), there, count)
    if len(found) < count:
        raise Conflict(gettext("这个时间刚刚被别人占了，请刷新后另选。"))
    session().add_all(_booking(visit, what, taken, seat) for seat in found)
    session().flush()


def _booking(visit: Visit, what: tuple[ResourceKind, int], taken: Taken, seat: int) -> Booking:
    kind, resource_id = what
    return Booking(
        visit=visit,
        kind=kind,
        resource_id=resource_id,
        day=visit.start.date(),
        from_unit=taken.from_unit,
        to_unit=taken.to_unit,
        units_before=taken.units_before,
        units_after=taken.units_after,
        seat=seat,
        state=BookingState.HELD,
        asked_at=clock.now(),
    )


def wish_of(visit: Visit) -> Wish:
    """What a visit wants."""
    needs = {need.kind: need.count for need in visit.needs}
    return Wish(visit.start, visit.minutes, visit.people, visit.groups, needs)


def lock_sites(venue_ids: Iterable[int]) -> None:
    """Make everybody who books at the same bases wait for this transaction; SQLite does so by itself."""
    bases = select(Venue.base_id).where(Venue.id.in_(sorted(set(venue_ids))))
    lock_bases(session().scalars(bases))


def lock_bases(base_ids: Iterable[int]) -> None:
    """The same by base."""
    wanted = TeachingBase.id.in_(sorted(set(base_ids)))
    stmt = select(TeachingBase.id).where(wanted).order_by(TeachingBase.id)
    session().execute(stmt.with_for_update(key_share=True)).all()


def become(visit: Visit, state: VisitState) -> None:
    """One step of a visit's life; RuleBroken for one that is not in the table."""
    if not may_become(visit.state, state):
        facts = {"now": visit.state.label, "then": state.label}
        raise RuleBroken(gettext("这次参观%(now)s，不能改为%(then)s。", **facts))
    visit.state = state


def let_go(visit: Visit, state: BookingState) -> bool:
    """Give the time of a visit back; whether it held any."""
    live = [booking for booking in visit.bookings if booking.state in LIVE]
    for booking in live:
        booking.state = state
    session().flush()
    return bool(live)
