"""Insertion: the cheapest way to place one unplaced session, compiled; a package is put together by a small search.

Only the cheapest venue of a place matters, for rules and costs see venue and instructor apart but for the place. Places are
taken in the order of what venue and place add until nothing that is left can be cheaper than the best found: what instructors
add is the same at all options of a session but for parts that never add less than 0, and no way costs less than nothing.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, clear, place
from scheduling.engine.compiling import compiled, inner, whole
from scheduling.engine.index import NONE
from scheduling.engine.kernel import (
    instructor_blocks,
    instructor_static,
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
    venue_adds,
    venue_blocks,
    way_adds,
)
from scheduling.engine.shortlist import Shortlist

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ANY = 2**58  # as ``below``: whatever it costs
MUCH = 2**60  # what cannot be costs so much, and no cost makes up for it
TRIES = 8  # starts tried for each session of a package
_NEAR = 12  # instructors looked at to find a near one
STEPS = 300  # insertions tried for one package, with all their tries

Found = tuple[int, int, int, int]  # option, instructor, venue, what it adds


@inner
def all_people(p: Arrays, s: int) -> Ints:
    """Return who may teach a session, whenever."""
    session = p.sessions[s]
    return p.people[p.people_at[session.people] : p.people_at[session.people + 1]].astype(np.int64)


@inner
def all_rooms(p: Arrays, s: int) -> Ints:
    """Return where a session may be held, whenever, capacity aside."""
    session = p.sessions[s]
    return p.rooms[p.rooms_at[session.rooms] : p.rooms_at[session.rooms + 1]].astype(np.int64)


@inner
def near_people(p: Arrays, b: Board, near: Shortlist, s: int) -> Ints:
    """Return the short list of a session, with everyone who owes one of its lessons."""
    session, n = p.sessions[s], near.people_of[s]
    listed = near.people[near.people_at[n] : near.people_at[n + 1]]
    found = np.empty(len(listed) + session.duty_end - session.duty, np.int64)
    found[: len(listed)] = listed
    count = len(listed)
    for mark in range(session.duty, session.duty_end):
        who = whole(p.duty_holder[p.duty_of[mark]])
        if not instructor_static(p, b, s, session.option, who):
            found[count] = who
            count += 1
    return found[:count]


@inner
def near_rooms(near: Shortlist, s: int) -> Ints:
    """Return the venues of the short list of a session."""
    n = near.rooms_of[s]
    return near.rooms[near.rooms_at[n] : near.rooms_at[n + 1]].astype(np.int64)


@compiled
def best_of(p: Arrays, b: Board, s: int, below: int) -> Found:
    """Return the cheapest candidate of an unplaced session, option NONE where none adds less than ``below``."""
    return best_within(p, b, s, p.sessions[s].option, p.sessions[s].option_end, below)


@compiled
def best_within(p: Arrays, b: Board, s: int, begin: int, end: int, below: int) -> Found:
    """Return the cheapest candidate of an unplaced session at its options from ``begin`` to before ``end``."""
    return best_among(p, b, s, (begin, end, below), all_people(p, s), all_rooms(p, s))


@compiled
def good_among(p: Arrays, b: Board, near: Shortlist, s: int, given: tuple[int, int, int]) -> Found:
    """Return a good candidate, of the short list where that gives a whole one; ``given`` as below."""
    found = best_among(p, b, s, given, near_people(p, b, near, s), near_rooms(near, s))
    session = p.sessions[s]
    lacks = (found[1] < 0 and session.needs_instructor) or (found[2] < 0 and session.needs_venue)
    return best_among(p, b, s, given, all_people(p, s), all_rooms(p, s)) if lacks else found


@compiled
def best_among(  # noqa: C901 - one loop, made of three
    p: Arrays,
    b: Board,
    s: int,
    given: tuple[int, int, int],
    people: Ints,
    rooms: Ints,
) -> Found:
    """Return the cheapest candidate among some instructors and venues; ``given`` are begin, end and below as above."""
    begin, end, below = given
    costs, home = np.empty(len(people), np.int64), np.empty(len(people), np.int64)
    for n in range(len(people)):
        costs[n] = instructor_steady(p, b, s, begin, people[n])
        home[n] = p.instructors[people[n]].home
    room_cost = np.empty(len(rooms), np.int64)
    for n in range(len(rooms)):
        there = p.venues[rooms[n]].place
        room_cost[n] = venue_adds(p, b, s, begin, rooms[n]) + place_adds(p, b, s, begin, there)
    by_place = np.full(
        len(p.half_km) + 1, MUCH
    )  # the cheapest venue's cost at each place, the last one is unknown
    room_at = np.empty(len(p.half_km) + 1, np.int64)
    places = np.empty(min(len(rooms) + 1, len(p.half_km) + 1), np.int64)
    cheapest = costs.min() if len(people) else MUCH
    best = NONE, NONE, NONE, below
    for o in range(begin, end):
        if time_blocks(p, b, s, o):
            continue
        base = time_adds(p, b, s, o)
        alone = MUCH if nobody_blocks(p, b, s, o) else 0
        least = min(alone, cheapest)
        count = 0
        if not nowhere_blocks(p, b, s, o):
            there = p.sessions[s].place
            by_place[there], room_at[there], places[0] = place_adds(p, b, s, o, there), NONE, there
            count = 1
        for n in range(len(rooms)):
            room, added = rooms[n], room_cost[n]
            there = p.venues[room].place
            if base + added + least >= best[3] or added >= by_place[there] or venue_blocks(p, b, s, o, room):
                continue
            if by_place[there] == MUCH:
                places[count] = there
                count += 1
            if added < by_place[there]:
                by_place[there] = added
                room_at[there] = room
        look = Look(costs.copy(), np.zeros(len(people), np.bool_), people, home)
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
            if best[1] < 0:
                best = _first(p, b, s, (o, there, room_at[there], added), best, look)
            best, least = _others(p, b, s, (o, there, room_at[there], added), best, look)
            least = min(alone, least)
        for n in range(count):
            by_place[places[n]] = MUCH
    return best


class Look(NamedTuple):
    """What is known about the instructors of one search."""

    costs: Ints  # without the way; MUCH for those who cannot teach at the option
    is_known: Bools  # whether it was looked up that they can
    people: Ints
    home: Ints


@inner
def _is_free(p: Arrays, b: Board, s: int, o: int, n: int, look: Look) -> bool:
    """Look once whether the n-th instructor can teach then; their cost gets what varies, MUCH if they cannot."""
    if not look.is_known[n]:
        who = look.people[n]
        look.is_known[n] = True
        look.costs[n] = (
            MUCH if instructor_blocks(p, b, s, o, who) else look.costs[n] + instructor_varies(p, b, s, o, who)
        )
    return look.costs[n] < MUCH


@inner
def _first(p: Arrays, b: Board, s: int, at: tuple[int, int, int, int], best: Found, look: Look) -> Found:
    """Return someone near at an option and place, given with venue and cost, so that few others need to be looked at."""
    o, there, room, added = at
    for _ in range(_NEAR):
        nearest, least = NONE, MUCH
        for n in range(len(look.costs)):
            total = look.costs[n] + way_adds(p, b, s, o, look.home[n], there)
            if total < least:
                nearest, least = n, total
        if nearest < 0 or added + least >= best[3]:
            break
        if not _is_free(p, b, s, o, nearest, look):
            continue
        total = added + look.costs[nearest] + way_adds(p, b, s, o, look.home[nearest], there)
        if total < best[3] and not pair_blocks(p, b, s, o, look.people[nearest], there):
            return o, look.people[nearest], room, total
    return best


@inner
def _others(
    p: Arrays, b: Board, s: int, at: tuple[int, int, int, int], best: Found, look: Look
) -> tuple[Found, int]:
    """Return the best at an option and place, and the least cost of those who may still be better elsewhere."""
    o, there, room, added = at
    least, limit = MUCH, best[3] - added
    for n in range(len(look.costs)):
        if look.costs[n] >= limit or not _is_free(p, b, s, o, n, look) or look.costs[n] >= limit:
            continue
        least = min(least, look.costs[n])
        total = look.costs[n] + way_adds(p, b, s, o, look.home[n], there)
        if total < limit and not pair_blocks(p, b, s, o, look.people[n], there):
            best = o, look.people[n], room, added + total
            limit = total
    return best, least


@compiled
def insert_one(p: Arrays, b: Board, near: Shortlist, s: int) -> bool:
    """Place an unplaced session at its best, where that is possible and worth it."""
    session = p.sessions[s]
    below = ANY if must_place(p, s) else 0
    o, who, room, _added = good_among(p, b, near, s, (session.option, session.option_end, below))
    if o >= 0:
        place(p, b, s, o, who, room)
    return o >= 0


@compiled
def insert_together(p: Arrays, b: Board, near: Shortlist, unit: Ints, below: int) -> bool:
    """Place all of some unplaced sessions for less than ``below``, the first way that a search by starts comes to."""
    choices = np.empty((len(unit), TRIES, 4), np.int64)
    counts, at = np.zeros(len(unit), np.int64), np.zeros(len(unit), np.int64)
    level, steps, total, is_new = 0, 0, 0, True
    _complete(p, b, unit, 1)
    while 0 <= level < len(unit):
        s = unit[level]
        if is_new:
            steps += 1
            counts[level], at[level] = (
                by_start(p, b, near, s, choices[level], TRIES if steps < STEPS else 1),
                0,
            )
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
def by_start(p: Arrays, b: Board, near: Shortlist, s: int, choices: Ints, most: int) -> int:
    """Write the best candidate at each of the cheapest options, cheapest first; return how many, ``most`` at the most."""
    count = 0
    for o in range(p.sessions[s].option, p.sessions[s].option_end):
        found = good_among(p, b, near, s, (o, o + 1, ANY))
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
def insert_unit(p: Arrays, b: Board, near: Shortlist, unit: Ints) -> bool:
    """Place what is unplaced of a unit well; return whether all of it is placed now."""
    missing, count, whole_only, must = np.empty(len(unit), np.int64), 0, False, False
    for s in unit:
        whole_only |= p.sessions[s].whole_only != 0
        if b.option_of[s] < 0:
            missing[count] = s
            must |= must_place(p, s)
            count += 1
    missing = missing[:count]
    if (count > 1 or whole_only) and (insert_together(p, b, near, missing, ANY if must else 0) or whole_only):
        return b.option_of[unit[0]] >= 0
    is_complete = True
    for s in missing:
        is_complete &= insert_one(p, b, near, whole(s))
    return is_complete


@compiled
def insert_units(p: Arrays, b: Board, near: Shortlist, begins: Ints, members: Ints, order: Ints) -> None:
    """Insert units in the given order; unit n has the ``members`` from begins[n] to before begins[n + 1]."""
    for n in order:
        insert_unit(p, b, near, members[begins[n] : begins[n + 1]])


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
