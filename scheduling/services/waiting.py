"""The waiting list moves up in the transaction that frees a place: in order of asking, whoever fits. Flush only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduling import notices
from scheduling.enums import ResourceKind
from scheduling.models import Booking
from scheduling.queries import visits as visit_queries
from scheduling.services import telling
from scheduling.services.places import hold, lock_sites, wish_of
from scheduling.snapshots.vacancies import read_vacancies


def move_up(freed: Iterable[tuple[int, date]]) -> int:
    """Hold the places of these venues and days for those who wait and now fit; answers how many moved up."""
    moved, places = 0, sorted(set(freed))
    if not places:
        return 0
    lock_sites([venue_id for venue_id, _day in places])
    for venue_id, day in places:
        for visit in visit_queries.list_waiting(venue_id, day):
            place = read_vacancies([venue_id], day, day)
            if not place.why_not(venue_id, wish_of(visit)):
                hold(visit, place)
                telling.unit_of(visit, notices.visit_moved_up(visit))
                moved += 1
    return moved


def after(bookings: Iterable[Booking]) -> int:
    """The same for what these bookings gave back."""
    return move_up((b.resource_id, b.day) for b in bookings if b.kind is ResourceKind.VENUE)
