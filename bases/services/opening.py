"""Seasons, single days and holidays: when a base is open otherwise than every week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from flask_babel import gettext

from accounts.access import Actor
from bases.models import OpeningSeason, SeasonHours, SpecialHours, TeachingBase
from bases.queries.opening import list_seasons, list_specials
from bases.rules.opening import clashing_seasons
from bases.services import hours_changed
from bases.services.register import Span
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.when import day_text


@dataclass(frozen=True, slots=True)
class Limits:
    """Parties at once and a day in the whole base (None: as many as its venues take), and what holidays change."""

    groups: int | None = None
    max_per_day: int | None = None
    closed_on_holidays: bool = False
    make_up_as_monday: bool = False


def set_limits(base: TeachingBase, limits: Limits, *, actor: Actor, seen: int | None = None) -> None:
    """Set them; what is booked beyond them stays."""
    base.expect_version(seen)
    broken = []
    if limits.groups is not None and limits.groups < 1:
        broken.append(Violation("groups", gettext("同时接待批次至少是 1。"), "groups"))
    if limits.max_per_day is not None and limits.max_per_day < max(1, limits.groups or 1):
        broken.append(Violation("per_day", gettext("日最大批次不能少于同时接待批次。"), "max_per_day"))
    if broken:
        raise RuleBroken(gettext("没有保存。"), broken)
    base.groups, base.max_per_day = limits.groups, limits.max_per_day
    base.closed_on_holidays, base.make_up_as_monday = limits.closed_on_holidays, limits.make_up_as_monday
    audit.note(session(), gettext("%(base)s：更新接待限额和节假日安排", base=base.name))
    session().flush()
    hours_changed.tell([base.id])


@dataclass(frozen=True, slots=True)
class SeasonFields:
    """A season: from one month and day to another (501 is 1 May), and its week."""

    name: str
    begins: int
    ends: int
    spans: Sequence[Span]


def save_season(
    base: TeachingBase, fields: SeasonFields, season: OpeningSeason | None = None, *, actor: Actor
) -> OpeningSeason:
    """A season, new or changed; RuleBroken when it meets another, or a month has no such day.

    Bookings outside of the new times stay and are shown to whoever planned them.
    """
    others = [found for found in list_seasons(base.id) if found is not season]
    broken = []
    if not fields.name.strip():
        broken.append(Violation("name", gettext("请填写季节名称。"), "name"))
    if any(found.name == fields.name.strip() for found in others):
        broken.append(Violation("taken", gettext("已有同名季节。"), "name"))
    for end, field in ((fields.begins, "begins"), (fields.ends, "ends")):
        if not is_month_day(end):
            broken.append(Violation("day", gettext("没有这一天。"), field))
    clash = None if broken else _clash(fields, others)
    if clash is not None:
        broken.append(Violation("overlap", gettext("和“%(name)s”的日期重叠。", name=clash), "begins"))
    if broken:
        raise RuleBroken(gettext("季节没有保存。"), broken)
    row = season or OpeningSeason(base_id=base.id)
    row.name, row.begins, row.ends = fields.name.strip(), fields.begins, fields.ends
    session().add(row)
    row.hours.clear()
    session().flush()  # the same day and hour may not stand twice for a moment
    row.hours = [SeasonHours(weekday=day, opens=opens, closes=closes) for day, opens, closes in fields.spans]
    audit.note(session(), gettext("%(base)s：季节开放时段 %(name)s", base=base.name, name=row.name))
    session().flush()
    hours_changed.tell([base.id])
    return row


def _clash(fields: SeasonFields, others: Sequence[OpeningSeason]) -> str | None:
    mine = (fields.name, fields.begins, fields.ends)
    for found in others:
        if clashing_seasons([mine, (found.name, found.begins, found.ends)]) is not None:
            return found.name
    return None


def is_month_day(value: int) -> bool:
    """Whether a number such as 501 is a month and a day; 29 February is."""
    try:
        date(2024, value // 100, value % 100)
    except ValueError:
        return False
    return True


def drop_season(base: TeachingBase, season: OpeningSeason, *, actor: Actor) -> None:
    """Take a season away: its days follow the week again."""
    audit.note(session(), gettext("%(base)s：删除季节 %(name)s", base=base.name, name=season.name))
    session().delete(season)
    session().flush()
    hours_changed.tell([base.id])


def open_specially(
    base: TeachingBase, day: date, spans: Sequence[tuple[time, time]], reason: str, *, actor: Actor
) -> None:
    """Open one day at other times than its weekday says; replaces what was said of the day before."""
    broken = []
    if day < clock.today():
        broken.append(Violation("past", gettext("这一天已经过去。"), "day"))
    ordered = sorted(spans)
    if not ordered:
        broken.append(Violation("none", gettext("请填写开放时间；不开放请登记闭馆。"), "opens"))
    if any(closes <= opens for opens, closes in ordered) or any(
        after[0] < before[1] for before, after in pairwise(ordered)
    ):
        broken.append(Violation("spans", gettext("结束要晚于开始，两段不能重叠。"), "opens"))
    if broken:
        raise RuleBroken(gettext("没有保存。"), broken)
    _forget(base, day)
    session().add_all(
        SpecialHours(base_id=base.id, day=day, opens=opens, closes=closes, reason=reason.strip())
        for opens, closes in ordered
    )
    audit.note(session(), gettext("%(base)s：%(day)s 特别开放", base=base.name, day=day_text(day)))
    session().flush()
    hours_changed.tell([base.id])


def forget_special(base: TeachingBase, day: date, *, actor: Actor) -> None:
    """Let a day follow the week again."""
    _forget(base, day)
    audit.note(session(), gettext("%(base)s：%(day)s 恢复通常开放时段", base=base.name, day=day_text(day)))
    session().flush()
    hours_changed.tell([base.id])


def _forget(base: TeachingBase, day: date) -> None:
    for row in list_specials(base.id, day, day):
        session().delete(row)
    session().flush()
