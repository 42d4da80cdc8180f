"""Moving a session on a board: another time, venue or person, every rule checked. Flush only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from flask_babel import gettext

from accounts.access import Actor
from bases.models import TeachingBase
from core.errors import RuleBroken
from core.when import clock_text
from scheduling.enums import HalfDay
from scheduling.models import Session
from scheduling.queries import names
from scheduling.queries.figures import day_times
from scheduling.queries.proposals import amounts
from scheduling.services import placing, tying
from scheduling.services.placing import Choice
from scheduling.snapshots import Desk, Key, Option, desk, key, number
from scheduling.wording import reason_text

STEP = timedelta(minutes=30)
FIRST, LAST = time(8, 0), time(20, 0)
MOST_REASONS = 2
HALVES = (HalfDay.MORNING, HalfDay.AFTERNOON, HalfDay.EVENING)


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
    starts = grid(day)
    if row.start is not None and row.start.date() == day:
        starts = tuple(sorted({*starts, row.start}))
    klass, rooms = row.training_class, sorted(venue.id for venue in base.venues)
    at = desk(klass.owner_id, klass.year, row.id, starts, is_brief=True, venues=rooms)
    if not at.is_free:
        raise RuleBroken(gettext("这个课次已经过去或已授课，不能再排。"))
    wished = frozenset(day_times().starts(row.day, row.half_day))
    known = [key(Key.VENUE, venue.id) for venue in base.venues]
    found = [_move(option, wished) for option in at.board(known)]
    shut = {venue.id for venue in base.venues} - {move.venue_id for move in found}
    why = gettext("这个教学点现在不能预约。")
    return found + [Move(venue_id, start, Verdict.NO, why) for venue_id in sorted(shut) for start in starts]


def grid(day: date) -> tuple[datetime, ...]:
    """The half hours of a day at which things are put down."""
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
    notes = _notes(option, wished)
    return Move(venue_id, option.start, Verdict.COST if notes else Verdict.YES, gettext("、").join(notes))


def _notes(option: Option, wished: frozenset[datetime]) -> list[str]:
    """What a possible way costs, in words; empty where it costs nothing."""
    notes = [] if option.start in wished else [gettext("不在原来要求的时段")]
    price = option.delta - option.parts.get("change", 0)  # that it moves is what is wanted
    if price > 0:
        dearer = {name: amount for name, amount in option.parts.items() if amount > 0 and name != "change"}
        parts = gettext("、").join(part.label for part in amounts(dearer)[:MOST_REASONS])
        notes.append(gettext("总代价增加 %(n)s(%(parts)s)", n=price, parts=parts))
    return notes


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a board of the plan for a session: what it would be there, and what it would mean, in words."""

    key: str
    start: datetime
    instructor_id: int | None
    venue_id: int | None
    verdict: Verdict
    why: str


def places_by_half_days(row: Session, first: date, last: date) -> list[Place]:
    """The half-days of its class from `first` to `last`: with the person and room of now, else with the best then.

    RuleBroken for a part of a package and a session that is past.
    """
    times = day_times()
    at, wished = _desk_over(row, first, last)
    best: dict[str, tuple[bool, Option]] = {}
    for option in at.times():
        key = f"{option.start.date()}-{times.half_day_of(option.start).value}"
        best[key] = _better(best.get(key), option, row)
    known = names.of_problem(_named(option for _is_now, option in best.values()))
    return [
        _place(f"{row.class_id}:{key}", option, row, (wished, known)) for key, (_n, option) in best.items()
    ]


def places_with_people(row: Session, people: Sequence[int], first: date, last: date) -> list[Place]:
    """The days of its class from `first` to `last` with each of some people; whoever cannot be booked is said, too."""
    if not row.needs_instructor:
        raise RuleBroken(gettext("这一课由基地讲解员授课，不需要讲师。"))
    at, wished = _desk_over(row, first, last)
    options = at.people([key(Key.INSTRUCTOR, person) for person in people])
    best: dict[str, tuple[bool, Option]] = {}
    for option in options:
        cell = f"{number(option.instructor or 'i0')}:{option.start.date()}"
        best[cell] = _better(best.get(cell), option, row)
    known = names.of_problem(_named(option for _is_now, option in best.values()))
    found = [_place(cell, option, row, (wished, known)) for cell, (_n, option) in best.items()]
    days = {option.start.date() for option in options}
    shut = set(people) - {number(option.instructor or "i0") for option in options}
    why = gettext("不在聘期，或不能为这个班次授课。")
    return found + [
        Place(f"{person}:{day}", datetime.combine(day, FIRST), person, None, Verdict.NO, why)
        for person in sorted(shut)
        for day in sorted(days)
    ]


