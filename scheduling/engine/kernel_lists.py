"""Answers of the kernel for many instructors, venues or places at one option, for callers in Python."""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, place_of
from scheduling.engine.compiling import compiled
from scheduling.engine.kernel import (
    STATIC,
    instructor_adds,
    instructor_alone,
    instructor_blocks,
    instructor_mask,
    instructor_static,
    nobody_blocks,
    nowhere_blocks,
    pair_blocks,
    pair_mask,
    parts_of,
    place_adds,
    place_blocks,
    place_mask,
    venue_adds,
    venue_alone,
    venue_blocks,
    venue_mask,
    way_adds,
)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@compiled
def people_of(p: Arrays, b: Board, s: int) -> Ints:
    """Return who may teach a session, whenever."""
    session = p.sessions[s]
    first, last = p.people_at[session.people], p.people_at[session.people + 1]
    found, count = np.empty(last - first, np.int64), 0
    for mark in range(first, last):
        who = np.int64(p.people[mark])
        if not instructor_static(p, b, s, session.option, who):
            found[count] = who
            count += 1
    return found[:count].copy()


@compiled
def rooms_of(p: Arrays, b: Board, s: int) -> Ints:
    """Return which venues a session may have, whenever."""
    session = p.sessions[s]
    first, last = p.rooms_at[session.rooms], p.rooms_at[session.rooms + 1]
    found, count = np.empty(last - first, np.int64), 0
    for mark in range(first, last):
        room = np.int64(p.rooms[mark])
        if not venue_mask(p, b, s, session.option, room) & STATIC:
            found[count] = room
            count += 1
    return found[:count].copy()


@compiled
def free_people(p: Arrays, b: Board, s: int, o: int) -> Ints:
    """Return who can teach an unplaced session at an option, travel aside."""
    session = p.sessions[s]
    first, last = p.people_at[session.people], p.people_at[session.people + 1]
    found, count = np.empty(last - first, np.int64), 0
    for mark in range(first, last):
        who = np.int64(p.people[mark])
        if not instructor_blocks(p, b, s, o, who):
            found[count] = who
            count += 1
    return found[:count].copy()


@compiled
def free_rooms(p: Arrays, b: Board, s: int, o: int) -> Ints:
    """Return which venues an unplaced session can have at an option, travel of its classes aside."""
    session = p.sessions[s]
    first, last = p.rooms_at[session.rooms], p.rooms_at[session.rooms + 1]
    found, count = np.empty(last - first, np.int64), 0
    for mark in range(first, last):
        room = np.int64(p.rooms[mark])
        if not venue_blocks(p, b, s, o, room):
            found[count] = room
            count += 1
    return found[:count].copy()


@compiled
def can_lack(p: Arrays, b: Board, s: int) -> tuple[bool, bool]:
    """Return whether a placed session may be without an instructor, and without a venue."""
    o = p.sessions[s].option
    return not nobody_blocks(p, b, s, o), not nowhere_blocks(p, b, s, o)


@compiled
def instructor_masks(p: Arrays, b: Board, s: int, o: int, people: Ints) -> Ints:
    """Return the rules in the way of each of some instructors."""
    found = np.empty(len(people), np.int64)
    for n in range(len(people)):
        found[n] = instructor_mask(p, b, s, o, people[n])
    return found


@compiled
def pair_masks(p: Arrays, b: Board, s: int, o: int, people: Ints, place: int) -> Ints:
    """Return the rules in the way of each of some instructors at a place."""
    found = np.empty(len(people), np.int64)
    for n in range(len(people)):
        found[n] = pair_mask(p, b, s, o, people[n], place)
    return found


@compiled
def venue_masks(p: Arrays, b: Board, s: int, o: int, rooms: Ints) -> Ints:
    """Return the rules in the way of each of some venues."""
    found = np.empty(len(rooms), np.int64)
    for n in range(len(rooms)):
        found[n] = venue_mask(p, b, s, o, rooms[n])
    return found


@compiled
def place_masks(p: Arrays, b: Board, s: int, o: int, places: Ints) -> Ints:
    """Return the rules in the way of each of some places."""
    found = np.empty(len(places), np.int64)
    for n in range(len(places)):
        found[n] = place_mask(p, b, s, o, places[n])
    return found


@compiled
def rushed_pairs(p: Arrays, b: Board, s: int, o: int, people: Ints, place: int) -> Bools:
    """Return which of some instructors cannot be at a place then."""
    found = np.zeros(len(people), np.bool_)
    for n in range(len(people)):
        found[n] = pair_blocks(p, b, s, o, people[n], place)
    return found


@compiled
def blocked_places(p: Arrays, b: Board, s: int, o: int, places: Ints) -> Bools:
    """Return at which of some places a session cannot be then."""
    found = np.zeros(len(places), np.bool_)
    for n in range(len(places)):
        found[n] = place_blocks(p, b, s, o, places[n])
    return found


@compiled
def people_costs(p: Arrays, b: Board, s: int, o: int, people: Ints, alone: bool) -> Ints:
    """Return what each of some instructors adds (``alone``: parts that tie sessions together left out), 0 for NONE."""
    found = np.zeros(len(people), np.int64)
    for n in range(len(people)):
        if people[n] >= 0:
            found[n] = (
                instructor_alone(p, b, s, o, people[n]) if alone else instructor_adds(p, b, s, o, people[n])
            )
    return found


@compiled
def room_costs(p: Arrays, b: Board, s: int, o: int, rooms: Ints, alone: bool) -> Ints:
    """Return what each of some venues adds with its place (``alone``: as above); NONE adds what the session's own place does."""
    found = np.zeros(len(rooms), np.int64)
    for n in range(len(rooms)):
        found[n] = place_adds(p, b, s, o, place_of(p, s, rooms[n]))
        if rooms[n] >= 0:
            found[n] += venue_alone(p, b, s, o, rooms[n]) if alone else venue_adds(p, b, s, o, rooms[n])
    return found


@compiled
def parts_table(p: Arrays, b: Board, s: int, options: Ints, people: Ints, rooms: Ints) -> Ints:
    """Return what each of some placements adds to each cost part, a row each."""
    first = parts_of(p, b, s, options[0], people[0], rooms[0])
    found = np.empty((len(options), len(first)), np.int64)
    for n in range(len(options)):
        found[n] = parts_of(p, b, s, options[n], people[n], rooms[n])
    return found


@compiled
def way_costs(p: Arrays, b: Board, s: int, o: int, people: Ints, place: int) -> Ints:
    """Return what the way of each of some instructors to a place adds."""
    found = np.empty(len(people), np.int64)
    for n in range(len(people)):
        found[n] = way_adds(p, b, s, o, p.instructors[people[n]].home, place)
    return found
