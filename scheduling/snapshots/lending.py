"""What bases lend, and what others have booked of it, as the engine sees it.

Parties and pieces are counted alike: each base that has a limit is a resource of the kind `PARTY`, of which every
session in one of its venues uses one; what it has of a kind is a resource of that kind. What other plans and visits
have booked stands in the problem as sessions that cannot be moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from bases.enums import BaseResourceKind
from scheduling import engine
from scheduling.engine.model import PARTS
from scheduling.enums import ResourceKind
from scheduling.rules import MINUTES_PER_UNIT
from scheduling.rules.needs import needs_of
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.records import AnyRow, Records
from scheduling.snapshots.spans import Span

PARTY = "party"
MANY = 10**6
NOBODY = "none"


def having(kind: BaseResourceKind, count: int) -> str:
    """The feature of a venue whose base has so many pieces of a kind."""
    return f"{count} {kind.value}"


def asks_for(records: Records, session_id: int) -> tuple[str, ...]:
    """The features a session's venue must have because of what the session asks for."""
    asked = records.asked.get(session_id, {})
    return tuple(sorted(having(kind, count) for kind, count in asked.items() if count))


def uses_of(records: Records, row: AnyRow, kinds: Iterable[str]) -> dict[str, int]:
    """What a session uses of its base, of the kinds that the problem has."""
    needs: dict[str, int] = {PARTY: 1}
    needs |= {kind.value: n for kind, n in needs_of(row.method, records.asked.get(row.id, {})).items()}
    known = set(kinds)
    return {kind: n for kind, n in needs.items() if kind in known}


def to_resources(records: Records, rooms: Mapping[int, engine.Venue]) -> tuple[engine.Resource, ...]:
    """What bases with a venue in the problem lend, and how many parties they take."""
    venues: dict[int, list[str]] = defaultdict(list)
    for row in records.venues:
        if row.id in rooms:
            venues[row.base_id].append(rooms[row.id].id)
    found = [
        engine.Resource(
            key(Key.BASE, base.id),
            MANY if base.groups is None else base.groups,
            PARTY,
            tuple(venues[base.id]),
            base.max_per_day,
        )
        for base in records.bases
        if base.id in venues and (base.groups is not None or base.max_per_day is not None)
    ]
    found += [
        engine.Resource(
            key(Key.RESOURCE, row.id),
            row.pieces,
            row.kind.value,
            tuple(venues[row.base_id]),
            turnaround=row.minutes_before + row.minutes_after,
        )
        for row in records.stock
        if row.base_id in venues
    ]
    return tuple(found)


def elsewhere_in(
    records: Records,
    rooms: Mapping[int, engine.Venue],
    counted: Iterable[int],
    resources: Iterable[engine.Resource],
    hours: Mapping[date, Span],
) -> tuple[engine.Session, ...]:
    """Sessions that stand for what others have booked on the days of `hours`, and for what is out of order then.

    `counted` are the venues whose parties are counted one by one.
    """
    wanted, known = set(counted), {resource.id for resource in resources}
    found = []
    for row in records.elsewhere:
        if row.day not in hours:
            continue
        if row.kind is ResourceKind.VENUE and row.resource_id in wanted and row.resource_id in rooms:
            has_party = any(r.kind == PARTY and rooms[row.resource_id].id in r.venues for r in resources)
            uses = {PARTY: 1} if has_party else {}
            found.append(
                _stands(key(Key.ELSEWHERE, row.id), _party_time(row), rooms[row.resource_id].id, uses)
            )
        elif row.kind is ResourceKind.RESOURCE and key(Key.RESOURCE, row.resource_id) in known:
            uses = {key(Key.RESOURCE, row.resource_id): 1}
            found.append(_stands(key(Key.ELSEWHERE, row.id), _party_time(row), None, uses))
    for row_id, span, count in _out_of_order(records, hours):
        if key(Key.RESOURCE, row_id) in known:
            name = f"{key(Key.OUT_OF_ORDER, row_id)}-{span[0]:%m%d}"
            found.append(_stands(name, span, None, {key(Key.RESOURCE, row_id): count}))
    return tuple(found)


def _out_of_order(records: Records, hours: Mapping[date, Span]) -> Iterable[tuple[int, Span, int]]:
    for row in records.stock:
        if not row.out_of_order:
            continue
        for day, span in hours.items():
            if (row.out_from is None or row.out_from <= day) and (
                row.out_until is None or day <= row.out_until
            ):
                yield row.id, span, row.out_of_order


def _party_time(row: AnyRow) -> Span:
    midnight, unit = datetime.combine(row.day, datetime.min.time()), timedelta(minutes=MINUTES_PER_UNIT)
    return (
        midnight + unit * (row.from_unit + row.units_before),
        midnight + unit * (row.to_unit - row.units_after),
    )


def _stands(name: str, span: Span, venue: str | None, uses: dict[str, int]) -> engine.Session:
    """A session of nobody that stays where it is."""
    return engine.Session(
        id=name,
        topic=NOBODY,
        minutes=int((span[1] - span[0]).total_seconds()) // 60,
        hours=0,
        starts=(span[0],),
        instructors=(),
        venues=() if venue is None else (venue,),
        uses=uses,
        current=engine.Current(span[0], None, venue),
        pinned=PARTS,
    )
