"""Everyone for one session, compiled: the cheapest start and venue of each instructor, and what keeps the others away."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board
from scheduling.engine.compiling import compiled, inner
from scheduling.engine.index import NONE
from scheduling.engine.insertion import MUCH
from scheduling.engine.kernel import (
    instructor_blocks,
    instructor_mask,
    instructor_static,
    instructor_steady,
    instructor_varies,
    nowhere_blocks,
    pair_blocks,
    pair_mask,
    place_adds,
    place_mask,
    time_adds,
    time_mask,
    venue_blocks,
    venue_mask,
    venue_steady,
    venue_varies,
    way_adds,
)
from scheduling.engine.sorting import ascending

Ints = npt.NDArray[np.int64]


class Ways(NamedTuple):
    """What is cheapest with each instructor; the last entry is for nobody. ``added`` is MUCH where there is no way."""

    added: Ints
    option: Ints
    room: Ints
    mask: Ints  # the rules in the way of those who have none: lasting ones, else those met at the options


class Spots(NamedTuple):
    """The places of an option that have a free venue, by what the cheapest one adds; ``barred`` is what keeps the session away."""

    place: Ints
    added: Ints
    room: Ints
    barred: Ints


@compiled
def ways_of(p: Arrays, b: Board, s: int) -> Ways:
    """Return the cheapest way to place an unplaced session with each instructor."""
    session, count = p.sessions[s], len(p.instructors)
    found = Ways(
        np.full(count + 1, MUCH),
        np.full(count + 1, NONE),
        np.full(count + 1, NONE),
        np.zeros(count + 1, np.int64),
    )
    able = _able(p, b, s, found)
    costs = np.empty(len(able), np.int64)
    for n in range(len(able)):
        costs[n] = instructor_steady(p, b, s, session.option, able[n])
    rooms = p.rooms[p.rooms_at[session.rooms] : p.rooms_at[session.rooms + 1]].astype(np.int64)
    room_costs = np.empty(len(rooms), np.int64)
    for n in range(len(rooms)):
        there = p.venues[rooms[n]].place
        room_costs[n] = venue_steady(p, b, s, session.option, rooms[n])
        room_costs[n] += place_adds(p, b, s, session.option, there)
    for o in range(session.option, session.option_end):
        if time_mask(p, b, s, o) == 0:
            spots = _spots(p, b, s, o, rooms, room_costs)
            _at_option(p, b, s, o, able, costs, spots, found)
            if not session.needs_instructor:
                _without(p, b, s, o, spots, found)
    left = np.nonzero((found.added[:-1] == MUCH) & (found.mask[:-1] == 0))[0]
    for o in range(session.option, session.option_end if len(left) else session.option):
        _note(p, b, s, o, left, _spots(p, b, s, o, rooms, room_costs), found)
    return found


@inner
def _able(p: Arrays, b: Board, s: int, found: Ways) -> Ints:
    """Return those whom no lasting rule excludes, and note the rules that exclude the others."""
    session = p.sessions[s]
    able = p.people[p.people_at[session.people] : p.people_at[session.people + 1]].astype(np.int64)
    at = 0
    for who in range(len(p.instructors)):
        if at < len(able) and able[at] == who:
            at += 1
        else:
            found.mask[who] = instructor_static(p, b, s, session.option, who)
    return able


@inner
def _spots(p: Arrays, b: Board, s: int, o: int, rooms: Ints, room_costs: Ints) -> Spots:
    width = len(p.half_km) + 1
    by_place, room_at = np.full(width, MUCH), np.full(width, NONE)
    places, count = np.empty(width, np.int64), 0
    if not nowhere_blocks(p, b, s, o):
        there = p.sessions[s].place
        by_place[there], places[0], count = place_adds(p, b, s, o, there), there, 1
    for n in range(len(rooms)):
        there, added = p.venues[rooms[n]].place, room_costs[n]
        if added >= by_place[there] or venue_blocks(p, b, s, o, rooms[n]):
            continue
        added += venue_varies(p, b, s, o, rooms[n])
        if by_place[there] == MUCH:
            places[count] = there
            count += 1
        if added < by_place[there]:
            by_place[there], room_at[there] = added, rooms[n]
    places = places[:count]
    added = np.empty(count, np.int64)
    for n in range(count):
        added[n] = by_place[places[n]]
    order = ascending(added)
    barred, room = np.empty(count, np.int64), np.empty(count, np.int64)
    for n in range(count):
        barred[n] = place_mask(p, b, s, o, places[order[n]])
        room[n] = room_at[places[order[n]]]
    return Spots(places[order], added[order], room, barred)


@inner
def _at_option(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, s: int, o: int, able: Ints, costs: Ints, spots: Spots, found: Ways
) -> None:
    base, width = time_adds(p, b, s, o), len(p.half_km) + 1
    by_home, spot_of = np.full(width, MUCH), np.full(width, -2)
    for n in range(len(able)):
        who = able[n]
        home = p.instructors[who].home
        if spot_of[home] == -2:
            spot_of[home], by_home[home] = _nearest(p, b, s, o, home, spots)
        total = base + costs[n] + by_home[home]
        if found.added[who] <= total and found.added[who] < MUCH:
            continue
        if instructor_blocks(p, b, s, o, who):
            continue
        at, added = spot_of[home], by_home[home]
        if at >= 0 and pair_blocks(p, b, s, o, who, spots.place[at]):
            at, added = _reachable(p, b, s, o, who, spots)
        if at < 0:
            continue
        total = base + costs[n] + added + instructor_varies(p, b, s, o, who)
        if total < found.added[who]:
            found.added[who], found.option[who], found.room[who] = total, o, spots.room[at]


@inner
def _nearest(p: Arrays, b: Board, s: int, o: int, home: int, spots: Spots) -> tuple[int, int]:
    """Return the cheapest spot for somebody from a home, and what it adds with the way; NONE where none is open."""
    at, least = NONE, MUCH
    for m in range(len(spots.place)):
        if spots.added[m] >= least:
            break
        if spots.barred[m] == 0:
            added = spots.added[m] + way_adds(p, b, s, o, home, spots.place[m])
            if added < least:
                at, least = m, added
    return at, least


@inner
def _reachable(p: Arrays, b: Board, s: int, o: int, who: int, spots: Spots) -> tuple[int, int]:
    """Return the same for somebody who cannot be everywhere in time."""
    at, least, home = NONE, MUCH, p.instructors[who].home
    for m in range(len(spots.place)):
        if spots.added[m] >= least:
            break
        if spots.barred[m] == 0:
            added = spots.added[m] + way_adds(p, b, s, o, home, spots.place[m])
            if added < least and not pair_blocks(p, b, s, o, who, spots.place[m]):
                at, least = m, added
    return at, least


@inner
def _without(p: Arrays, b: Board, s: int, o: int, spots: Spots, found: Ways) -> None:
    base = time_adds(p, b, s, o)
    for m in range(len(spots.place)):
        if spots.barred[m] == 0 and base + spots.added[m] < found.added[-1]:
            found.added[-1], found.option[-1], found.room[-1] = base + spots.added[m], o, spots.room[m]


@inner
def _note(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, s: int, o: int, people: Ints, spots: Spots, found: Ways
) -> None:
    """Note what keeps people away at an option: rules about its time, else about them, else about venues and ways there."""
    late, closed = time_mask(p, b, s, o), 0
    if late == 0 and len(spots.place) == 0:
        for room in range(len(p.venues)):
            closed |= venue_mask(p, b, s, o, room)
    for m in range(len(spots.place)):
        closed |= spots.barred[m]
    for who in people:
        mask = late if late else instructor_mask(p, b, s, o, who)
        found.mask[who] |= mask if mask else closed
        for m in range(len(spots.place) if mask == 0 else 0):
            if spots.barred[m] == 0:
                found.mask[who] |= pair_mask(p, b, s, o, who, spots.place[m])
