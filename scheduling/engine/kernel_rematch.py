"""Match one session again, compiled: somebody else in the same place at the same time, elsewhere or at another time, or by ejection.

An ejection gives the session to somebody who is busy, and the session that was in the way to someone else. What changes is
paid for: parts that differ from a ``current`` by the cost part ``change``, all others here, so that little changes.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, clear, place, place_of
from scheduling.engine.compiling import compiled, drop, inner
from scheduling.engine.index import NONE
from scheduling.engine.insertion import ANY, all_people, all_rooms, best_among
from scheduling.engine.kernel import (
    added_by,
    instructor_blocks,
    instructor_steady,
    instructor_varies,
    is_possible,
    must_place,
    nobody_blocks,
    pair_blocks,
    place_adds,
    placed,
    time_adds,
    time_blocks,
    venue_adds,
    way_adds,
)
from scheduling.engine.kernel_ways import Spot, search_of, site_alone, site_for, turn
from scheduling.engine.shortlist import Shortlist
from scheduling.engine.sorting import ascending

Ints = npt.NDArray[np.int64]

EJECTED = (
    32  # busy instructors of those who cost more for the session than the best other repair, cheapest first
)

_NOWHERE = NONE, NONE, NONE


@inner
def _far(p: Arrays, s: int) -> Spot:
    """Return what a change of each part costs that the cost part ``change`` does not see."""
    session, far = p.sessions[s], p.weights[0].change
    return (
        0 if session.has_current else far,
        0 if session.current_instructor >= 0 else far,
        0 if session.current_venue >= 0 else far,
    )


@inner
def _moved(p: Arrays, s: int, now: Spot, then: Spot) -> int:
    """Return the same for the change from one placement to another."""
    far = _far(p, s)
    return (
        (far[0] if then[0] != now[0] else 0)
        + (far[1] if then[1] != now[1] else 0)
        + (far[2] if then[2] != now[2] else 0)
    )


@inner
def _at_spot(p: Arrays, b: Board, s: int, o: int, room: int) -> int:
    """Return what an option and a venue add, whoever teaches."""
    found = time_adds(p, b, s, o) + place_adds(p, b, s, o, place_of(p, s, room))
    return found + (venue_adds(p, b, s, o, room) if room >= 0 else 0)


@inner
def _in_place(p: Arrays, b: Board, s: int, now: Spot, people: Ints, below: int) -> tuple[Spot, int]:
    """Return who of some instructors is the cheapest at the present start and venue of an unplaced session."""
    best, least, o, room = _NOWHERE, below, now[0], now[2]
    there, base = place_of(p, s, room), _at_spot(p, b, s, o, room)
    for who in people:
        total = base + instructor_steady(p, b, s, o, who) + _moved(p, s, now, (o, who, room))
        total += way_adds(p, b, s, o, p.instructors[who].home, there)
        if total >= least or instructor_blocks(p, b, s, o, who) or pair_blocks(p, b, s, o, who, there):
            continue
        total += instructor_varies(p, b, s, o, who)
        if total < least:
            best, least = (o, who, room), total
    return best, least


@compiled
def replaced(p: Arrays, b: Board, s: int, now: Spot, people: Ints, below: int) -> tuple[Spot, int]:
    """Return the cheapest placement of an unplaced session with one of some instructors or nobody, and what it adds.

    Changes of what it was count; option NONE where nothing adds less than ``below``.
    """
    best, least = _in_place(p, b, s, now, people, below)
    options, bases = _starts(p, b, s, now)
    if len(options) == 0:
        return best, least
    q = search_of(p, b, s, people, now, _far(p, s), least - bases.min())
    alone = _moved(p, s, now, (now[0], NONE, now[2]))
    for m in range(len(options)):
        o, base = options[m], bases[m]
        turn(q)
        if base + alone + q.lowest[0] < least and not nobody_blocks(p, b, s, o):
            at, added = site_alone(p, b, q, s, o)
            if at >= 0 and base + alone + added < least:
                best, least = (o, NONE, q.room[q.open_entry[at]]), base + alone + added
        for n in range(len(q.who)):
            if base + q.least[n] >= least or instructor_blocks(p, b, s, o, q.who[n]):
                continue
            at, added = site_for(p, b, q, s, o, n, least - base - q.steady[n])
            total = base + q.steady[n] + added + instructor_varies(p, b, s, o, q.who[n])
            if at >= 0 and total < least:
                best, least = (o, q.who[n], q.room[q.open_entry[at]]), total
    drop(q)
    return best, least


@inner
def _starts(p: Arrays, b: Board, s: int, now: Spot) -> tuple[Ints, Ints]:
    """Return the options that are possible for an unplaced session, and what each adds by itself as a change."""
    begin, end = p.sessions[s].option, p.sessions[s].option_end
    options, bases, count = np.empty(end - begin, np.int64), np.empty(end - begin, np.int64), 0
    for o in range(begin, end):
        if not time_blocks(p, b, s, o):
            options[count] = o
            bases[count] = time_adds(p, b, s, o) + _moved(p, s, now, (o, now[1], now[2]))
            count += 1
    return options[:count], bases[:count]


@compiled
def ejected(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, near: Shortlist, s: int, now: Spot, people: Ints, below: int
) -> tuple[int, Spot, Spot, int]:
    """Return the best ejection for an unplaced session at its present start and venue that costs less than ``below``.

    The other session (NONE where there is none), where both go, and what all of it adds. Everybody is tried who is better for
    the session than the best repair so far, and some more, for the other session may gain.
    """
    o, room = now[0], now[2]
    busy, costs = _busy(p, b, s, now, people)
    best, least, tried = (NONE, _NOWHERE, _NOWHERE), below, 0
    for n in ascending(costs):
        if tried >= EJECTED and costs[n] >= least:
            break
        who, is_tried = busy[n], False
        for t in _of_instructor(p, b, who):
            if must_place(p, t):
                continue
            was = placed(b, t)
            clear(p, b, t)
            if is_possible(p, b, s, o, who, room):
                is_tried = True
                own = added_by(p, b, t, was[0], was[1], was[2])
                change = added_by(p, b, s, o, who, room) + _moved(p, s, now, (o, who, room)) - own
                place(p, b, s, o, who, room)
                to, more = _sent(p, b, near, t, was, own, least - change)
                if to[0] >= 0 and change + more < least:
                    best, least = (t, (o, who, room), to), change + more
                clear(p, b, s)
            place(p, b, t, was[0], was[1], was[2])
        tried += is_tried
    return best[0], best[1], best[2], least


@inner
def _busy(p: Arrays, b: Board, s: int, now: Spot, people: Ints) -> tuple[Ints, Ints]:
    """Return who of some instructors is not free for an unplaced session at its present start and venue, and what each would add."""
    o, room = now[0], now[2]
    there, base = place_of(p, s, room), _at_spot(p, b, s, o, room)
    busy, costs, count = np.empty(len(people), np.int64), np.empty(len(people), np.int64), 0
    for who in people:
        if instructor_blocks(p, b, s, o, who) or pair_blocks(p, b, s, o, who, there):
            busy[count] = who
            costs[count] = instructor_steady(p, b, s, o, who) + instructor_varies(p, b, s, o, who)
            costs[count] += base + way_adds(p, b, s, o, p.instructors[who].home, there)
            costs[count] += _moved(p, s, now, (o, who, room))
            count += 1
    return busy[:count], costs[:count]


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
def _sent(  # noqa: PLR0913 - arrays, one by one
    p: Arrays, b: Board, near: Shortlist, t: int, was: Spot, own: int, below: int
) -> tuple[Spot, int]:
    """Return where an ejected session goes, with everything it needs, and what that adds.

    Where and when it was, to somebody good, if possible; else anywhere, where it may add more than it did (``own``).
    """
    session, n = p.sessions[t], near.people_of[t]
    listed = near.people[near.people_at[n] : near.people_at[n + 1]].astype(np.int64)
    then, least = _in_place(p, b, t, was, listed, below)
    if then[0] >= 0 or below <= own:
        return then, least
    then, least = replaced(p, b, t, was, all_people(p, t), below)
    is_whole = (then[1] >= 0 or not session.needs_instructor) and (then[2] >= 0 or was[2] < 0)
    return (then, least) if is_whole else (_NOWHERE, below)


@compiled
def fill(p: Arrays, b: Board, near: Shortlist, s: int) -> bool:
    """Find an instructor for a placed session that has none, by ejection where it takes one; return whether it has one now."""
    was = placed(b, s)
    clear(p, b, s)
    nobody, people, rooms = np.empty(0, np.int64), all_people(p, s), all_rooms(p, s)
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
