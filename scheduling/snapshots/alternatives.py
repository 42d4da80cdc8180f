"""What is offered to a visit that cannot be had: another time, another base near by, smaller groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from accounts.models import OrgUnit
from bases.models import TeachingBase, Venue
from bases.rules import BOOKABLE
from core.db import session
from scheduling.enums import Offer
from scheduling.rules.visits import Wish, shares
from scheduling.snapshots.vacancies import Vacancies, name_of, read_vacancies

DAYS, KILOMETRES, DEGREES = 14, 60, 0.7
MOST, MOST_NEAR, MOST_PARTS = 4, 60, 4
RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something that could be had instead, in one part or several: (venue id, wish) each."""

    kind: Offer
    parts: tuple[tuple[int, Wish], ...]
    place: str
    km: float | None = None

    @property
    def value(self) -> str:
        """The same as a form field says it."""
        return ";".join(
            f"{venue}~{wish.start.isoformat(timespec='minutes')}~{wish.minutes}~{wish.people}~{wish.groups}"
            for venue, wish in self.parts
        )


def read_value(value: str) -> list[tuple[int, Wish]] | None:
    """The parts of a form field; None for what makes no sense."""
    try:
        return [_read_part(part) for part in value.split(";")[:MOST_PARTS]]
    except ValueError:
        return None


def _read_part(text: str) -> tuple[int, Wish]:
    venue, start, minutes, people, groups = text.split("~")
    return int(venue), Wish(
        datetime.fromisoformat(start).replace(tzinfo=None), int(minutes), int(people), int(groups)
    )


def find_alternatives(venue: Venue, wish: Wish, path: str, visit_id: int | None = None) -> list[Alternative]:
    """What to offer for a wish at a venue to a unit at `path`; about a dozen statements."""
    found = [
        *_split(venue, wish, visit_id),
        *islice(_other_times(venue, wish, visit_id), MOST),
        *islice(_near(venue, wish, path), MOST),
    ]
    return found


def _other_times(venue: Venue, wish: Wish, visit_id: int | None) -> Iterator[Alternative]:
    """The same base, the nearest days first, on each the time nearest to the one wished for.

    In the same room never a little earlier or later: who was refused at eight is not to come at half past.
    """
    rooms = select(Venue.id).where(
        Venue.base_id == venue.base_id, Venue.is_closed.is_(False), Venue.capacity >= wish.largest_group
    )
    ids = list(session().scalars(rooms.order_by(Venue.id).limit(20)))
    day = wish.start.date()
    place = read_vacancies(ids, day - timedelta(days=DAYS), day + timedelta(days=DAYS)).without(visit_id)
    ids.sort(key=lambda room: (room != venue.id, room))
    for other in sorted(_around(day), key=lambda each: (abs((each - day).days), each < day)):
        starts = [
            (abs(start.hour * 60 + start.minute - wish.start.hour * 60 - wish.start.minute), n, start, room)
            for n, room in enumerate(ids)
            for start in place.free_starts(room, other, wish)
            if room != venue.id or start >= wish.end or replace(wish, start=start).end <= wish.start
        ]
        if starts:
            _gap, _n, start, room = min(starts)
            then = replace(wish, start=start)
            yield Alternative(Offer.OTHER_TIME, ((room, then),), name_of(place.venues[room]))


def _around(day: date) -> list[date]:
    return [day + timedelta(days=n) for n in range(-DAYS, DAYS + 1)]


def _near(venue: Venue, wish: Wish, path: str) -> Iterator[Alternative]:
    """Other bases that the unit may use, the nearest first, at the same time."""
    home = venue.base
    if home.latitude is None or home.longitude is None:
        return
    ids = _rooms_near(home, wish, path)
    day = wish.start.date()
    place = read_vacancies(ids, day, day)
    rooms = sorted((_km(home, room.base), room.id) for room in place.venues.values())
    seen: set[int] = set()
    for km, room_id in rooms:
        room = place.venues[room_id]
        if km > KILOMETRES or room.base_id in seen or place.why_not(room_id, wish):
            continue
        seen.add(room.base_id)
        yield Alternative(Offer.NEAR, ((room_id, wish),), name_of(room), km)


def _rooms_near(home: TeachingBase, wish: Wish, path: str) -> Sequence[int]:
    owner = aliased(OrgUnit)
    stmt = (
        select(Venue.id)
        .join(Venue.base)
        .join(owner, TeachingBase.owner_id == owner.id)
        .where(
            TeachingBase.id != home.id,
            TeachingBase.state.in_(BOOKABLE),
            TeachingBase.latitude.between((home.latitude or 0) - DEGREES, (home.latitude or 0) + DEGREES),
            TeachingBase.longitude.between((home.longitude or 0) - DEGREES, (home.longitude or 0) + DEGREES),
            Venue.is_closed.is_(False),
            Venue.capacity >= wish.largest_group,
            Venue.groups >= wish.groups,
            # The levels above share theirs, and a level uses those below it.
            (func.substr(path, 1, func.length(owner.path)) == owner.path)
            | ((owner.path >= path) & (owner.path < path + "~")),
        )
    )
    away = func.abs(TeachingBase.latitude - home.latitude) + func.abs(TeachingBase.longitude - home.longitude)
    return list(
        session().scalars(stmt.order_by(TeachingBase.theme != home.theme, away, Venue.id).limit(MOST_NEAR))
    )


def _km(a: TeachingBase, b: TeachingBase) -> float:
    """Great-circle distance of two bases with coordinates."""
    la, lb = radians(a.latitude or 0), radians(b.latitude or 0)
    across = sin((lb - la) / 2) ** 2
    along = sin(radians((b.longitude or 0) - (a.longitude or 0)) / 2) ** 2
    return 2 * RADIUS_KM * asin(sqrt(across + cos(la) * cos(lb) * along))


def _split(venue: Venue, wish: Wish, visit_id: int | None) -> Iterator[Alternative]:
    """Smaller groups: more of them at once, else one after another on the same day."""
    if wish.largest_group <= venue.capacity and wish.groups == 1:
        return
    day = wish.start.date()
    place = read_vacancies([venue.id], day, day).without(visit_id)
    for groups in range(2, venue.groups + 1):
        at_once = replace(wish, groups=groups)
        if groups != wish.groups and groups <= wish.people and not place.why_not(venue.id, at_once):
            yield Alternative(Offer.GROUPS, ((venue.id, at_once),), name_of(venue))
            return
    for parts in range(2, MOST_PARTS + 1):
        wishes = _one_after_another(place, venue, wish, parts)
        if wishes:
            yield Alternative(Offer.SPLIT, tuple((venue.id, each) for each in wishes), name_of(venue))
            return


def _one_after_another(place: Vacancies, venue: Venue, wish: Wish, parts: int) -> list[Wish]:
    """Parts of the party in a row, the first not before the time wished for; empty when they do not fit."""
    found: list[Wish] = []
    facts = place.facts(venue.id, wish)
    if facts.max_per_day is not None and facts.batches + parts > facts.max_per_day:
        return []
    for people in shares(wish.people, parts) if wish.people >= parts else ():
        small = replace(wish, people=people, groups=1)
        after = found[-1].end if found else wish.start
        start = next((s for s in place.free_starts(venue.id, wish.start.date(), small) if s >= after), None)
        if start is None:
            return []
        found.append(replace(small, start=start))
    return found
