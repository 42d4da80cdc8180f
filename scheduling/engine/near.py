"""Near lists: for each session the instructors and venues that are cheapest by themselves, and what all others cost at least.

Prices only ever make an instructor or a venue dearer, but for leaders (a class may lack their hours) and for those who owe
a lesson. So leaders have a list of their own, and whoever owes one of a session's lessons is always near. "The rest" is
everybody else; by the triangle inequality nobody in it is cheaper at a place than ``rest`` less the way to that place.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import PIN_START, Arrays, Int32s, between, has_bit
from scheduling.engine.compiling import Struct, StructType, compiled, share
from scheduling.engine.index import NONE

Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

NEVER = 1e12  # the cost of what cannot be
AWAY = np.float32(1e9)


class NearType(StructType):
    """The type of Near in compiled code."""


class Near(Struct):
    """Near people and venues of the sessions; ``x_at[s] .. x_at[s + 1]`` are a session's marks."""

    person_at: npt.NDArray[np.int64]
    person: Int32s
    rest: Floats  # [session, 0 others | 1 leaders] at the session's own place, NEVER where there is no rest
    cost_at: npt.NDArray[np.int64]  # by option: where its people's costs begin
    cost: Floats32  # of a near person at an option, travel aside; AWAY where that cannot be
    venue_at: npt.NDArray[np.int64]
    venue: Int32s
    venue_cost: Floats32  # with class travel, overflow and change
    venue_rest: Floats  # by session


share(Near, NearType, __file__)


