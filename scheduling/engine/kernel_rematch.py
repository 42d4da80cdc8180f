"""Match one session again, compiled: somebody else in the same place at the same time, elsewhere or at another time, or by ejection.

An ejection gives the session to somebody who is busy, and the session that was in the way to someone else. What changes is
paid for: parts that differ from a ``current`` by the cost part ``change``, all others here, so that little changes.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, clear, place, place_of
from scheduling.engine.compiling import compiled, inner, whole
from scheduling.engine.index import NONE
from scheduling.engine.insertion import ANY, best_among, good_among, near_people, near_rooms
from scheduling.engine.kernel import (
    added_by,
    instructor_blocks,
    instructor_steady,
    instructor_varies,
    is_possible,
    must_place,
    pair_blocks,
    place_adds,
    placed,
    time_adds,
    venue_adds,
    way_adds,
)
from scheduling.engine.shortlist import Shortlist
from scheduling.engine.sorting import ascending

Ints = npt.NDArray[np.int64]

EJECTED = 32  # busy instructors, the cheapest for the session, whose other sessions might go to someone else
MOVED = 4  # sessions of each that are tried

Spot = tuple[int, int, int]  # option, instructor, venue


@inner
def _moved(p: Arrays, s: int, now: Spot, then: Spot) -> int:
    """Return what the changes from one placement to another cost that the cost part ``change`` does not see."""
    session, parts = p.sessions[s], 0
    parts += then[0] != now[0] and session.has_current == 0
    parts += then[1] != now[1] and session.current_instructor < 0
    parts += then[2] != now[2] and session.current_venue < 0
    return p.weights[0].change * parts


@compiled
def replaced(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, s: int, now: Spot, people: Ints, rooms: Ints, below: int
) -> tuple[Spot, int]:
    """Return the cheapest placement of an unplaced session with one of some instructors or nobody, and what it adds."""
    session = p.sessions[s]
    here = rooms[rooms == now[2]]
    best, least, far = (NONE, NONE, NONE), below, p.weights[0].change
    same_start, same_room = (session.has_current == 0) * far, (session.current_venue < 0) * far
    for other_start in range(2):
        for other_room in range(2):
            known = other_start * same_start + other_room * same_room
            for begin, end in _ranges(session.option, session.option_end, now[0], other_start):
                found = best_among(
                    p, b, s, (begin, end, least - known), people, rooms if other_room else here
                )
                then = found[0], found[1], found[2]
                if found[0] >= 0 and found[3] + _moved(p, s, now, then) < least:
                    best, least = then, found[3] + _moved(p, s, now, then)
    return best, least


@inner
def _ranges(begin: int, end: int, now: int, others: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the options from ``begin`` to before ``end``: the present one, or those before and after it."""
    if others:
        return (begin, now), (now + 1, end)
    return (now, now + 1), (end, end)


@compiled
def ejected(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, near: Shortlist, s: int, now: Spot, people: Ints, below: int
) -> tuple[int, Spot, Spot, int]:
    """Return the best ejection for an unplaced session at its present start and venue that costs less than ``below``.

    The other session (NONE where there is none), where both go, and what all of it adds.
    """
    o, room = now[0], now[2]
    there = place_of(p, s, room)
    base = (
        time_adds(p, b, s, o)
        + place_adds(p, b, s, o, there)
        + (venue_adds(p, b, s, o, room) if room >= 0 else 0)
    )
    costs = np.empty(len(people), np.int64)
    for n in range(len(people)):
        x = p.instructors[people[n]]
        costs[n] = instructor_steady(p, b, s, o, people[n]) + instructor_varies(p, b, s, o, people[n])
        costs[n] += base + way_adds(p, b, s, o, x.home, there)
    best, least = (NONE, (NONE, NONE, NONE), (NONE, NONE, NONE)), below
    for n in ascending(costs)[:EJECTED]:
        who = people[n]
        mine = o, who, room
        if is_possible(p, b, s, o, who, room):
            continue
        tried = 0
        for t in _of_instructor(p, b, who):
            was = placed(b, t)
            clear(p, b, t)
            change = -added_by(p, b, t, was[0], was[1], was[2])
            if tried < MOVED and not must_place(p, t) and is_possible(p, b, s, o, who, room):
                tried += 1
                change += added_by(p, b, s, o, who, room) + _moved(p, s, now, mine)
                place(p, b, s, o, who, room)
                to, more = _sent(p, b, near, t, was, least - change)
                if to[0] >= 0 and change + more < least:
                    best, least = (t, mine, to), change + more
                clear(p, b, s)
            place(p, b, t, was[0], was[1], was[2])
    return best[0], best[1], best[2], least


