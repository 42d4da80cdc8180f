"""Bases and venues as the engine sees them: where they are, what fits in, when they are closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bases.enums import BaseKind, LeadUnit
from bases.rules import is_bookable
from core import workdays
from scheduling import engine
from scheduling.enums import ResourceKind
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.lessons import CAMPUS, PRACTICE
from scheduling.snapshots.people import elsewhere, place_of_unit
from scheduling.snapshots.records import AnyRow, Records
from scheduling.snapshots.spans import Span, around, crowded, joined, whole_days

SPARE_ROOM = (
    2  # what a classroom costs that is no class's own: next door is as near as home, yet home comes first
)


def to_venues(
    records: Records,
    needed: set[int],
    agreed: Mapping[int, Sequence[Span]],
    hours: Mapping[date, Span],
    now: datetime,
) -> dict[int, engine.Venue]:
    """By row id: every room that can be booked [3 §五(一)], and those `needed` because a session stands there.

    Opening hours and booking leads are spelled out for `hours` only: by day, the time within which sessions
    are still to be placed.
    """
    bases = {row.id: row for row in records.bases}
    homes = {row.main_base_id for row in records.classes.values()}
    closed = _closed(records, hours, now)
    busy_elsewhere = elsewhere(records, ResourceKind.VENUE)
    year = whole_days(date(records.year, 1, 1), date(records.year, 12, 31))
    found = {}
    for row in records.venues:
        base = bases[row.base_id]
        can_be_booked = is_bookable(base.state) and not row.is_closed
        if not can_be_booked and row.id not in needed:
            continue
        busy = closed[base.id] if can_be_booked else [year]
        found[row.id] = engine.Venue(
            id=key(Key.VENUE, row.id),
            capacity=row.capacity,
            place=place_of_base(records, base),
            groups=row.groups,
            max_per_day=row.max_per_day,
            features=(PRACTICE if base.kind is BaseKind.PRACTICE_POINT else CAMPUS,),
            cost=0 if base.id in homes or base.kind is BaseKind.PRACTICE_POINT else SPARE_ROOM,
            busy=tuple(
                joined(
                    [
                        *around(busy, agreed.get(row.id, ())),
                        *crowded(busy_elsewhere.get(row.id, ()), row.groups),
                    ]
                )
            ),
        )
    return found


def _closed(records: Records, hours: Mapping[date, Span], now: datetime) -> Mapping[int, list[Span]]:
    """By base: closures, and of `hours` those in which it is not open or may no longer be booked."""
    found: dict[int, list[Span]] = defaultdict(list)
    for row in records.closures:
        found[row.base_id].append(whole_days(row.first_day, row.last_day))
    opening: dict[int, dict[int, list[tuple[time, time]]]] = defaultdict(lambda: defaultdict(list))
    for row in records.hours:
        opening[row.base_id][row.weekday].append((row.opens, row.closes))
    for base in records.bases:
        earliest = earliest_day(base.lead_time, base.lead_unit, now.date())
        for day, span in hours.items():
            if day < earliest:
                found[base.id].append(span)
            elif base.id in opening:
                found[base.id] += _shut(day, span, opening[base.id].get(day.weekday(), []))
    return found


def _shut(day: date, span: Span, opening: Iterable[tuple[time, time]]) -> Iterable[Span]:
    """The part of a span in which a base is closed; most often none."""
    stretches = [(datetime.combine(day, opens), datetime.combine(day, closes)) for opens, closes in opening]
    if any(opens <= span[0] and span[1] <= closes for opens, closes in stretches):
        return ()
    return around([span], stretches)


def earliest_day(lead: int, unit: LeadUnit, today: date) -> date:
    """The first day that can still be booked, `lead` days or workdays ahead."""
    if unit is LeadUnit.WORKDAYS:
        return workdays.after(today, lead)
    return today + timedelta(days=lead)


def place_of_base(records: Records, base: AnyRow) -> str | None:
    """The base's own place, else its township's."""
    if base.latitude is not None and base.longitude is not None:
        return key(Key.BASE, base.id)
    return place_of_unit(records, base.town_id)


def to_places(records: Records, used: Iterable[str | None]) -> tuple[engine.Place, ...]:
    """The places that are referred to."""
    wanted = {place for place in used if place is not None}
    rows = [(key(Key.UNIT, row.id), row) for row in records.units.values()]
    rows += [(key(Key.BASE, row.id), row) for row in records.bases]
    return tuple(engine.Place(name, row.latitude, row.longitude) for name, row in rows if name in wanted)
