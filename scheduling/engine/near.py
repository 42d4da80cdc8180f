"""Near lists: for each session the instructors and venues that are cheapest by themselves, and what all others cost at least.

All costs are changes to a plan without the session, as the kernel has them on an empty board.

Prices only ever make an instructor or a venue dearer, but for leaders (a class may lack their hours) and for those who owe
a lesson. So leaders have a list of their own, and whoever owes one of a session's lessons is always near. "The rest" is
everybody else; by the triangle inequality nobody in it is cheaper at a place than ``rest`` less the way to that place.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board
from scheduling.engine.compiling import Struct, StructType, compiled, share, unlocked, whole
from scheduling.engine.kernel import (
    instructor_alone,
    instructor_blocks,
    place_adds,
    time_alone,
    time_mask,
)
from scheduling.engine.reach import NEVER, VENUES, Floats, Floats32, Longs, Reach, room_cost

AWAY = np.float32(1e9)


class NearType(StructType):
    """The type of Near in compiled code."""


class Near(Struct):
    """Near people and venues of the sessions; ``x_at[s] .. x_at[s + 1]`` are a session's marks."""

    person_at: Longs
    person: Int32s
    rest: Floats  # [session, 0 others | 1 leaders] at the session's own place, NEVER where there is no rest
    floor: Floats  # [session, kind]: what anybody costs at least anywhere
    option_cost: Floats  # by option, NEVER where it cannot be
    homeless: Floats  # by session: what it costs to be held without a venue
    cost_at: Longs  # by option: where its people's costs begin
    cost: Floats32  # of a near person at an option, travel aside; AWAY where that cannot be
    venue_at: Longs
    venue: Int32s
    venue_cost: Floats32  # with class travel, overflow and change
    venue_rest: Floats  # by session


share(Near, NearType, __file__)


def near_of(p: Arrays, b: Board, reach: Reach, wanted: Longs, threads: int) -> Near:
    """Take the first ``wanted[session, kind]`` that are within reach; the board is empty."""
    count = len(wanted)
    sizes = np.minimum(reach.end - reach.at, wanted)
    owed = (p.sessions["duty_end"] - p.sessions["duty"]).astype(np.int64)
    person = np.zeros(int(sizes[:, :VENUES].sum() + owed.sum()) + count, dtype=np.int32)
    venue = np.zeros(int(sizes[:, VENUES].sum()) + count, dtype=np.int32)
    venue_cost = np.zeros(len(venue), dtype=np.float32)
    person_at, venue_at = np.zeros(count + 1, dtype=np.int64), np.zeros(count + 1, dtype=np.int64)
    rest, venue_rest = np.full((count, 2), NEVER), np.full(count, NEVER)
    _take_people(p, reach, wanted, person_at, person, rest)
    _take_venues(p, b, reach, wanted, venue_at, venue, venue_cost, venue_rest)
    cost_at = np.zeros(len(p.options) + 1, dtype=np.int64)
    np.cumsum(np.diff(person_at)[p.options["session"]], out=cost_at[1:])
    cost = np.zeros(int(cost_at[-1]), dtype=np.float32)
    option_cost, homeless = np.zeros(len(p.options)), np.zeros(count)
    person = person[: person_at[-1]].copy()
    given = (p, b, (person_at, person), cost_at, cost, option_cost, homeless)
    marks = np.linspace(0, count, threads * 4 + 1).astype(np.int64)
    with ThreadPoolExecutor(threads) as workers:
        for job in [workers.submit(_price_options, *given, x, y) for x, y in pairwise(marks.tolist())]:
            job.result()
    return Near(
        person_at=person_at,
        person=person,
        rest=rest,
        floor=reach.floor,
        option_cost=option_cost,
        homeless=homeless,
        cost_at=cost_at,
        cost=cost,
        venue_at=venue_at,
        venue=venue[: venue_at[-1]].copy(),
        venue_cost=venue_cost[: venue_at[-1]].copy(),
        venue_rest=venue_rest,
    )


@compiled
def _is_among(ascending: Int32s, which: int) -> bool:
    at = np.searchsorted(ascending, which)
    return bool(at < len(ascending) and ascending[at] == which)


@compiled
def _take_people(p: Arrays, reach: Reach, wanted: Longs, at: Longs, person: Int32s, rest: Floats) -> None:
    """Take the nearest of each kind, whoever owes one of the session's lessons, and who has it now."""
    taken = 0
    for s in range(len(p.sessions)):
        session, first = p.sessions[s], taken
        for kind in range(2):
            begin, count = reach.at[s, kind], reach.end[s, kind] - reach.at[s, kind]
            if count > wanted[s, kind]:
                count = wanted[s, kind]
                rest[s, kind] = reach.value[begin + count]
            person[taken : taken + count] = reach.which[begin : begin + count]
            taken += count
        able = p.people[p.people_at[session.people] : p.people_at[session.people + 1]]
        for n in range(session.duty - 1, session.duty_end):
            who = session.current_instructor if n < session.duty else p.duty_holder[p.duty_of[n]]
            if who < 0 or not session.needs_instructor or not _is_among(able, who):
                continue
            if not np.any(person[first:taken] == who):
                person[taken] = who
                taken += 1
        at[s + 1] = taken


@compiled
def _take_venues(
    p: Arrays,
    b: Board,
    reach: Reach,
    wanted: Longs,
    at: Longs,
    venue: Int32s,
    venue_cost: Floats32,
    rest: Floats,
) -> None:
    """Take the nearest venues, and where the session is now."""
    taken = 0
    for s in range(len(p.sessions)):
        session, first = p.sessions[s], taken
        begin, count = reach.at[s, VENUES], reach.end[s, VENUES] - reach.at[s, VENUES]
        if count > wanted[s, VENUES]:
            count = wanted[s, VENUES]
            rest[s] = reach.value[begin + count]
        venue[taken : taken + count] = reach.which[begin : begin + count]
        venue_cost[taken : taken + count] = reach.value[begin : begin + count]
        taken += count
        now, able = session.current_venue, p.rooms[p.rooms_at[session.rooms] : p.rooms_at[session.rooms + 1]]
        if (
            now >= 0
            and session.needs_venue
            and _is_among(able, now)
            and not np.any(venue[first:taken] == now)
        ):
            cost = room_cost(p, b, s, whole(now))
            if cost < NEVER:
                venue[taken], venue_cost[taken] = now, cost
                taken += 1
        at[s + 1] = taken


@unlocked
def _price_options(
    p: Arrays,
    b: Board,
    near: tuple[Longs, Int32s],
    cost_at: Longs,
    cost: Floats32,
    option_cost: Floats,
    homeless: Floats,
    first: int,
    last: int,
) -> None:
    """Fill in what options of some sessions cost by themselves and with each near instructor, and what no venue costs."""
    person_at, person = near
    for s in range(first, last):
        session = p.sessions[s]
        for o in range(session.option, session.option_end):
            option_cost[o] = NEVER if time_mask(p, b, s, o) else float(time_alone(p, b, s, o))
            for k in range(person_at[s], person_at[s + 1]):
                at = cost_at[o] + k - person_at[s]
                cost[at] = AWAY
                if not instructor_blocks(p, b, s, o, whole(person[k])):
                    cost[at] = instructor_alone(p, b, s, o, whole(person[k]))
        homeless[s] = place_adds(p, b, s, session.option, session.place)
