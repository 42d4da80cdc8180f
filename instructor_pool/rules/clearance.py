"""Courseware is cleared before it is taught, and for a time [3 §五(六)]."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from instructor_pool.enums import ClearanceProblem

DEFAULT_DAYS = 730
"""How long a clearance holds unless the reviewer says otherwise [common]; the setting `courseware_days` overrides."""
LONGEST_DAYS = 5 * 366
SOON_DAYS = 60
"""From how many days before its end on a clearance is shown as ending."""


class HasClearance(Protocol):
    """Since when and until when (that day included) somebody's courseware of a course is cleared."""

    @property
    def cleared_on(self) -> date | None: ...
    @property
    def cleared_until(self) -> date | None: ...


def clearance_problem(item: HasClearance | None, day: date) -> ClearanceProblem | None:
    """Why the course cannot be scheduled with the person on `day`, or None. None for `item`: not listed at all."""
    if item is None:
        return ClearanceProblem.NOT_LISTED
    if item.cleared_on is None:
        return ClearanceProblem.NOT_CLEARED
    if item.cleared_until is not None and day > item.cleared_until:
        return ClearanceProblem.EXPIRED
    return None


def default_until(today: date, days: int = DEFAULT_DAYS) -> date:
    """The last day of a clearance given today."""
    return today + timedelta(days=days)
