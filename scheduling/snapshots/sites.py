"""Bases and venues as the engine sees them: where they are, what fits in, when they are closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bases.enums import BaseKind, LeadUnit
from bases.rules import is_bookable
from bases.rules.opening import open_on
from core.workdays import Calendar
from scheduling import engine
from scheduling.enums import ResourceKind
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.lending import having
from scheduling.snapshots.lessons import CAMPUS, PRACTICE
from scheduling.snapshots.people import elsewhere, place_of_unit
from scheduling.snapshots.records import AnyRow, Records
from scheduling.snapshots.site_records import counts_parties
from scheduling.snapshots.spans import Span, around, joined, whole_days

SPARE_ROOM = (
    2  # what a classroom costs that is no class's own: next door is as near as home, yet home comes first
)


@dataclass(frozen=True, slots=True)
class RoomTimes:
    """When no session may begin or end in a room because it is closed, and because others have it."""

    closed: Sequence[Span]
    taken: Sequence[Span]


def to_venues(
    records: Records,
    needed: set[int],
    agreed: Mapping[int, Sequence[Span]],
    hours: Mapping[date, Span],
    now: datetime,
) -> dict[int, engine.Venue]:
    """By row id: every room that can be booked [3 §五(一)], and those `needed` because a session stands there.

    Opening hours and booking leads are spelled out for `hours` only: by day, the time within which sessions
    are still to be placed. What others have booked keeps an exclusive room busy; in rooms and bases that take
    several it stands in the problem as sessions (`lending.elsewhere_in`).
    """
    bases = {row.id: row for row in records.bases}
    homes = {row.main_base_id for row in records.classes.values()}
    closed = _closed(records, hours, now)
    year = whole_days(date(records.year, 1, 1), date(records.year, 12, 31))
    busy_elsewhere = elsewhere(records, ResourceKind.VENUE)
    stock = _kinds_of(records)
    found = {}
    for row in records.venues:
        base = bases[row.base_id]
        can_be_booked = is_bookable(base.state) and not row.is_closed
        if not can_be_booked and row.id not in needed:
            continue
        busy = closed[base.id] if can_be_booked else [year]
        others = () if counts_parties(row, base) else busy_elsewhere.get(row.id, ())
        kind = PRACTICE if base.kind is BaseKind.PRACTICE_POINT else CAMPUS
        found[row.id] = engine.Venue(
            id=key(Key.VENUE, row.id),
            capacity=row.capacity,
            place=place_of_base(records, base),
            groups=row.groups,
            max_per_day=row.max_per_day,
            features=(kind, *stock[base.id]),
            cost=0 if base.id in homes or base.kind is BaseKind.PRACTICE_POINT else SPARE_ROOM,
            busy=tuple(joined([*around(busy, agreed.get(row.id, ())), *_kept_free(row, others)])),
            turnaround=row.minutes_before + row.minutes_after,
        )
    return found


def filled(
    rooms: Mapping[int, engine.Venue], taken: Mapping[int, Sequence[Span]]
) -> tuple[dict[int, engine.Venue], dict[str, RoomTimes]]:
    """The rooms, busy while sessions that were not read take them as well; and by problem id what is which."""
    found: dict[int, engine.Venue] = dict(rooms)
    times: dict[str, RoomTimes] = {}
    for row_id, spans in taken.items():
        if row_id in rooms:
            room, tail = rooms[row_id], timedelta(minutes=rooms[row_id].turnaround)
            mine = tuple(joined((begin - tail, end + tail) for begin, end in spans))
            found[row_id] = replace(room, busy=tuple(joined([*room.busy, *mine])))
            times[room.id] = RoomTimes(room.busy, mine)
    return found, times


def _kept_free(venue: AnyRow, taken: Iterable[Span]) -> Iterable[Span]:
    """When no party can be there because of what others have booked: their time, and the buffers of one's own."""
    before, after = timedelta(minutes=venue.minutes_before), timedelta(minutes=venue.minutes_after)
    return ((begin - after, end + before) for begin, end in taken)


def _kinds_of(records: Records) -> Mapping[int, list[str]]:
    """By base: a feature for each kind and number of pieces that some session asks for and the base has."""
    wanted = {(kind, count) for asked in records.asked.values() for kind, count in asked.items() if count}
    found: dict[int, list[str]] = defaultdict(list)
    for row in records.stock:
        found[row.base_id] += sorted(
            having(kind, count) for kind, count in wanted if kind is row.kind and count <= row.pieces
        )
    return found


def _closed(records: Records, hours: Mapping[date, Span], now: datetime) -> Mapping[int, list[Span]]:
    """By base: of `hours` those in which it is not open or may no longer be booked, and all closures of the year."""
    found: dict[int, list[Span]] = defaultdict(list)
    for base in records.bases:
        opening = records.openings[base.id]
        found[base.id] += [whole_days(first, last) for first, last, _ in opening.closures]
        earliest = earliest_day(base.lead_time, base.lead_unit, now.date(), records.calendar)
        for day, span in hours.items():
            if day < earliest:
                found[base.id].append(span)
                continue
            there = open_on(opening, day, records.calendar)
            if not there.holds(*span):
                found[base.id] += around([span], there.spans)
    return found


def earliest_day(lead: int, unit: LeadUnit, today: date, calendar: Calendar) -> date:
    """The first day that can still be booked, `lead` days or workdays ahead."""
    if unit is LeadUnit.WORKDAYS:
        return calendar.after(today, lead)
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
