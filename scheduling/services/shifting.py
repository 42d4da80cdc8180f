"""Moving a session on the board of a base: another time of the day or another venue, every rule checked. Flush only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from flask_babel import gettext

from accounts.access import Actor
from bases.models import TeachingBase
from core.db import session
from core.errors import RuleBroken
from scheduling.models import Session
from scheduling.queries.figures import day_times
from scheduling.queries.proposals import amounts
from scheduling.services import placing, tying
from scheduling.services.placing import Choice
from scheduling.snapshots import Key, Option, desk, key, number
from scheduling.wording import reason_text

STEP = timedelta(minutes=30)
FIRST, LAST = time(8, 0), time(20, 0)
MOST_REASONS = 2


class Verdict(StrEnum):
    """Whether a session may be put down somewhere."""

    YES = "yes"
    COST = "cost"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Move:
    """One place on the board for a session, and what it would mean, in words."""

    venue_id: int
    start: datetime
    verdict: Verdict
    why: str


def moves_of(row: Session, base: TeachingBase, day: date) -> list[Move]:
    """Every half hour of the day at every venue of the base, with what stands in the way or what it would cost.

    RuleBroken for a part of a package, a session that is past, and a day outside the class.
    """
    _refuse(row, day)
    starts = _grid(day)
    if row.start is not None and row.start.date() == day:
        starts = tuple(sorted({*starts, row.start}))
    at = desk(row.training_class.owner_id, row.training_class.year, row.id, starts)
    if not at.is_free:
        raise RuleBroken(gettext("这个课次已经过去或已授课,不能再排。"))
    wished = frozenset(day_times().starts(row.day, row.half_day))
    known = [key(Key.VENUE, venue.id) for venue in base.venues]
    found = [_move(option, wished) for option in at.board(known)]
    shut = {venue.id for venue in base.venues} - {move.venue_id for move in found}
    why = gettext("这个教学点现在不能预约。")
    return found + [Move(venue_id, start, Verdict.NO, why) for venue_id in sorted(shut) for start in starts]


def _grid(day: date) -> tuple[datetime, ...]:
    first, last = datetime.combine(day, FIRST), datetime.combine(day, LAST)
    return tuple(first + STEP * n for n in range(int((last - first) / STEP)))


def _refuse(row: Session, day: date) -> None:
    tying.refuse_alone(row)
    klass = row.training_class
    if not klass.starts_on <= day <= klass.ends_on:
        raise RuleBroken(gettext("日期不在班次的起止日期内。"))


def _move(option: Option, wished: frozenset[datetime]) -> Move:
    venue_id = number(option.venue or "v0")
    if not option.is_possible:
        why = gettext("、").join(reason_text(str(reason)) for reason in option.reasons[:MOST_REASONS])
        return Move(venue_id, option.start, Verdict.NO, why)
    notes = [] if option.start in wished else [gettext("不在原来要求的时段")]
    price = option.delta - option.parts.get("change", 0)  # that it moves is what is wanted
    if price > 0:
        dearer = {name: amount for name, amount in option.parts.items() if amount > 0 and name != "change"}
        parts = gettext("、").join(part.label for part in amounts(dearer)[:MOST_REASONS])
        notes.append(gettext("总代价增加 %(n)s(%(parts)s)", n=price, parts=parts))
    return Move(venue_id, option.start, Verdict.COST if notes else Verdict.YES, gettext("、").join(notes))


def move(row: Session, start: datetime, venue_id: int, *, actor: Actor, seen: int | None = None) -> None:
    """Put a session at another time or venue and pin that; the person who teaches it stays.

    A time outside the half-day it was ordered for becomes what it asks for. RuleBroken names each rule in the way,
    Conflict when it was changed since `seen`. Nobody is told before the class is published.
    """
    row.expect_version(seen)
    _refuse(row, start.date())
    choice = Choice(start, row.instructor_id, venue_id)
    placing.place(row, choice, actor=actor, starts=(start,))
    times = day_times()
    if start not in times.starts(row.day, row.half_day):
        row.day, row.half_day = start.date(), times.half_day_of(start)
    session().flush()
