"""The places visits take: seats held, given back, and the steps of a visit's life. Flush only.

Bases are locked in the order of their ids before their seats are read, so that two who ask at once are served one after
the other; the claims table refuses whatever slips through.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask_babel import gettext
from sqlalchemy import select

from bases.models import TeachingBase, Venue
from core import clock
from core.db import session
from core.errors import RuleBroken
from core.settings import get_setting
from scheduling import notices
from scheduling.enums import BookingState, ResourceKind, VisitState
from scheduling.models import Booking, Visit
from scheduling.rules import LIVE, units_of
from scheduling.rules.visits import ANSWER_HOURS, Wish, may_become
from scheduling.services import telling
from scheduling.snapshots.vacancies import Vacancies


def hold(visit: Visit, place: Vacancies) -> None:
    """Claim the lowest free seats, one a group, and ask the base. The place is known to be free."""
    wish = wish_of(visit)
    seats = list(place.facts(visit.venue.id, wish).free_seats)[: visit.groups]
    now = clock.now()
    hours = get_setting("visit_answer_hours", ANSWER_HOURS)
    visit.state, visit.answer_by = VisitState.HELD, min(now + timedelta(hours=hours), visit.start)
    visit.answered_at, visit.answer_source, visit.answered_by = None, None, ""
    visit.answer_reason = visit.end_reason = ""
    visit.ended_at = None
    first, after = units_of(wish.start, wish.minutes)
    session().flush()
    session().add_all(
        Booking(
            visit=visit,
            kind=ResourceKind.VENUE,
            resource_id=visit.venue.id,
            day=wish.start.date(),
            from_unit=first,
            to_unit=after,
            seat=seat,
            state=BookingState.HELD,
            asked_at=now,
        )
        for seat in seats
    )
    session().flush()
    telling.base_of(visit, notices.visit_asked(visit))


def wish_of(visit: Visit) -> Wish:
    """What a visit wants."""
    return Wish(visit.start, visit.minutes, visit.people, visit.groups)


def lock_sites(venue_ids: Iterable[int]) -> None:
    """Make everybody who books at the same bases wait for this transaction; SQLite does so by itself."""
    bases = select(Venue.base_id).where(Venue.id.in_(sorted(set(venue_ids))))
    stmt = select(TeachingBase.id).where(TeachingBase.id.in_(bases)).order_by(TeachingBase.id)
    session().execute(stmt.with_for_update())


def become(visit: Visit, state: VisitState) -> None:
    """One step of a visit's life; RuleBroken for one that is not in the table."""
    if not may_become(visit.state, state):
        facts = {"now": visit.state.label, "then": state.label}
        raise RuleBroken(gettext("这次参观%(now)s,不能改为%(then)s。", **facts))
    visit.state = state


def let_go(visit: Visit, state: BookingState) -> bool:
    """Give the time of a visit back; whether it held any."""
    live = [booking for booking in visit.bookings if booking.state in LIVE]
    for booking in live:
        booking.state = state
    session().flush()
    return bool(live)
