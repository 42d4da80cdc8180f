"""Opening hours as written: `周一至周五 8:00-18:00`, `周三闭馆，其余 8:30-17:30`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from exchange.enums import ProblemCode
from exchange.workbook.grid import Cell, as_text
from exchange.workbook.problems import FieldError

_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEK = r"(?:周|星期|礼拜)"
_RANGE = re.compile(rf"{_WEEK}([一二三四五六日天])(?:至|到|-){_WEEK}?([一二三四五六日天])")
_SINGLES = re.compile(rf"{_WEEK}([一二三四五六日天](?:、?{_WEEK}?[一二三四五六日天])*)")
_HOURS = re.compile(r"(\d{1,2})[:点时](\d{2})?分?(?:至|到|-)(\d{1,2})[:点时](\d{2})?分?")
_CLOSED = re.compile(r"闭馆|休息|休馆|不开放|关闭")
_REST = re.compile(r"其余时间|其余|其他时间|其他|其它|平时")
_DAILY = re.compile(r"每天|每日|全周|全年|天天")
_EMPTY = re.compile(r"开放|时间|上午|下午|上班|[:、和及]")
_FOLD = str.maketrans(
    {
        "：": ":",
        "，": ",",
        "；": ",",
        ";": ",",
        "。": ",",
        "－": "-",
        "–": "-",
        "—": "-",
        "～": "-",
        "~": "-",
        "(": ",",
        "（": ",",
        ")": ",",
        "）": ",",
    }
)
EVERY_DAY = frozenset(range(7))
Span = tuple[time, time]


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """Open on `weekday` (0 Monday … 6 Sunday) from `opens` to `closes`, half-open."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class _Part:
    """One phrase between commas: which days, which hours, and what kind of phrase it is."""

    days: frozenset[int]
    spans: tuple[Span, ...]
    is_closed: bool
    is_rest: bool


def openings(cell: Cell) -> tuple[Opening, ...]:
    """Weekly intervals in order; every part of the text must be understood or FieldError is raised."""
    text = re.sub(r"[ \t\u3000]+", "", as_text(cell)).replace("\n", ",").translate(_FOLD)
    parts = [_part(piece) for piece in text.split(",") if piece]
    week = None if None in parts else _week([p for p in parts if p is not None])
    if not week:
        raise FieldError(ProblemCode.OPENING_BROKEN, text=as_text(cell)[:60])
    return tuple(sorted(Opening(day, *span) for day, spans in week.items() for span in spans))


def _week(parts: list[_Part]) -> dict[int, set[Span]]:
    """Hours by weekday; hours without days carry on the days named before, or fill the rest."""
    open_at: dict[int, set[Span]] = {}
    closed: set[int] = set()
    rest: set[Span] = set()
    last: frozenset[int] = frozenset()
    pending: frozenset[int] = frozenset()
    for part in parts:
        if part.is_closed:
            closed |= part.days
            continue
        last = part.days | pending or (frozenset() if part.is_rest else last)
        pending = frozenset() if part.spans else last
        if not last:
            rest |= set(part.spans)
        for day in last:
            open_at.setdefault(day, set()).update(part.spans)
    for day in EVERY_DAY - set(open_at) if rest else ():
        open_at[day] = rest
    return {day: spans for day, spans in open_at.items() if day not in closed and spans}


def _part(text: str) -> _Part | None:
    days: set[int] = set()
    spans: list[Span | None] = []

    def take_range(match: re.Match[str]) -> str:
        first, last = _DAYS[match[1]], _DAYS[match[2]]
        days.update(range(first, last + 1) if first <= last else EVERY_DAY - set(range(last + 1, first)))
        return ""

    def take_singles(match: re.Match[str]) -> str:
        days.update(_DAYS[ch] for ch in match[1] if ch in _DAYS)
        return ""

    def take_hours(match: re.Match[str]) -> str:
        spans.append(_span(match))
        return ""

    left = _SINGLES.sub(take_singles, _RANGE.sub(take_range, text))
    if _DAILY.search(left):
        days |= EVERY_DAY
    left = _HOURS.sub(take_hours, _DAILY.sub("", left))
    good = [span for span in spans if span is not None]
    is_closed, is_rest = bool(_CLOSED.search(left)), bool(_REST.search(left))
    left = _EMPTY.sub("", _REST.sub("", _CLOSED.sub("", left)))
    sensible = days and not good and not is_rest if is_closed else bool(days or good)
    if left or len(good) < len(spans) or not sensible:
        return None
    return _Part(frozenset(days), tuple(good), is_closed, is_rest)


def _span(match: re.Match[str]) -> Span | None:
    opens, closes = _clock(match[1], match[2]), _clock(match[3], match[4])
    return (opens, closes) if opens is not None and closes is not None and opens < closes else None


def _clock(hour: str, minute: str | None) -> time | None:
    moment = int(hour) * 60 + int(minute or 0)
    if moment == 24 * 60:
        return time(23, 59)
    return time(moment // 60, moment % 60) if moment < 24 * 60 and int(minute or 0) < 60 else None
