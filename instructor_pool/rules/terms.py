"""Terms of appointment: what can be booked when, and when an alert is due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from instructor_pool.enums import PoolState, TermProblem
from instructor_pool.rules.life import BOOKABLE

ALERT_DAYS = (90, 30, 0)
DEFAULT_TERM_YEARS = 2


class HasTerm(Protocol):
    """State and term of a person; `term_end` is the last day, None for people without a term."""

    @property
    def state(self) -> PoolState: ...
    @property
    def term_start(self) -> date | None: ...
    @property
    def term_end(self) -> date | None: ...


def term_problem(person: HasTerm, day: date) -> TermProblem | None:
    """Why nothing new can be booked for `person` on `day`, or None. After the term nothing new goes in."""
    if person.state is PoolState.SUSPENDED:
        return TermProblem.SUSPENDED
    if person.state not in BOOKABLE:
        return TermProblem.NOT_IN_POOL
    if person.term_start is not None and day < person.term_start:
        return TermProblem.BEFORE_TERM
    if person.term_end is not None and day > person.term_end:
        return TermProblem.AFTER_TERM
    return None


def bookable_days(person: HasTerm) -> tuple[date, date] | None:
    """First and last day on which `term_problem` finds nothing, or None: for whoever looks at many days at once."""
    if person.state not in BOOKABLE:
        return None
    return person.term_start or date.min, person.term_end or date.max


def days_left(person: HasTerm, today: date) -> int | None:
    """Days until the term is over (0 on its last day, negative after it); None without a term."""
    return (person.term_end - today).days if person.term_end is not None else None


def share_gone(person: HasTerm, today: date) -> float:
    """How much of the term has passed, 0 to 1."""
    if person.term_start is None or person.term_end is None:
        return 0.0
    whole = max((person.term_end - person.term_start).days, 1)
    return min(max((today - person.term_start).days / whole, 0.0), 1.0)


def term_ending(start: date, years: int = DEFAULT_TERM_YEARS) -> date:
    """The last day of a term of whole years that starts on `start`."""
    last_year = start.year + years
    try:
        same_day = start.replace(year=last_year)
    except ValueError:  # 29 February
        same_day = date(last_year, 3, 1)
    return date.fromordinal(same_day.toordinal() - 1)


def alert(left: int | None) -> int | None:
    """The tightest alert a term with `left` days falls under: 0 (over), 30, 90, or None."""
    if left is None or left > ALERT_DAYS[0]:
        return None
    if left < 0:
        return 0
    return 30 if left <= ALERT_DAYS[1] else 90


def next_term(ended: date, today: date, years: int = DEFAULT_TERM_YEARS) -> tuple[date, date]:
    """First and last day of the term after one that ends (or ended) on `ended`: without a gap while it still runs."""
    start = max(ended + timedelta(days=1), today)
    return start, term_ending(start, years)
