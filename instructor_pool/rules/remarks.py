"""Reading a remark such as 7月休假 as absences: a suggestion to confirm, never a fact."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_SPAN = re.compile(r"(\d{1,2})月(\d{1,2})日?(?:至|到|-|—|~)(?:(\d{1,2})月)?(\d{1,2})日?")
_MONTHLY = re.compile(r"每月(上旬|中旬|下旬|初|底)")
_WEEKLY = re.compile(r"(?:周|星期)([一二三四五六日天])(上午|下午|晚上|全天)?")
_MONTH = re.compile(r"(\d{1,2})月(?:份)?(?!\d)(上旬|中旬|下旬|初|底)?")
_THIRDS = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), None: (1, 31)}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_HALVES = {"上午": (time(0), time(12)), "下午": (time(12), time(18)), "晚上": (time(18), None)}
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of local time, half-open."""

    starts: datetime
    ends: datetime


def days(first: date, last: date) -> Stretch:
    """Whole days, both included."""
    return Stretch(datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time()))


def suggested(text: str, year: int, since: date) -> list[Stretch]:
    """What a remark seems to say about the rest of `year` from `since` on; empty when it cannot be read."""
    if len(text) > LONGEST:
        return []
    for attempt in (_monthly, _span, _weekly, _month):
        found = attempt(text, year)
        if found:
            begin = datetime.combine(since, time())
            return [s for s in found if s.ends > begin]
    return []


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _monthly(text: str, year: int) -> list[Stretch]:
    match = _MONTHLY.search(text)
    if match is None:
        return []
    first, last = _THIRDS[match[1]]
    return [days(date(year, month, first), _day(year, month, last)) for month in range(1, 13)]


def _span(text: str, year: int) -> list[Stretch]:
    match = _SPAN.search(text)
    if match is None:
        return []
    try:
        first = date(year, int(match[1]), int(match[2]))
        last = date(year, int(match[3] or match[1]), int(match[4]))
    except ValueError:
        return []
    return [days(first, last)] if first <= last else []


def _weekly(text: str, year: int) -> list[Stretch]:
    match = _WEEKLY.search(text)
    if match is None:
        return []
    day = date(year, 1, 1)
    day += timedelta(days=(_WEEKDAYS[match[1]] - day.weekday()) % 7)
    found = []
    while day.year == year:
        begin, end = _HALVES.get(match[2] or "", (time(0), None))
        ends = datetime.combine(day, end) if end else datetime.combine(day + timedelta(days=1), time())
        found.append(Stretch(datetime.combine(day, begin), ends))
        day += timedelta(days=7)
    return found


def _month(text: str, year: int) -> list[Stretch]:
    match = _MONTH.search(text)
    if match is None or not 1 <= int(match[1]) <= 12:
        return []
    month, (first, last) = int(match[1]), _THIRDS[match[2]]
    return [days(date(year, month, first), _day(year, month, last))]
