"""Publicity before approval: how long at least, and what stands against approving [0 §16, 2]."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from core.workdays import Calendar
from instructor_pool.enums import ObjectionOutcome, PublicityProblem

DEFAULT_DAYS = 5
"""Workdays [common]."""
FEWEST_DAYS, MOST_DAYS = 1, 60


def last_day(first: date, days: int, calendar: Calendar) -> date:
    """The last day of a publicity of `days` workdays that is put up on `first`, which does not count itself."""
    return calendar.after(first, days)


def hindrance(
    ends_on: date | None, outcomes: Collection[ObjectionOutcome | None], today: date
) -> PublicityProblem | None:
    """Why a candidate cannot be approved yet; `outcomes` are those of the objections, None while unanswered."""
    if ends_on is None:
        return PublicityProblem.NOT_STARTED
    if ObjectionOutcome.UPHELD in outcomes:
        return PublicityProblem.UPHELD
    if None in outcomes:
        return PublicityProblem.UNANSWERED
    return PublicityProblem.RUNNING if today <= ends_on else None
