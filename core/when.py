"""Days and times as people read them: `3月1日 周一 上午 8:30–11:30`."""

from __future__ import annotations

from datetime import date, datetime, time

from flask_babel import get_locale, gettext

from core.words import N_

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
NOON = time(12)
EVENING = time(18)


def read_day(raw: str | None) -> date | None:
    """The day a browser sent as `2027-05-10`; None for what is no day."""
    try:
        return date.fromisoformat(raw or "")
    except ValueError:
        return None


def weekday_text(day: date) -> str:
    """`周一`."""
    return gettext(WEEKDAYS[day.weekday()])


def day_text(day: date, *, year: bool = False) -> str:
    """`3月1日 周一`, with the year in front when asked."""
    if str(get_locale() or "zh").startswith("en"):
        return f"{weekday_text(day)} {day.day} {day:%b}" + (f" {day.year}" if year else "")
    return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日 {weekday_text(day)}"


def days_text(first: date, last: date) -> str:
    """`2027-05-10`, or from one day to another."""
    return f"{first}" if first == last else f"{first} – {last}"


def part_of_day(moment: datetime | time) -> str:
    """`上午`, `下午` or `晚上`."""
    at = moment.time() if isinstance(moment, datetime) else moment
    return gettext("上午") if at < NOON else gettext("下午") if at < EVENING else gettext("晚上")


def clock_text(moment: datetime | time) -> str:
    """`8:30`."""
    return f"{moment.hour}:{moment.minute:02d}"


def hours_text(start: datetime, end: datetime) -> str:
    """`8:30–11:30`."""
    return f"{clock_text(start)}–{clock_text(end)}"


def span_text(start: datetime, end: datetime) -> str:
    """`3月1日 周一 上午 8:30–11:30`."""
    return f"{day_text(start.date())} {part_of_day(start)} {hours_text(start, end)}"


def moment_text(moment: datetime) -> str:
    """`3月1日 周一 8:30`."""
    return f"{day_text(moment.date())} {clock_text(moment)}"