@inner
def _of_instructor(p: Arrays, b: Board, who: int) -> Ints:
    found, count = np.empty(b.total[who], np.int64), 0
    for day in range(b.who_head.shape[0]):
        other = b.who_head[day, who]
        while other >= 0:
            found[count] = other
            count += 1
            other = b.who_next[other]
    return found


@inner
def _sent(p: Arrays, b: Board, near: Shortlist, t: int, was: Spot, below: int) -> tuple[Spot, int]:
    """Return where an ejected session goes, with everything it needs, and what that adds: where and when it was, if possible."""
    session, best, least = p.sessions[t], (NONE, NONE, NONE), below
    o, room = was[0], was[2]
    there = place_of(p, t, room)
    base = (
        time_adds(p, b, t, o)
        + place_adds(p, b, t, o, there)
        + (venue_adds(p, b, t, o, room) if room >= 0 else 0)
    )
    base += _moved(p, t, (o, was[1], room), (o, NONE, room))
    for n in range(near.people_at[near.people_of[t]], near.people_at[near.people_of[t] + 1]):
        who = whole(near.people[n])
        total = (
            base + instructor_steady(p, b, t, o, who) + way_adds(p, b, t, o, p.instructors[who].home, there)
        )
        if total >= least or instructor_blocks(p, b, t, o, who) or pair_blocks(p, b, t, o, who, there):
            continue
        total += instructor_varies(p, b, t, o, who)
        if total < least:
            best, least = (o, who, room), total
    if best[0] >= 0 or (session.option_end == session.option + 1 and room < 0):
        return best, least
    found = good_among(p, b, near, t, (session.option, session.option_end, least))
    then = found[0], found[1], found[2]
    is_whole = (found[1] >= 0 or not session.needs_instructor) and (found[2] >= 0 or was[2] < 0)
    if found[0] >= 0 and is_whole and found[3] + _moved(p, t, was, then) < least:
        best, least = then, found[3] + _moved(p, t, was, then)
    return best, least


@compiled
def fill(p: Arrays, b: Board, near: Shortlist, s: int) -> bool:
    """Find an instructor for a placed session that has none, by ejection where it takes one; return whether it has one now."""
    was = placed(b, s)
    clear(p, b, s)
    nobody = np.empty(0, np.int64)
    people, rooms = others_of(p, b, s, nobody)
    begin, end = p.sessions[s].option, p.sessions[s].option_end
    least = added_by(p, b, s, was[0], was[1], was[2])
    found = best_among(p, b, s, (begin, end, least), people, rooms)
    if found[1] >= 0:
        place(p, b, s, found[0], found[1], found[2])
        return True
    other, mine, theirs = NONE, was, was
    for o in range(begin, end):
        free = best_among(p, b, s, (o, o + 1, ANY), nobody, rooms)
        if free[0] >= 0:
            t, here, there, total = ejected(p, b, near, s, (o, NONE, free[2]), people, least)
            if t >= 0:
                other, mine, theirs, least = t, here, there, total
    if other >= 0:
        clear(p, b, other)
        place(p, b, s, mine[0], mine[1], mine[2])
        place(p, b, other, theirs[0], theirs[1], theirs[2])
        return True
    place(p, b, s, was[0], was[1], was[2])
    return False


@compiled
def others_of(p: Arrays, b: Board, s: int, without: Ints) -> tuple[Ints, Ints]:
    """Return who may teach a session but for some, and where it may be held, whenever."""
    session = p.sessions[s]
    people = p.people[p.people_at[session.people] : p.people_at[session.people + 1]].astype(np.int64)
    rooms = p.rooms[p.rooms_at[session.rooms] : p.rooms_at[session.rooms + 1]].astype(np.int64)
    return _but(people, without), rooms


@compiled
def near_of(p: Arrays, b: Board, near: Shortlist, s: int, without: Ints) -> tuple[Ints, Ints]:
    """Return the same of the short lists."""
    return _but(near_people(p, b, near, s), without), near_rooms(near, s)


@inner
def _but(people: Ints, without: Ints) -> Ints:
    keep = np.ones(len(people), np.bool_)
    for who in without:
        keep &= people != who
    return people[keep]
