"""Insertion: the cheapest way to place one unplaced session, compiled; a package is put together by a small search.

Only the cheapest venue of a place matters, for rules and costs see venue and instructor apart but for the place. Places are
taken in the order of what venue and place add until nothing that is left can be cheaper than the best found: what instructors
add is the same at all options of a session but for parts that never add less than 0, and no way costs less than nothing.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, clear, place, place_of
from scheduling.engine.compiling import compiled, inner, whole
from scheduling.engine.index import NONE
from scheduling.engine.kernel import (
    instructor_blocks,
    instructor_steady,
    instructor_varies,
    must_place,
    nobody_blocks,
    nowhere_blocks,
    pair_blocks,
    place_adds,
    place_blocks,
    time_adds,
    time_blocks,
    venue_blocks,
    venue_steady,
    venue_varies,
    way_adds,
)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MUCH = 2**60  # more than anything costs
TRIES = 8  # starts tried for each session of a package
_NEAR = 12  # instructors looked at to find a near one
STEPS = 300  # insertions tried for one package, with all their tries

Found = tuple[int, int, int, int]  # option, instructor, venue, what it adds


@inner
def _rooms(p: Arrays, b: Board, s: int) -> tuple[Ints, Ints]:
    """Return the venues of a session, NONE last where it may be without, and what each with its place adds at all options."""
    session = p.sessions[s]
    first, last = p.rooms_at[session.rooms], p.rooms_at[session.rooms + 1]
    count = last - first
    rooms, cost = np.empty(count + 1, np.int64), np.empty(count + 1, np.int64)
    for n in range(count):
        room = whole(p.rooms[first + n])
        there = p.venues[room].place
        rooms[n] = room
        cost[n] = venue_steady(p, b, s, session.option, room) + place_adds(p, b, s, session.option, there)
    if not nowhere_blocks(p, b, s, session.option):
        rooms[count] = NONE
        cost[count] = place_adds(p, b, s, session.option, session.place)
        count += 1
    return rooms[:count], cost[:count]


@inner
def _people(p: Arrays, b: Board, s: int) -> tuple[Ints, Ints]:
    """Return what each instructor of a session's list adds at all options, and the place of their home."""
    session = p.sessions[s]
    first, last = p.people_at[session.people], p.people_at[session.people + 1]
    cost, home = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
    for n in range(last - first):
        who = whole(p.people[first + n])
        cost[n] = instructor_steady(p, b, s, session.option, who)
        home[n] = p.instructors[who].home
    return cost, home


@compiled
def best_of(p: Arrays, b: Board, s: int, below: int) -> Found:
    """Return the cheapest candidate of an unplaced session, option NONE where none adds less than ``below``."""
    return best_within(p, b, s, p.sessions[s].option, p.sessions[s].option_end, below)


@compiled
def best_within(p: Arrays, b: Board, s: int, begin: int, end: int, below: int) -> Found:
    """Return the cheapest candidate of an unplaced session at its options from ``begin`` to before ``end``."""
    rooms, room_cost = _rooms(p, b, s)
    people, home = _people(p, b, s)
    by_place = np.full(
        len(p.half_km) + 1, MUCH
    )  # the cheapest venue's cost at each place, the last one is unknown
    room_at = np.empty(len(p.half_km) + 1, np.int64)
    places = np.empty(min(len(rooms), len(p.half_km) + 1), np.int64)
    cheapest = people.min() if len(people) else MUCH
    best = NONE, NONE, NONE, below
    for o in range(begin, end):
        if time_blocks(p, b, s, o):
            continue
        base = time_adds(p, b, s, o)
        alone = MUCH if nobody_blocks(p, b, s, o) else 0
        least = min(alone, cheapest)
        count = 0
        for n in range(len(rooms)):
            room, added = rooms[n], room_cost[n]
            there = place_of(p, s, room)
            if base + added + least >= best[3] or added >= by_place[there]:
                continue
            if room >= 0:
                if venue_blocks(p, b, s, o, room):
                    continue
                added += venue_varies(p, b, s, o, room)
            if by_place[there] == MUCH:
                places[count] = there
                count += 1
            if added < by_place[there]:
                by_place[there] = added
                room_at[there] = room
        costs, is_known = people.copy(), np.zeros(len(people), np.bool_)
        for tried in range(count):
            at = tried
            for n in range(tried + 1, count):
                if by_place[places[n]] < by_place[places[at]]:
                    at = n
            places[tried], places[at] = places[at], places[tried]
            there, added = places[tried], base + by_place[places[tried]]
            if added + least >= best[3]:
                break
            if place_blocks(p, b, s, o, there):
                continue
            if added + alone < best[3]:
                best = o, NONE, room_at[there], added + alone
            if best[0] < 0 or best[1] < 0:
                best = _first(p, b, s, o, there, (room_at[there], added), best, costs, is_known, home)
            best, least = _others(p, b, s, o, there, (room_at[there], added), best, costs, is_known, home)
            least = min(alone, least)
        for n in range(count):
            by_place[places[n]] = MUCH
    return best


