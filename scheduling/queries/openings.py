"""When bases are open, as quarter hours of a day: what boards measure bookings against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

from flask_babel import gettext
from sqlalchemy import select

from bases.enums import BaseState
from bases.models import Closure, OpeningHours, TeachingBase
from bases.rules import is_bookable
from core.db import session
from scheduling.rules import MINUTES_PER_UNIT

OPENS, CLOSES = 8 * 4, 18 * 4
"""The quarter hours of a base without opening times, and those a board shows at least: 8:00 to 18:00."""
Units = tuple[int, int]


def percent(taken: int, open_: int) -> int:
    """The share of the open time that is taken; what is taken while nothing is open counts as all."""
    return min(100, round(100 * taken / open_)) if open_ else (100 if taken else 0)


@dataclass(slots=True)
class BaseOpenings:
    """When a base is open, as quarter hours; without opening times it is open all day."""

    hours: dict[int, list[Units]] = field(default_factory=lambda: defaultdict(list))
    closures: list[tuple[date, date, str]] = field(default_factory=list)
    state: BaseState = BaseState.IN_USE

    def closed_because(self, day: date) -> str:
        """Why nobody comes on a day; empty when it is open."""
        if not is_bookable(self.state):
            return self.state.label
        for first, last, reason in self.closures:
            if first <= day <= last:
                return reason or gettext("闭馆")
        return gettext("不开放") if self.hours and not self.hours.get(day.weekday()) else ""

    def units(self, day: date) -> list[Units]:
        """The open stretches of a day."""
        if self.closed_because(day):
            return []
        return self.hours[day.weekday()] if self.hours else [(OPENS, CLOSES)]

    def length(self, day: date) -> int:
        """Open quarter hours of a day."""
        return sum(after - first for first, after in self.units(day))


def openings_of(base_ids: Sequence[int], first: date, last: date) -> dict[int, BaseOpenings]:
    """By base: what decides whether it is open from one day to another; three statements whatever their number."""
    found = {base_id: BaseOpenings() for base_id in base_ids}
    states = select(TeachingBase.id, TeachingBase.state).where(TeachingBase.id.in_(base_ids))
    for base_id, state in session().execute(states):
        found[base_id].state = state
    hours = select(OpeningHours).where(OpeningHours.base_id.in_(base_ids)).order_by(OpeningHours.opens)
    for row in session().scalars(hours):
        found[row.base_id].hours[row.weekday].append(
            (_unit(row.opens), -(-_minutes(row.closes) // MINUTES_PER_UNIT))
        )
    shut = select(Closure).where(
        Closure.base_id.in_(base_ids), Closure.first_day <= last, Closure.last_day >= first
    )
    for closure in session().scalars(shut):
        found[closure.base_id].closures.append((closure.first_day, closure.last_day, closure.reason))
    return found


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _unit(at: time) -> int:
    return _minutes(at) // MINUTES_PER_UNIT