def places_at_bases(row: Session, bases: Sequence[TeachingBase], first: date, last: date) -> list[Place]:
    """The days of its class from `first` to `last` at each of some bases: its best room and time there.

    With the person it has now, else with the best then; a base where nothing can be booked is said, too.
    """
    rooms = sorted(venue.id for base in bases for venue in base.venues)
    at, wished = _desk_over(row, first, last, rooms)
    options = at.sites({base.id: [key(Key.VENUE, venue.id) for venue in base.venues] for base in bases})
    best: dict[str, tuple[bool, Option]] = {}
    for base_id, option in options:
        cell = f"{base_id}:{option.start.date()}"
        best[cell] = _better(best.get(cell), option, row)
    known = names.of_problem(_named(option for _is_now, option in best.values()))
    found = [_place(cell, option, row, (wished, known)) for cell, (_n, option) in best.items()]
    shut = {base.id for base in bases} - {base_id for base_id, _option in options}
    days = {start.date() for start in at.session.starts}
    why = gettext("这个基地现在不能预约。")
    return found + [
        Place(f"{base_id}:{day}", datetime.combine(day, FIRST), None, None, Verdict.NO, why)
        for base_id in sorted(shut)
        for day in sorted(days)
    ]


def _desk_over(
    row: Session, first: date, last: date, rooms: Sequence[int] = ()
) -> tuple[Desk, frozenset[datetime]]:
    tying.refuse_alone(row)
    klass, times = row.training_class, day_times()
    begin, end = max(first, klass.starts_on), min(last, klass.ends_on)
    if begin > end:
        raise RuleBroken(gettext("这些日子不在班次的起止日期内。"))
    days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    starts = {start for day in days for half in HALVES for start in times.starts(day, half)}
    if row.start is not None and begin <= row.start.date() <= end:
        starts.add(row.start)
    at = desk(klass.owner_id, klass.year, row.id, tuple(sorted(starts)), is_brief=True, venues=rooms)
    if not at.is_free:
        raise RuleBroken(gettext("这个课次已经过去或已授课，不能再排。"))
    return at, frozenset(times.starts(row.day, row.half_day))


def _better(known: tuple[bool, Option] | None, option: Option, row: Session) -> tuple[bool, Option]:
    """Of two ways into one cell: what is possible, else the time of now, else what is cheaper."""
    mine = (option.start == row.start, option)
    if known is None:
        return mine

    def grade(way: tuple[bool, Option]) -> tuple[bool, bool, int]:
        return not way[1].is_possible, not way[0], way[1].delta

    return mine if grade(mine) < grade(known) else known


def _named(options: Iterable[Option]) -> set[str]:
    return {name for option in options for name in (option.instructor, option.venue) if name is not None}


def _place(
    cell: str, option: Option, row: Session, words: tuple[frozenset[datetime], Mapping[str, str]]
) -> Place:
    wished, known = words
    who = None if option.instructor is None else number(option.instructor)
    where = None if option.venue is None else number(option.venue)
    if not option.is_possible:
        why = gettext("、").join(reason_text(str(reason)) for reason in option.reasons[:MOST_REASONS])
        return Place(cell, option.start, who, where, Verdict.NO, why)
    told = [clock_text(option.start)]
    if who != row.instructor_id:
        name = known.get(option.instructor or "", "")
        told.append(gettext("讲师 %(name)s", name=name) if name else gettext("讲师空缺"))
    if where != row.venue_id:
        name = known.get(option.venue or "", "")
        told.append(gettext("地点 %(name)s", name=name) if name else gettext("地点空缺"))
    notes = _notes(option, wished)
    is_short = (who is None and row.needs_instructor) or where is None
    verdict = Verdict.COST if notes or is_short else Verdict.YES
    return Place(cell, option.start, who, where, verdict, gettext("、").join([*told, *notes]))


def move(row: Session, start: datetime, venue_id: int, *, actor: Actor, seen: int | None = None) -> None:
    """Put a session at another time or venue and pin that; the person who teaches it stays.

    A time outside the half-day it was ordered for becomes what it asks for. RuleBroken names each rule in the way,
    Conflict when it was changed since `seen`. Nobody is told before the class is published.
    """
    put(row, Choice(start, row.instructor_id, venue_id), actor=actor, seen=seen)


def put(row: Session, choice: Choice, *, actor: Actor, seen: int | None = None) -> None:
    """Put a session anywhere on a day of its class, or without a start back among those still to be placed."""
    row.expect_version(seen)
    if choice.start is None:
        placing.clear(row, placing.PARTS, actor=actor, seen=seen)
        return
    _refuse(row, choice.start.date())
    placing.place(row, choice, actor=actor, starts=(choice.start,))