@inner
def _is_free(p: Arrays, b: Board, s: int, o: int, n: int, costs: Ints, is_known: Bools) -> bool:
    """Look once whether the n-th of a session's list can teach then; their cost gets what varies, MUCH if they cannot."""
    if not is_known[n]:
        who = whole(p.people[p.people_at[p.sessions[s].people] + n])
        is_known[n] = True
        costs[n] = (
            MUCH if instructor_blocks(p, b, s, o, who) else costs[n] + instructor_varies(p, b, s, o, who)
        )
    return costs[n] < MUCH


@compiled
def _first(
    p: Arrays,
    b: Board,
    s: int,
    o: int,
    there: int,
    at: tuple[int, int],
    best: Found,
    costs: Ints,
    is_known: Bools,
    home: Ints,
) -> Found:
    """Return someone near at a place, so that few others need to be looked at."""
    mark = p.people_at[p.sessions[s].people]
    for _ in range(_NEAR):
        nearest, least = NONE, MUCH
        for n in range(len(costs)):
            total = costs[n] + way_adds(p, b, s, o, home[n], there)
            if total < least:
                nearest, least = n, total
        if nearest < 0 or at[1] + least >= best[3]:
            break
        if not _is_free(p, b, s, o, nearest, costs, is_known):
            continue
        who = whole(p.people[mark + nearest])
        total = at[1] + costs[nearest] + way_adds(p, b, s, o, home[nearest], there)
        if total < best[3] and not pair_blocks(p, b, s, o, who, there):
            return o, who, at[0], total
    return best


@compiled
def _others(
    p: Arrays,
    b: Board,
    s: int,
    o: int,
    there: int,
    at: tuple[int, int],
    best: Found,
    costs: Ints,
    is_known: Bools,
    home: Ints,
) -> tuple[Found, int]:
    """Return the best at a place, and the least cost of those who may still be better elsewhere."""
    mark = p.people_at[p.sessions[s].people]
    least, limit = MUCH, best[3] - at[1]
    for n in range(len(costs)):
        if costs[n] >= limit or not _is_free(p, b, s, o, n, costs, is_known) or costs[n] >= limit:
            continue
        least = min(least, costs[n])
        total = costs[n] + way_adds(p, b, s, o, home[n], there)
        if total < limit and not pair_blocks(p, b, s, o, whole(p.people[mark + n]), there):
            best = o, whole(p.people[mark + n]), at[0], at[1] + total
            limit = total
    return best, least


@compiled
def insert_one(p: Arrays, b: Board, s: int) -> bool:
    """Place an unplaced session at its best, where that is possible and worth it."""
    o, who, room, _added = best_of(p, b, s, MUCH if must_place(p, s) else 0)
    if o >= 0:
        place(p, b, s, o, who, room)
    return o >= 0