def near_of(p: Arrays, most_people: Int32s, most_venues: Int32s) -> Near:
    """Return lists of about so many people (and half as many leaders) and venues for each session."""
    count = len(p.sessions)
    person_at, venue_at = np.zeros(count + 1, dtype=np.int64), np.zeros(count + 1, dtype=np.int64)
    rest, venue_rest = np.full((count, 2), NEVER), np.full(count, NEVER)
    most = np.stack((most_people, np.maximum(2, most_people // 2)), axis=1).astype(np.int64)
    person = np.zeros(int(most.sum()) + len(p.duty_of) + count, dtype=np.int32)
    venue = np.zeros(int(most_venues.sum()) + count, dtype=np.int32)
    venue_cost = np.zeros(len(venue), dtype=np.float32)
    _choose_people(p, most, person_at, person, rest)
    _choose_venues(p, most_venues, venue_at, venue, venue_cost, venue_rest)
    sizes = np.diff(person_at)[p.options["session"]]
    cost_at = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    cost = np.zeros(int(cost_at[-1]), dtype=np.float32)
    _price_people(p, person_at, person, cost_at, cost)
    person, venue = person[: person_at[-1]].copy(), venue[: venue_at[-1]].copy()
    venue_cost = venue_cost[: venue_at[-1]].copy()
    return Near(
        person_at=person_at,
        person=person,
        rest=rest,
        cost_at=cost_at,
        cost=cost,
        venue_at=venue_at,
        venue=venue,
        venue_cost=venue_cost,
        venue_rest=venue_rest,
    )


@compiled
def own_cost(p: Arrays, s: int, who: int, rating: int) -> float:
    """Return what an instructor costs by themselves, travel and times aside."""
    session, weights = p.sessions[s], p.weights[0]
    cost = weights.quality * (100 - rating) + weights.fee * (
        p.instructors[who].fee * session.half_hours // 200
    )
    if session.current_instructor >= 0 and session.current_instructor != who:
        cost += weights.change
    return float(cost)


@compiled
def venue_own_cost(p: Arrays, s: int, v: int) -> float:
    """Return what a venue costs by itself: use, class travel, overflow, change; NEVER where it is too small."""
    session, weights = p.sessions[s], p.weights[0]
    cost = weights.venue_cost * p.venues[v].cost + class_travel(p, s, p.venues[v].place)
    over = session.heads - p.venues[v].capacity
    if over > 0:
        if weights.overflow < 0:
            return NEVER
        cost += weights.overflow * over
    if session.current_venue >= 0 and session.current_venue != v:
        cost += weights.change
    return float(cost)


@compiled
def class_travel(p: Arrays, s: int, place: int) -> int:
    """Return what it costs the session's classes to go to a place."""
    total = 0
    for n in range(p.sessions[s].klass, p.sessions[s].klass_end):
        total += between(p.half_km, p.class_home[p.class_of[n]], place)
    return p.weights[0].class_travel * total


@compiled
def _is_owed(p: Arrays, s: int, who: int) -> bool:
    found = False
    for n in range(p.sessions[s].duty, p.sessions[s].duty_end):
        found = found or p.duty_holder[p.duty_of[n]] == who
    return found


@compiled
def _choose_people(
    p: Arrays, most: npt.NDArray[np.int64], at: npt.NDArray[np.int64], person: Int32s, rest: Floats
) -> None:
    value = np.zeros(len(p.instructors))
    taken = 0
    for s in range(len(p.sessions)):
        session = p.sessions[s]
        begin, end = p.people_at[session.people], p.people_at[session.people + 1]
        if session.needs_instructor:
            for kind in range(2):
                count = 0
                for n in range(begin, end):
                    who = p.people[n]
                    if p.instructors[who].leads == kind:
                        way = p.weights[0].travel * between(p.half_km, p.instructors[who].home, session.place)
                        value[count] = own_cost(p, s, who, p.rating[n]) + way
                        count += 1
                limit = NEVER
                if count > most[s, kind]:
                    limit = np.partition(value[:count], most[s, kind])[most[s, kind]]
                    rest[s, kind] = limit
                kept = 0
                for n in range(begin, end):
                    who = p.people[n]
                    if p.instructors[who].leads == kind:
                        way = p.weights[0].travel * between(p.half_km, p.instructors[who].home, session.place)
                        is_near = own_cost(p, s, who, p.rating[n]) + way < limit and kept < most[s, kind]
                        kept += is_near
                        if is_near or who == session.current_instructor or _is_owed(p, s, who):
                            person[taken] = who
                            taken += 1
        at[s + 1] = taken


@compiled
def _choose_venues(
    p: Arrays,
    most: Int32s,
    at: npt.NDArray[np.int64],
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
                value[n - begin] = venue_own_cost(p, s, p.rooms[n])
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
def option_cost(p: Arrays, o: int) -> float:
    """Return what an option costs by itself, NEVER where a pin forbids it."""
    option = p.options[o]
    session = p.sessions[option.session]
    is_current = session.has_current != 0 and session.current_start == option.begin
    if session.pins & PIN_START and not is_current:
        return NEVER
    return float(p.weights[0].change) if session.has_current and not is_current else 0.0


@compiled
def rating_of(p: Arrays, s: int, who: int) -> int:
    """Return the rating of an instructor on the session's list; NONE where they are not on it."""
    begin, end = p.people_at[p.sessions[s].people], p.people_at[p.sessions[s].people + 1]
    n = begin + np.searchsorted(p.people[begin:end], who)
    return p.rating[n] if n < end and p.people[n] == who else NONE


@compiled
def _price_people(
    p: Arrays,
    person_at: npt.NDArray[np.int64],
    person: Int32s,
    cost_at: npt.NDArray[np.int64],
    cost: Floats32,
) -> None:
    for s in range(len(p.sessions)):
        for k in range(person_at[s], person_at[s + 1]):
            who = person[k]
            own = own_cost(p, s, who, rating_of(p, s, who))
            for o in range(p.sessions[s].option, p.sessions[s].option_end):
                at = cost_at[o] + k - person_at[s]
                period = p.options[o].period
                cost[at] = own + (p.weights[0].avoid if has_bit(p.avoids, who, period) else 0)
                if has_bit(p.away, who, period) or p.instructors[who].max_day == 0:
                    cost[at] = AWAY
