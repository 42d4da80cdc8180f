"""Everyone for one session, compiled: the cheapest start and venue of each instructor, and what keeps the others away."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board
from scheduling.engine.compiling import compiled, drop, inner
from scheduling.engine.index import NONE
from scheduling.engine.insertion import MUCH
from scheduling.engine.kernel import (
    PAIR,
    instructor_hindered,
    instructor_unlisted,
    instructor_varies,
    pair_mask,
    time_adds,
    time_blocks,
    time_mask,
    venue_mask,
)
from scheduling.engine.kernel_ways import UNKNOWN, Search, look, search_of, site_alone, site_for, turn

Ints = npt.NDArray[np.int64]

ANYWHERE, FREE = (NONE, NONE, NONE), (0, 0, 0)


class Ways(NamedTuple):
    """What is cheapest with each instructor; the last entry is for nobody. ``added`` is MUCH where there is no way."""

    added: Ints
    option: Ints
    room: Ints
    mask: (
        Ints  # the rules in the way of those who have none: what the list says, else those met at the options
    )


@compiled
def unlisted(p: Arrays, b: Board, s: int) -> Ints:
    """Return the rules that keep people off the list of those who may teach a session; the same for all sessions of a list.

    0 for those on it, and for those who are not on it only because somebody else is pinned.
    """
    found = np.zeros(len(p.instructors) + 1, np.int64)
    for who in range(len(p.instructors)):
        found[who] = instructor_unlisted(p, b, s, p.sessions[s].option, who)
    return found


@compiled
def ways_of(p: Arrays, b: Board, s: int, mask: Ints) -> Ways:
    """Return the cheapest way to place an unplaced session with each instructor; ``mask`` is what ``unlisted`` says."""
    session, count = p.sessions[s], len(p.instructors)
    able = np.nonzero(mask[:-1] == 0)[0]
    found = Ways(np.full(count + 1, MUCH), np.full(count + 1, NONE), np.full(count + 1, NONE), mask.copy())
    q = search_of(p, b, s, able, ANYWHERE, FREE, MUCH)
    late = 0
    for o in range(session.option, session.option_end):
        late |= time_mask(p, b, s, o)
        if not time_blocks(p, b, s, o):
            _at_option(p, b, q, s, o, found)
    drop(q)
    for who in able:
        found.mask[who] = 0 if found.added[who] < MUCH else found.mask[who] | late
    return found


@inner
def _at_option(p: Arrays, b: Board, q: Search, s: int, o: int, found: Ways) -> None:
    base, closed, people, least, steady = time_adds(p, b, s, o), NONE, q.who, q.least, q.steady
    turn(q)
    for n in range(len(people)):
        who = people[n]
        if found.added[who] <= base + least[n]:
            continue
        mask = instructor_hindered(p, b, s, o, who)
        if mask == 0:
            below = found.added[who] - base - steady[n]
            at, added = site_for(p, b, q, s, o, n, below)
            _note(q, o, who, at, base + steady[n] + added + instructor_varies(p, b, s, o, who), found)
            if found.added[who] == MUCH:
                closed = closed if closed >= 0 else _closed(p, b, q, s, o)
                mask = closed | _rushed(p, b, q, s, o, who)
        found.mask[who] |= mask
    if not p.sessions[s].needs_instructor:
        at, added = site_alone(p, b, q, s, o)
        _note(q, o, NONE, at, base + added, found)


@inner
def _note(q: Search, o: int, who: int, at: int, added: int, found: Ways) -> None:
    """Keep a site at an option for somebody, if it is the best so far."""
    if at >= 0 and added < found.added[who]:
        found.added[who], found.option[who], found.room[who] = added, o, q.room[q.open_entry[at]]


@inner
def _closed(p: Arrays, b: Board, q: Search, s: int, o: int) -> int:
    """Return the rules that keep the session from places with a free venue, from all venues where none is free."""
    mask, is_any = 0, False
    for m in range(len(q.place)):
        if q.open_entry[m] == UNKNOWN:
            look(p, b, q, s, o, m)
        is_any |= q.open_entry[m] >= 0
        mask |= q.open_mask[m]
    for room in range(0 if is_any else len(p.venues)):
        mask |= venue_mask(p, b, s, o, room)
    return mask


@inner
def _rushed(p: Arrays, b: Board, q: Search, s: int, o: int, who: int) -> int:
    """Return the rules that keep somebody from the places where the session can be."""
    mask = 0
    for m in range(len(q.place)):
        if mask == PAIR:
            break
        if q.open_adds[m] < MUCH:
            mask |= pair_mask(p, b, s, o, who, q.place[m])
    return mask