@compiled
def insert_together(p: Arrays, b: Board, unit: Ints, below: int) -> bool:
    """Place all of some unplaced sessions for less than ``below``, the first way that a search by starts comes to."""
    choices = np.empty((len(unit), TRIES, 4), np.int64)
    counts, at = np.zeros(len(unit), np.int64), np.zeros(len(unit), np.int64)
    level, steps, total, is_new = 0, 0, 0, True
    _complete(p, b, unit, 1)
    while 0 <= level < len(unit):
        s = unit[level]
        if is_new:
            steps += 1
            counts[level], at[level] = by_start(p, b, s, choices[level], TRIES if steps < STEPS else 1), 0
        else:
            clear(p, b, s)
            total -= choices[level, at[level], 3]
            at[level] += 1
        if at[level] < counts[level]:
            choice = choices[level, at[level]]
            place(p, b, s, choice[0], choice[1], choice[2])
            total += choice[3]
            level, is_new = level + 1, True
        else:
            level, is_new = level - 1, False
    _complete(p, b, unit, 0)
    if level < 0:
        return False
    if total >= below:
        for s in unit:
            clear(p, b, s)
    return total < below


@inner
def _complete(p: Arrays, b: Board, unit: Ints, value: int) -> None:
    for s in unit:
        for mark in range(p.sessions[s].series, p.sessions[s].series_end):
            b.completing[p.series_of[mark]] = value


@compiled
def by_start(p: Arrays, b: Board, s: int, choices: Ints, most: int) -> int:
    """Write the best candidate at each of the cheapest options, cheapest first; return how many, ``most`` at the most."""
    count = 0
    for o in range(p.sessions[s].option, p.sessions[s].option_end):
        found = best_within(p, b, s, o, o + 1, MUCH)
        if found[0] < 0:
            continue
        at = min(count, most - 1)
        if count == most and choices[at, 3] <= found[3]:
            continue
        while at > 0 and choices[at - 1, 3] > found[3]:
            choices[at] = choices[at - 1]
            at -= 1
        choices[at, 0], choices[at, 1], choices[at, 2], choices[at, 3] = found
        count = min(count + 1, most)
    return count


@compiled
def insert_unit(p: Arrays, b: Board, unit: Ints) -> bool:
    """Place what is unplaced of a unit well; return whether all of it is placed now."""
    missing, count, whole_only, must = np.empty(len(unit), np.int64), 0, False, False
    for s in unit:
        whole_only |= p.sessions[s].whole_only != 0
        if b.option_of[s] < 0:
            missing[count] = s
            must |= must_place(p, s)
            count += 1
    missing = missing[:count]
    if count > 1 or whole_only:
        if insert_together(p, b, missing, MUCH if must else 0) or whole_only:
            return b.option_of[unit[0]] >= 0
    is_complete = True
    for s in missing:
        is_complete &= insert_one(p, b, s)
    return is_complete


@compiled
def insert_units(p: Arrays, b: Board, begins: Ints, members: Ints, order: Ints) -> None:
    """Insert units in the given order; unit n has the ``members`` from begins[n] to before begins[n + 1]."""
    for n in order:
        insert_unit(p, b, members[begins[n] : begins[n + 1]])


@compiled
def scarcity(p: Arrays) -> tuple[Ints, Ints]:
    """Return in how many ways each session could be placed on an empty board, roughly, and how many pins keep it in."""
    ways, pins = np.empty(len(p.sessions), np.int64), np.zeros(len(p.sessions), np.int64)
    for s in range(len(p.sessions)):
        session = p.sessions[s]
        people = p.people_at[session.people + 1] - p.people_at[session.people]
        rooms = 0
        for mark in range(p.rooms_at[session.rooms], p.rooms_at[session.rooms + 1]):
            rooms += p.weights[0].overflow >= 0 or p.venues[p.rooms[mark]].capacity >= session.heads
        ways[s] = (session.option_end - session.option) * (1 + people * (1 + rooms))
        if must_place(p, s):
            pins[s] = (session.pins & 1) + (session.pins >> 1 & 1) + (session.pins >> 2)
    return ways, pins
