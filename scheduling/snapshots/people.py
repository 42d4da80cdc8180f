"""Instructors as the engine sees them: what they teach, where they live, when they are away, how much is fair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from instructor_pool.enums import Grade
from scheduling import engine
from scheduling.enums import ResourceKind
from scheduling.rules import MINUTES_PER_UNIT
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.nearby import Count
from scheduling.snapshots.records import Records
from scheduling.snapshots.spans import Span, around, joined, whole_days
from scheduling.snapshots.topics import Topics

NOTHING = Count()


def to_instructors(
    records: Records, needed: set[int], agreed: Mapping[int, Sequence[Span]]
) -> dict[int, engine.Instructor]:
    """By row id: everyone who may be booked, and those `needed` because a session stands with them.

    `agreed` is the time of lessons that stay: being away does not cancel what was agreed before.
    """
    away, rather_not = _calendars(records)
    leading = {row.holder_id for row in records.posts}
    busy_elsewhere = elsewhere(records, ResourceKind.INSTRUCTOR)
    chosen = [row for row in records.people if row.is_teaching or row.id in needed]
    # Where only what is near was read, the desk reckons what the year's load costs.
    target = None if records.near else _fair_share(records, sum(row.is_teaching for row in chosen))
    year = whole_days(date(records.year, 1, 1), date(records.year, 12, 31))
    topics = Topics(records)
    is_counted = records.near is not None and records.near.is_counted
    places = {town: place_of_unit(records, town) for town in {row.town_id for row in chosen}}
    found = {}
    # A course of a province has thousands of people, and somebody waits: most have nothing to add up.
    for row in chosen:
        person, is_teaching, is_leader, town, start, end, day, week, month, most, fee, rating = row
        outside = records.outside.get(person, NOTHING)
        counted = outside if is_counted else NOTHING
        told = agreed.get(person, ())
        if person in records.loans:
            most = _most_lent(records, person, most, len(told) + outside.year)
        busy = [*away.get(person, ()), *_out_of_term(start, end, year)] if is_teaching else [year]
        others = busy_elsewhere.get(person, ())
        found[person] = engine.Instructor(
            id=key(Key.INSTRUCTOR, person),
            topics=topics.of(person, rating),
            home=places[town],
            leader=is_leader or person in leading,
            busy=tuple(joined([*around(busy, told), *others])) if busy or others else (),
            avoid=tuple(joined(rather_not[person])) if person in rather_not else (),
            max_per_day=day,
            max_per_week=None if week is None else max(0, week - counted.week),
            max_per_month=None if month is None else max(0, month - counted.month),
            max_total=None if most is None else max(0, most - outside.year),
            target=target,
            fee=fee,
        )
    return found


def _most_lent(records: Records, person: int, limit: int | None, agreed: int) -> int:
    """Of other units' people what their loans grant, never less than what was agreed, within their own limit."""
    lent: int = max(sum(loan.granted for loan in records.loans[person]), agreed)
    return lent if limit is None else min(lent, limit)


def _calendars(records: Records) -> tuple[Mapping[int, list[Span]], Mapping[int, list[Span]]]:
    away: dict[int, list[Span]] = defaultdict(list)
    rather_not: dict[int, list[Span]] = defaultdict(list)
    for person, stretches in records.away.items():
        for stretch in stretches:
            calendar = away if stretch.grade is Grade.CANNOT else rather_not
            calendar[person].append((stretch.starts, stretch.ends))
    return away, rather_not


def _out_of_term(start: date | None, end: date | None, year: Span) -> list[Span]:
    """The parts of the year before and after an appointment; none for people without a term."""
    found = []
    if start is not None and start > year[0].date():
        found.append((year[0], min(datetime.combine(start, datetime.min.time()), year[1])))
    if end is not None and end < year[1].date():
        found.append((max(datetime.combine(end + timedelta(days=1), datetime.min.time()), year[0]), year[1]))
    return found


def _fair_share(records: Records, people: int) -> int:
    """Sessions a person would teach if the year's work were spread evenly, rounded up."""
    lessons = sum(1 for row in records.sessions if row.course_id is not None)
    return max(1, -(-lessons // people)) if people else 1


def elsewhere(records: Records, kind: ResourceKind) -> Mapping[int, list[Span]]:
    """By row id: the time that other plans have booked."""
    found: dict[int, list[Span]] = defaultdict(list)
    for row in records.elsewhere:
        if row.kind is kind:
            midnight = datetime.combine(row.day, datetime.min.time())
            found[row.resource_id].append(
                (
                    midnight + timedelta(minutes=MINUTES_PER_UNIT * row.from_unit),
                    midnight + timedelta(minutes=MINUTES_PER_UNIT * row.to_unit),
                )
            )
    return found


def place_of_unit(records: Records, unit_id: int | None) -> str | None:
    """The place of a unit with known coordinates."""
    unit = records.units.get(unit_id) if unit_id is not None else None
    return None if unit is None or unit.latitude is None or unit.longitude is None else key(Key.UNIT, unit.id)
