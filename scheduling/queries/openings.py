"""When bases are open, as quarter hours of a day: what boards measure bookings against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from flask_babel import gettext
from sqlalchemy import select

from bases.enums import BaseState, DayKind
from bases.models import TeachingBase
from bases.queries import opening as opening_queries
from bases.rules import Opening, is_bookable, open_on
from core.calendars import calendar_of
from core.db import session
from core.workdays import Calendar
from scheduling.rules import MINUTES_PER_UNIT

OPENS, CLOSES = 8 * 4, 18 * 4
"""The quarter hours of a base without opening times, and those a board shows at least: 8:00 to 18:00."""
SHUT = (DayKind.CLOSURE, DayKind.HOLIDAY)
Units = tuple[int, int]


def percent(taken: int, open_: int) -> int:
    """The share of the open time that is taken; what is taken while nothing is open counts as all."""
    return min(100, round(100 * taken / open_)) if open_ else (100 if taken else 0)


@dataclass(frozen=True, slots=True)
class BaseOpenings:
    """When a base is open, as quarter hours; without opening times it is open all day."""

    opening: Opening
    calendar: Calendar
    state: BaseState

    def closed_because(self, day: date) -> str:
        """Why nobody comes on a day; empty when it is open."""
        if not is_bookable(self.state):
            return self.state.label
        there = open_on(self.opening, day, self.calendar)
        if there.is_open:
            return ""
        return (there.note or there.kind.label) if there.kind in SHUT else gettext("不开放")

    def units(self, day: date) -> list[Units]:
        """The open stretches of a day."""
        if self.closed_because(day):
            return []
        there = open_on(self.opening, day, self.calendar)
        if there.kind is DayKind.ALWAYS:
            return [(OPENS, CLOSES)]
        return [
            (_minutes(opens.time()) // MINUTES_PER_UNIT, -(-_minutes(closes.time()) // MINUTES_PER_UNIT))
            for opens, closes in there.spans
        ]

    def length(self, day: date) -> int:
        """Open quarter hours of a day."""
        return sum(after - first for first, after in self.units(day))


def openings_of(base_ids: Sequence[int], first: date, last: date) -> dict[int, BaseOpenings]:
    """By base: what decides whether it is open from one day to another; nine statements whatever their number."""
    calendar = calendar_of({first.year, last.year})
    states = select(TeachingBase.id, TeachingBase.state).where(TeachingBase.id.in_(base_ids))
    found = opening_queries.openings_of(base_ids, first, last)
    return {
        base_id: BaseOpenings(found[base_id], calendar, state) for base_id, state in session().execute(states)
    }


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
