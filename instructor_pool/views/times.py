"""When somebody is away, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext

from core.when import WEEKDAYS, day_text, moment_text
from instructor_pool.enums import AWAY, HALVES, DayPart, Grade
from instructor_pool.rules.calendars import Weekly
from instructor_pool.rules.parts import part_of


def away_text(starts: datetime, ends: datetime) -> str:
    """`2027年7月1日 周四 – 7月31日 周六`, `… 上午` for a part of one day, moments when it is neither."""
    part = part_of(starts, ends)
    first, last = starts.date(), (ends - timedelta(microseconds=1)).date()
    if part is None:
        return f"{moment_text(starts)} – {moment_text(ends)}"
    if part is not DayPart.ALL_DAY:
        return f"{day_text(first, year=True)} {part.label}"
    if first == last:
        return day_text(first, year=True)
    return f"{day_text(first, year=True)} – {day_text(last, year=last.year != first.year)}"


@dataclass(frozen=True, slots=True)
class Usual:
    """One grade of the weekly pattern: which parts of which weekdays, why, and for how long."""

    grade: Grade
    when: str
    reason: str
    span: str


def usual_week(rows: Iterable[Weekly]) -> list[Usual]:
    """The weekly pattern, a line a grade: `周一 上午、周三 全天`."""
    kept = list(rows)
    return [_usual(grade, [row for row in kept if row.grade is grade]) for grade in AWAY if _has(kept, grade)]


def _has(rows: Iterable[Weekly], grade: Grade) -> bool:
    return any(row.grade is grade for row in rows)


def _usual(grade: Grade, rows: list[Weekly]) -> Usual:
    by_day: dict[int, list[DayPart]] = {}
    for row in rows:
        by_day.setdefault(row.weekday, []).append(row.part)
    words = [f"{gettext(WEEKDAYS[day])} {_parts(parts)}" for day, parts in sorted(by_day.items())]
    return Usual(grade, gettext("、").join(words), rows[0].reason, _span(rows[0]))


def _parts(parts: list[DayPart]) -> str:
    if len(parts) == len(HALVES):
        return DayPart.ALL_DAY.label
    return "/".join(part.label for part in HALVES if part in parts)


def _span(row: Weekly) -> str:
    since = day_text(row.first_day, year=True) if row.first_day else ""
    until = day_text(row.last_day, year=True) if row.last_day else ""
    if since and until:
        return f"{since} – {until}"
    if since:
        return gettext("从 %(day)s 起", day=since)
    return gettext("到 %(day)s 为止", day=until) if until else ""
