"""Instructors as the engine sees them: what they teach, where they live, when they are away, how much is fair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from instructor_pool.enums import Grade, PoolState, SourceCategory
from scheduling import engine
from scheduling.enums import ResourceKind
from scheduling.rules import MINUTES_PER_UNIT
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.records import AnyRow, Records
from scheduling.snapshots.spans import Span, around, joined, whole_days
from scheduling.snapshots.topics import ends_of, topics_of

TEACHING = frozenset({PoolState.APPOINTED, PoolState.RENEWAL_DUE})


def to_instructors(
    records: Records, needed: set[int], agreed: Mapping[int, Sequence[Span]]
) -> dict[int, engine.Instructor]:
    """By row id: everyone who may be booked, and those `needed` because a session stands with them.

    `agreed` is the time of lessons that stay: being away does not cancel what was agreed before.
    """
    away, rather_not = _calendars(records)
    leading = {row.holder_id for row in records.posts}
    busy_elsewhere = elsewhere(records, ResourceKind.INSTRUCTOR)
    chosen = [row for row in records.people if row.state in TEACHING or row.id in needed]
    target = _fair_share(records, sum(row.state in TEACHING for row in chosen))
    year = whole_days(date(records.year, 1, 1), date(records.year, 12, 31))
    ends = ends_of(records)
    found = {}
    for row in chosen:
        busy = [*away.get(row.id, ()), *_out_of_term(row.term_start, row.term_end, year)]
        if row.state not in TEACHING:
            busy = [year]
        found[row.id] = engine.Instructor(
            id=key(Key.INSTRUCTOR, row.id),
            topics=dict.fromkeys(topics_of(records, ends, row.id), row.rating),
            home=place_of_unit(records, row.town_id),
            leader=row.source_category is SourceCategory.LEADER or row.id in leading,
            busy=tuple(joined([*around(busy, agreed.get(row.id, ())), *busy_elsewhere.get(row.id, ())])),
            avoid=tuple(joined(rather_not.get(row.id, ()))),
            max_per_day=row.max_per_day,
            max_per_week=row.max_per_week,
            max_per_month=row.max_per_month,
            max_total=_most_in_year(records, row, len(agreed.get(row.id, ()))),
            target=target,
            fee=row.fee_per_hour,
        )
    return found


def _most_in_year(records: Records, row: AnyRow, agreed: int) -> int | None:
    """The person's own limit; of other units' people what their loans grant, and never less than what was agreed."""
    if row.id not in records.loans:
        most: int | None = row.max_per_year
        return most
    lent: int = max(sum(loan.granted for loan in records.loans[row.id]), agreed)
    return lent if row.max_per_year is None else min(lent, row.max_per_year)


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
    if start is not None:
        found.append((year[0], datetime.combine(start, datetime.min.time())))
    if end is not None:
        found.append((datetime.combine(end + timedelta(days=1), datetime.min.time()), year[1]))
    return [(max(begin, year[0]), min(finish, year[1])) for begin, finish in found]


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
