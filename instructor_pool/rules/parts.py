"""Parts of a day as people say them, turned into stretches of local time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from instructor_pool.enums import DayPart
from instructor_pool.rules.remarks import Stretch, days

NOON = time(12)
EVENING = time(18)


def stretches(first: date, last: date, part: DayPart) -> list[Stretch]:
    """From `first` to `last`, both included: one stretch for whole days, else that part of each day."""
    if part is DayPart.ALL_DAY:
        return [days(first, last)]
    return [part_on(first + timedelta(days=n), part) for n in range((last - first).days + 1)]


def part_on(day: date, part: DayPart) -> Stretch:
    """The stretch of one part of one day."""
    if part is DayPart.MORNING:
        return Stretch(datetime.combine(day, time()), datetime.combine(day, NOON))
    if part is DayPart.AFTERNOON:
        return Stretch(datetime.combine(day, NOON), datetime.combine(day, EVENING))
    return Stretch(datetime.combine(day, EVENING), datetime.combine(day + timedelta(days=1), time()))


def part_of(starts: datetime, ends: datetime) -> DayPart | None:
    """The part of one day a stretch covers, ALL_DAY for whole days; None when it is neither."""
    if starts.time() == time() and ends.time() == time():
        return DayPart.ALL_DAY
    day = starts.date()
    return next(
        (p for p in DayPart if p is not DayPart.ALL_DAY and part_on(day, p) == Stretch(starts, ends)), None
    )
