"""Remarks that may limit when a person can teach: read as a suggestion, never as a fact."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from scheduling.enums import HalfDay

_MONTH = re.compile(r"(\d{1,2})月(?:份)?(?!\d)(上旬|中旬|下旬|初|底)?")
_MONTHLY = re.compile(r"每月(上旬|中旬|下旬|初|底)")
_SPAN = re.compile(r"(\d{1,2})月(\d{1,2})日?(?:至|到|-|—|~)(?:(\d{1,2})月)?(\d{1,2})日?")
_WEEKLY = re.compile(r"(?:每)?(?:周|星期)([一二三四五六日天])(上午|下午|晚上|全天)?")
_AWAY = re.compile(
    r"休假|出差|请假|外出|学习|教研|不在|没空|不能|不便|会议|值班|挂职|住院|休养|产假|培训|坐诊|例会"
)
_THIRDS = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), None: (1, 31)}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}


@dataclass(frozen=True, slots=True)
class Absence:
    """A suggested reading: from `first` to `last` inclusive, on `weekday` (0 Monday) or every day of it,
    on days `from_day`..`to_day` of each month, in `half` of the day or all day.
    """

    first: date
    last: date
    weekday: int | None = None
    from_day: int | None = None
    to_day: int | None = None
    half: HalfDay | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityHint:
    """A remark of one person, as written, with a suggested reading to confirm; None when unread."""

    sheet: str
    row: int
    name: str
    text: str
    suggestion: Absence | None


def reading(text: str, year: int) -> Absence | None:
    """What `text` seems to say about absences in `year`, or None when it is not plainly that."""
    if not _AWAY.search(text) or len(text) > 40:
        return None
    for attempt in (_monthly, _span, _weekly, _month):
        found = attempt(text, year)
        if found is not None:
            return found
    return None


def _monthly(text: str, year: int) -> Absence | None:
    match = _MONTHLY.search(text)
    if match is None:
        return None
    first, last = _THIRDS[match[1]]
    return Absence(date(year, 1, 1), date(year, 12, 31), from_day=first, to_day=last)


def _span(text: str, year: int) -> Absence | None:
    match = _SPAN.search(text)
    if match is None:
        return None
    first, last = _built(year, match[1], match[2]), _built(year, match[3] or match[1], match[4])
    return Absence(first, last) if first and last and first <= last else None


def _weekly(text: str, year: int) -> Absence | None:
    match = _WEEKLY.search(text)
    if match is None:
        return None
    half = HalfDay.by_word(match[2] or "")
    return Absence(date(year, 1, 1), date(year, 12, 31), weekday=_WEEKDAYS[match[1]], half=half)


def _month(text: str, year: int) -> Absence | None:
    match = _MONTH.search(text)
    if match is None or not 1 <= int(match[1]) <= 12:
        return None
    month = int(match[1])
    first, last = _THIRDS[match[2]]
    return Absence(
        date(year, month, first), date(year, month, min(last, calendar.monthrange(year, month)[1]))
    )


def _built(year: int, month: str, day: str) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None
