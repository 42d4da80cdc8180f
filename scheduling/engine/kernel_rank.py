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
    venue_adds,
    venue_blocks,
    venue_mask,
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


class Homes(NamedTuple):
    """The cheapest place for each home (the last one is unknown), what it adds, and that with the way."""

    place: Ints
    added: Ints
    least: Ints


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
    rooms, room_costs = _rooms(p, b, s)
    homes = _homes(p, b, s, rooms, room_costs)
    for o in range(session.option, session.option_end):
        if time_mask(p, b, s, o) == 0:
            spots = _spots(p, b, s, o, rooms, room_costs)
            _at_option(p, b, s, o, able, costs, homes, spots, found)
            if not session.needs_instructor:
                _without(p, b, s, o, spots, found)
    left = np.nonzero((found.added[:-1] == MUCH) & (found.mask[:-1] == 0))[0]
    for o in range(session.option, session.option_end if len(left) else session.option):
        _note(p, b, s, o, left, _spots(p, b, s, o, rooms, room_costs), found)
    return found


@inner
def _rooms(p: Arrays, b: Board, s: int) -> tuple[Ints, Ints]:
    """Return the venues of a session by what they and their places add."""
    session = p.sessions[s]
    rooms = p.rooms[p.rooms_at[session.rooms] : p.rooms_at[session.rooms + 1]].astype(np.int64)
    costs = np.empty(len(rooms), np.int64)
    for n in range(len(rooms)):
        costs[n] = venue_adds(p, b, s, session.option, rooms[n])
        costs[n] += place_adds(p, b, s, session.option, p.venues[rooms[n]].place)
    order = ascending(costs)
    return rooms[order], costs[order]


@inner
def _homes(p: Arrays, b: Board, s: int, rooms: Ints, costs: Ints) -> Homes:
    """Return the cheapest place for each home of an instructor if all venues were free; no option has a cheaper one."""
    width, first = len(p.half_km) + 1, p.sessions[s].option
    homes = Homes(np.full(width, NONE), np.full(width, MUCH), np.full(width, MUCH))
    own = p.sessions[s].place
    own_cost = place_adds(p, b, s, first, own)
    for home in range(-1, width - 1):
        homes.place[home], homes.added[home] = own, own_cost
        homes.least[home] = own_cost + way_adds(p, b, s, first, home, own)
        for n in range(len(rooms)):
            if costs[n] >= homes.least[home]:
                break
            there = p.venues[rooms[n]].place
            total = costs[n] + way_adds(p, b, s, first, home, there)
            if total < homes.least[home]:
                homes.place[home], homes.added[home], homes.least[home] = there, costs[n], total
    return homes


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
    """Return the places of an option; the venues are given from the cheapest to the dearest."""
    width = len(p.half_km) + 1
    is_taken = np.zeros(width, np.bool_)
    places, added, room_at = np.empty(width, np.int64), np.empty(width, np.int64), np.empty(width, np.int64)
    count, least = 0, MUCH
    if not nowhere_blocks(p, b, s, o):
        least = place_adds(p, b, s, o, p.sessions[s].place)
    for n in range(len(rooms) + 1):
        if n == len(rooms) or room_costs[n] > least:
            there = p.sessions[s].place
            if least < MUCH and not is_taken[there]:
                is_taken[there] = True
                places[count], added[count], room_at[count] = there, least, NONE
                count += 1
            least = MUCH
        if n < len(rooms):
            there = p.venues[rooms[n]].place
            if not is_taken[there] and not venue_blocks(p, b, s, o, rooms[n]):
                is_taken[there] = True
                places[count], added[count], room_at[count] = there, room_costs[n], rooms[n]
                count += 1
    barred = np.empty(count, np.int64)
    for n in range(count):
        barred[n] = place_mask(p, b, s, o, places[n])
    return Spots(places[:count], added[:count], room_at[:count], barred)


@inner
def _at_option(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, s: int, o: int, able: Ints, costs: Ints, homes: Homes, spots: Spots, found: Ways
) -> None:
    base, width = time_adds(p, b, s, o), len(p.half_km) + 1
    by_home, spot_of, number = np.full(width, MUCH), np.full(width, -2), np.full(width, NONE)
    for m in range(len(spots.place)):
        number[spots.place[m]] = m
    for n in range(len(able)):
        who = able[n]
        home = p.instructors[who].home
        if found.added[who] <= base + costs[n] + homes.least[home] or instructor_blocks(p, b, s, o, who):
            continue
        if spot_of[home] == -2:
            m = number[homes.place[home]]
            is_best = m >= 0 and spots.barred[m] == 0 and spots.added[m] == homes.added[home]
            near = (m, homes.least[home]) if is_best else _nearest(p, b, s, o, home, spots)
            spot_of[home], by_home[home] = near
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
