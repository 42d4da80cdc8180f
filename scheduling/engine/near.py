"""Near lists: for each session the instructors and venues that are cheapest by themselves, and what all others cost at least.

All costs are changes to a plan without the session, as the kernel has them on an empty board.

Prices only ever make an instructor or a venue dearer, but for leaders (a class may lack their hours) and for those who owe
a lesson. So leaders have a list of their own, and whoever owes one of a session's lessons is always near. "The rest" is
everybody else; by the triangle inequality nobody in it is cheaper at a place than ``rest`` less the way to that place.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board
from scheduling.engine.compiling import Struct, StructType, compiled, share, whole
from scheduling.engine.kernel import (
    instructor_alone,
    instructor_blocks,
    instructor_own,
    place_adds,
    time_alone,
    time_mask,
    venue_own,
    way_adds,
)

Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

NEVER = 1e12  # the cost of what cannot be
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


def near_of(p: Arrays, b: Board, most_people: Int32s, most_venues: Int32s) -> Near:
    """Return lists of about so many people (and half as many leaders) and venues for each session; the board is empty."""
    count = len(p.sessions)
    person_at, venue_at = np.zeros(count + 1, dtype=np.int64), np.zeros(count + 1, dtype=np.int64)
    rest, venue_rest = np.full((count, 2), NEVER), np.full(count, NEVER)
    floor = np.full((count, 2), NEVER)
    most = np.stack((most_people, np.maximum(2, most_people // 2)), axis=1).astype(np.int64)
    person = np.zeros(int(most.sum()) + len(p.duty_of) + count, dtype=np.int32)
    venue = np.zeros(int(most_venues.sum()) + count, dtype=np.int32)
    venue_cost = np.zeros(len(venue), dtype=np.float32)
    _choose_people(p, b, most, person_at, person, (rest, floor))
    _choose_venues(p, b, most_venues, venue_at, venue, venue_cost, venue_rest)
    sizes = np.diff(person_at)[p.options["session"]]
    cost_at = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    cost = np.zeros(int(cost_at[-1]), dtype=np.float32)
    option_cost, homeless = np.zeros(len(p.options)), np.zeros(count)
    _price_options(p, b, (person_at, person), cost_at, cost, option_cost, homeless)
    person, venue = person[: person_at[-1]].copy(), venue[: venue_at[-1]].copy()
    venue_cost = venue_cost[: venue_at[-1]].copy()
    return Near(
        person_at=person_at,
        person=person,
        rest=rest,
        floor=floor,
        option_cost=option_cost,
        homeless=homeless,
        cost_at=cost_at,
        cost=cost,
        venue_at=venue_at,
        venue=venue,
        venue_cost=venue_cost,
        venue_rest=venue_rest,
    )


@compiled
def people_cost(p: Arrays, b: Board, s: int, who: int) -> float:
    """Return what an instructor adds by themselves at the session's own place, at an option that suits them."""
    session = p.sessions[s]
    own = instructor_own(p, b, s, session.option, who)
    return float(own + way_adds(p, b, s, session.option, p.instructors[who].home, session.place))


@compiled
def room_cost(p: Arrays, b: Board, s: int, v: int) -> float:
    """Return what a venue and its place add by themselves; NEVER where it is too small."""
    session = p.sessions[s]
    if session.heads > p.venues[v].capacity and p.weights[0].overflow < 0:
        return NEVER
    return float(
        venue_own(p, b, s, session.option, v) + place_adds(p, b, s, session.option, p.venues[v].place)
    )


@compiled
def _is_owed(p: Arrays, s: int, who: int) -> bool:
    found = False
    for n in range(p.sessions[s].duty, p.sessions[s].duty_end):
        found = found or p.duty_holder[p.duty_of[n]] == who
    return found


@compiled
def _choose_people(
    p: Arrays, b: Board, most: Longs, at: Longs, person: Int32s, least: tuple[Floats, Floats]
) -> None:
    value, kind_of = np.zeros(len(p.instructors)), np.zeros(len(p.instructors), dtype=np.int64)
    rest, floor = least
    taken = 0
    for s in range(len(p.sessions)):
        session = p.sessions[s]
        begin, end = p.people_at[session.people], p.people_at[session.people + 1]
        for kind in range(2 if session.needs_instructor else 0):
            count = 0
            for n in range(begin, end):
                who = whole(p.people[n])
                if p.instructors[who].leads == kind:
                    value[count], kind_of[count] = people_cost(p, b, s, who), who
                    own = instructor_own(p, b, s, session.option, who)
                    floor[s, kind] = min(floor[s, kind], float(own))
                    count += 1
            limit = NEVER
            if count > most[s, kind]:
                limit = np.partition(value[:count], most[s, kind])[most[s, kind]]
                rest[s, kind] = limit
            kept = 0
            for n in range(count):
                who = kind_of[n]
                is_near = value[n] < limit and kept < most[s, kind]
                kept += is_near
                if is_near or who == session.current_instructor or _is_owed(p, s, who):
                    person[taken] = who
                    taken += 1
        at[s + 1] = taken


@compiled
def _choose_venues(
    p: Arrays,
    b: Board,
    most: Int32s,
    at: Longs,
    venue: Int32s,
    venue_cost: Floats32,
    rest: Floats,
) -> None:
    value = np.zeros(len(p.venues))
    taken = 0
    for s in range(len(p.sessions)):
        session = p.sessions[s]
        begin, end = p.rooms_at[session.rooms], p.rooms_at[session.rooms + 1]
        if session.needs_venue:
            for n in range(begin, end):
                value[n - begin] = room_cost(p, b, s, whole(p.rooms[n]))
            limit = NEVER
            if end - begin > most[s]:
                limit = np.partition(value[: end - begin], most[s])[most[s]]
                rest[s] = limit
            kept = 0
            for n in range(begin, end):
                is_near = value[n - begin] < limit and kept < most[s]
                kept += is_near
                if is_near or (p.rooms[n] == session.current_venue and value[n - begin] < NEVER):
                    venue[taken] = p.rooms[n]
                    venue_cost[taken] = value[n - begin]
                    taken += 1
        at[s + 1] = taken


@compiled
def _price_options(
    p: Arrays,
    b: Board,
    near: tuple[Longs, Int32s],
    cost_at: Longs,
    cost: Floats32,
    option_cost: Floats,
    homeless: Floats,
) -> None:
    """Fill in what options cost by themselves and with each near instructor, and what it costs to have no venue."""
    person_at, person = near
    for s in range(len(p.sessions)):
        session = p.sessions[s]
        for o in range(session.option, session.option_end):
            option_cost[o] = NEVER if time_mask(p, b, s, o) else float(time_alone(p, b, s, o))
            for k in range(person_at[s], person_at[s + 1]):
                at = cost_at[o] + k - person_at[s]
                cost[at] = AWAY
                if not instructor_blocks(p, b, s, o, whole(person[k])):
                    cost[at] = instructor_alone(p, b, s, o, whole(person[k]))
        homeless[s] = place_adds(p, b, s, session.option, session.place)
