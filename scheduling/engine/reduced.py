"""Reduced costs: what each group of sessions costs at least under given prices, compiled.

For any prices the sum over the groups, with what the prices themselves are worth, is a lower bound over all plans: rules
that have no price here are only left out. Prices are kept as they are and added up in double precision.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, Int32s, has_bit
from scheduling.engine.compiling import Struct, StructType, compiled, share, unlocked
from scheduling.engine.groups import Groups
from scheduling.engine.index import NONE
from scheduling.engine.near import AWAY, Near
from scheduling.engine.priced_rows import Rows
from scheduling.engine.reach import NEVER, Floats, Floats32

MORE_PEOPLE, MORE_VENUES = 1, 2
CANNOT = 1e11  # anything from here on cannot be


class PricesType(StructType):
    """The type of Prices in compiled code."""


class Prices(Struct):
    """Prices of the rows, none below 0."""

    person: Floats32  # [instructor, position]
    venue: Floats32  # [venue, position]
    resource: Floats32  # [resource, moment]
    classes: Floats32  # of the classes' own moments
    leader: Floats32  # by class: what a lesson by a leader is worth to it
    duty: Floats32  # by duty: what a lesson is worth


share(Prices, PricesType, __file__)


class ChosenType(StructType):
    """The type of Chosen in compiled code."""


class Chosen(Struct):
    """The cheapest choice of each session: option, instructor and venue, NONE each where it has none."""

    option: Int32s
    person: Int32s
    venue: Int32s
    short: Int32s  # by session: MORE_PEOPLE or MORE_VENUES where somebody or something that is not near may be cheaper
    cost: Floats  # by group: its least reduced cost


share(Chosen, ChosenType, __file__)


class ScratchType(StructType):
    """The type of Scratch in compiled code."""


class Scratch(Struct):
    """Room to work in for one thread; ``best`` and the like are by session of a group, and venue: then the rest, then none."""

    credits: Floats
    far: Floats
    value: Floats
    which: Int32s
    cost: Floats
    who: Int32s
    homes: Int32s
    venues: Int32s
    rest: Floats
    there: Floats
    who_there: Int32s
    best: npt.NDArray[np.float64]
    option: Int32s
    person: Int32s
    short: Int32s
    short_there: Int32s


share(Scratch, ScratchType, __file__)


def scratch_for(near: Near, groups: Groups) -> Scratch:
    """Return enough room for any group."""
    most = [
        int(np.diff(at).max(initial=0))
        for at in (near.person_at, groups.venue_at, groups.place_at, groups.session_at)
    ]
    people, venues, places, sessions = most[0] + 1, most[1] + 2, most[2] + 1, most[3]

    def ints(*shape: int) -> Int32s:
        return np.zeros(shape, dtype=np.int32)

    return Scratch(
        credits=np.zeros(people),
        far=np.zeros(people),
        value=np.zeros(max(people, venues)),
        which=ints(people),
        cost=np.zeros(people),
        who=ints(people),
        homes=ints(people),
        venues=ints(venues),
        rest=np.zeros(places),
        there=np.zeros(places),
        who_there=ints(places),
        best=np.zeros((sessions, venues)),
        option=ints(sessions, venues),
        person=ints(sessions, venues),
        short=ints(sessions, venues),
        short_there=ints(places),
    )


@compiled
def out_cost(p: Arrays, s: int) -> float:
    """Return what leaving a session out costs: nothing, less what its classes' leaders may then be spared."""
    session, cost = p.sessions[s], 0
    for n in range(session.klass, session.klass_end):
        percent = p.class_percent[p.class_of[n]]
        cost -= p.weights[0].leader_share * ((percent * session.half_hours + 199) // 200)
    return float(cost)


@compiled
def option_price(p: Arrays, near: Near, rows: Rows, prices: Prices, o: int) -> float:
    """Return what an option costs whoever teaches it wherever, with the prices of its classes' time and its resources."""
    cost = near.option_cost[o]
    session = p.sessions[p.options[o].session]
    for n in range(rows.class_at[o], rows.class_at[o + 1]):
        for m in range(rows.class_first[n], rows.class_last[n]):
            cost += prices.classes[m]
    for n in range(session.use, session.use_end):
        for m in range(rows.first[o], rows.last[o]):
            cost += p.use_amount[n] * prices.resource[p.use_resource[n], m]
    return cost


@compiled
def leader_worth(p: Arrays, prices: Prices, s: int) -> float:
    """Return what a leader in a session is worth to its classes."""
    worth = 0.0
    for n in range(p.sessions[s].klass, p.sessions[s].klass_end):
        worth += prices.leader[p.class_of[n]]
    return worth


@compiled
def credit(p: Arrays, near: Near, prices: Prices, s: int, worth: float, credits: Floats) -> None:
    """Set what each near instructor costs at any option: the price of one more session, less duty and leader's worth."""
    first = near.person_at[s]
    for k in range(near.person_at[s + 1] - first):
        who = near.person[first + k]
        credits[k] = np.float64(prices.person[who, 0]) - (worth if p.instructors[who].leads else 0.0)
    for n in range(p.sessions[s].duty, p.sessions[s].duty_end):
        d = p.duty_of[n]
        if prices.duty[d] > 0:
            for k in range(near.person_at[s + 1] - first):
                if near.person[first + k] == p.duty_holder[d]:
                    credits[k] -= prices.duty[d]


@compiled
def rank_people(
    own: Floats32,
    person: Int32s,
    credits: Floats,
    far: Floats,
    blocks: Floats32,
    at: tuple[int, int, int, int, int],
    limit: float,
    room: Scratch,
) -> int:
    """Fill in who of some instructors can be had at an option, cheapest first, travel aside; returns how many.

    ``at`` has the option's month, week, day, first moment and end of moments in the instructors' blocks of prices.
    Left out is who costs more than ``limit``, and who costs more than somebody else does with the farthest way, ``far``.
    Prices are read first and compared later: what is compared next must not wait for memory.
    """
    month, week, day, begin, end = at
    value, which, cost, who = room.value, room.which, room.cost, room.who
    count = 0
    for k in range(len(person)):
        if own[k] < AWAY:
            i = person[k]
            total = credits[k] + own[k] + blocks[i, month] + blocks[i, week] + blocks[i, day]
            for m in range(begin, end):
                total += blocks[i, m]
            value[count], which[count] = total, k
            count += 1
    for n in range(count):
        limit = min(limit, value[n] + far[which[n]])
    kept = 0
    for m in range(count):
        if value[m] > limit:
            continue
        n = kept
        while n > 0 and cost[n - 1] > value[m]:
            cost[n], who[n] = cost[n - 1], who[n - 1]
            n -= 1
        cost[n], who[n] = value[m], person[which[m]]
        kept += 1
    return kept


@compiled
def set_far(p: Arrays, person: Int32s, own_place: int, places: Int32s, far: Floats) -> None:
    """Set what the way from some instructors' homes to any of some places, or to their own, costs at most."""
    travel, most = float(p.weights[0].travel), 0
    for q in range(len(places) if own_place >= 0 else 0):
        if places[q] >= 0:
            most = max(most, p.half_km[own_place, places[q]])
    for k in range(len(person)):
        home = p.instructors[person[k]].home
        if home < 0:
            far[k] = 0.0
        elif own_place < 0:
            far[k] = NEVER
        else:
            far[k] = travel * (p.half_km[own_place, home] + most + 1.0)


@compiled
def cheapest_at(half_km: Int32s, place: int, travel: float, room: Scratch, kept: int) -> tuple[float, int]:
    """Return the least cost of teaching somewhere, and by whom (nobody: 0); ``room.cost`` ascends and the way adds to it."""
    least, by = 0.0, NONE
    for n in range(kept):
        value, home = room.cost[n], room.homes[n]
        if value >= least:
            break
        if home >= 0 and place >= 0:
            value += travel * half_km[home, place]
        if value < least:
            least, by = value, room.who[n]
    return least, by


@compiled
def rest_at(near: Near, s: int, way: float, worth: float) -> float:
    """Return what anybody who is not near costs at least, so far from the session's own place."""
    least = NEVER
    if near.rest[s, 0] < CANNOT:
        least = max(near.floor[s, 0], near.rest[s, 0] - way)
    if near.rest[s, 1] < CANNOT:
        least = min(least, max(near.floor[s, 1], near.rest[s, 1] - way) - worth)
    return least


@compiled
def set_rest(p: Arrays, near: Near, s: int, places: Int32s, worth: float, rest: Floats) -> None:
    """Set what anybody who is not near costs at least at each of some places; at the session's own, the last of all."""
    own, travel = p.sessions[s].place, float(p.weights[0].travel)
    for q in range(len(places)):
        way = 0.0 if places[q] == own else NEVER
        if way > 0 and own >= 0 and places[q] >= 0:
            way = travel * (p.half_km[own, places[q]] + 1.0)
        rest[q] = rest_at(near, s, way, worth)
    rest[len(places)] = rest_at(near, s, 0.0, worth)


@compiled
def price_session(
    p: Arrays, near: Near, groups: Groups, rows: Rows, prices: Prices, room: Scratch, g: int, j: int
) -> None:
    s = groups.session[groups.session_at[g] + j]
    session = p.sessions[s]
    venue_list = groups.venue[groups.venue_at[g] : groups.venue_at[g + 1]]
    venue_place = groups.venue_place[groups.venue_at[g] : groups.venue_at[g + 1]]
    place_list = groups.place[groups.place_at[g] : groups.place_at[g + 1]]
    venues, places = len(venue_list), len(place_list) if session.needs_venue else 0
    venue_cost = groups.cost[groups.cost_at[g] + j * venues : groups.cost_at[g] + (j + 1) * venues]
    person = near.person[near.person_at[s] : near.person_at[s + 1]]
    best, best_option, best_person, best_short = room.best[j], room.option[j], room.person[j], room.short[j]
    best_short[:] = 0
    best_short[venues] = MORE_VENUES
    short_there = room.short_there
    best[: venues + 1] = NEVER
    best[venues + 1] = out_cost(p, s)
    best_option[venues + 1] = best_person[venues + 1] = NONE
    worth, travel, own_place = leader_worth(p, prices, s), float(p.weights[0].travel), session.place
    rest = room.rest
    cost, who, homes, there, who_there = room.cost, room.who, room.homes, room.there, room.who_there
    credit(p, near, prices, s, worth, room.credits)
    set_far(p, person, own_place, place_list[:places], room.far)
    rest[: places + 1] = NEVER
    if session.needs_instructor:
        set_rest(p, near, s, place_list[:places], worth, rest)
    homeless = near.homeless[s]
    half_km, instructors, closed = p.half_km, p.instructors, p.closed
    venue_prices, costs, costs_at = prices.venue, near.cost, near.cost_at
    for o in range(session.option, session.option_end):
        base = option_price(p, near, rows, prices, o)
        if base >= CANNOT:
            continue
        at = (rows.month[o], rows.week[o], rows.day[o], rows.moment[o], rows.moment_end[o])
        own = costs[costs_at[o] : costs_at[o + 1]]
        kept = rank_people(own, person, room.credits, room.far, prices.person, at, 0.0, room)
        for n in range(kept):
            homes[n] = instructors[who[n]].home
        for q in range(places + 1):
            place = own_place if q == places else place_list[q]
            least, by = cheapest_at(half_km, place, travel, room, kept)
            short_there[q] = rest[q] < least
            least = min(least, rest[q])
            there[q], who_there[q] = least, by
            if q == places and base + homeless + least < best[venues + 1]:
                best[venues + 1] = base + homeless + least
                best_option[venues + 1], best_person[venues + 1] = o, by
                best_short[venues + 1] = short_there[q]
        if not session.needs_venue:
            continue
        day, moment, period = rows.venue_day[o], rows.venue_moment[o], p.options[o].period
        end = moment + rows.last[o] - rows.first[o]
        count = 0
        for v in range(venues):
            if base + venue_cost[v] + there[venue_place[v]] < best[v]:
                venue = venue_list[v]
                value = np.float64(venue_prices[venue, day])
                for m in range(moment, end):
                    value += venue_prices[venue, m]
                room.venues[count], room.value[count] = v, value
                count += 1
        for n in range(count):
            v = room.venues[n]
            value = room.value[n] + base + venue_cost[v] + there[venue_place[v]]
            if value < best[v] and not has_bit(closed, venue_list[v], period):
                best[v] = value
                best_option[v], best_person[v] = o, who_there[venue_place[v]]
                best_short[v] = short_there[venue_place[v]]
        if near.venue_rest[s] < CANNOT:
            least = min(0.0, cost[0]) if kept else 0.0
            least = min(least, rest_at(near, s, NEVER, worth))
            best[venues] = min(best[venues], base + near.venue_rest[s] + least)


@unlocked
def price_groups(
    p: Arrays,
    near: Near,
    groups: Groups,
    rows: Rows,
    prices: Prices,
    chosen: Chosen,
    room: Scratch,
    begin: int,
    end: int,
) -> None:
    """Fill in the cheapest choices of the groups ``begin .. end``."""
    for g in range(begin, end):
        count = groups.session_at[g + 1] - groups.session_at[g]
        for j in range(count):
            price_session(p, near, groups, rows, prices, room, g, j)
        venues = groups.venue_at[g + 1] - groups.venue_at[g]
        _settle(groups, chosen, g, count, venues, room)


@compiled
def _settle(
    groups: Groups,
    chosen: Chosen,
    g: int,
    count: int,
    venues: int,
    room: Scratch,
) -> None:
    """Choose one venue for all, or for each session its own: two venues or more cost at least one more venue."""
    best = room.best
    single, single_v = NEVER * count, 0
    for v in range(venues + 1):
        total = 0.0
        for j in range(count):
            total += min(best[j, v], best[j, venues + 1])
        if total < single:
            single, single_v = total, v
    apart = groups.weight[g]
    for j in range(count):
        apart += np.min(best[j, : venues + 2])
    chosen.cost[g] = min(single, apart)
    for j in range(count):
        s = groups.session[groups.session_at[g] + j]
        v = single_v
        if apart < single:
            v = int(np.argmin(best[j, : venues + 1]))
        chosen.short[s] = room.short[j, v]
        if best[j, venues + 1] < best[j, v] or best[j, v] >= CANNOT:
            v = venues + 1
        elif v == venues:  # nobody and nothing near: the nearest stands for the rest
            v = int(np.argmin(best[j, :venues]))
            if best[j, v] >= CANNOT:
                v = venues + 1
        chosen.option[s] = room.option[j, v]
        chosen.person[s] = room.person[j, v]
        chosen.venue[s] = groups.venue[groups.venue_at[g] + v] if v < venues else NONE
