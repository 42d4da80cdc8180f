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
    blocks: Floats32,
    at: tuple[int, int, int, int, int],
    cost: Floats,
    who: Int32s,
) -> int:
    """Fill in which of some instructors can be had at an option, cheapest first, travel aside; returns how many.

    ``at`` has the option's month, week, day, first moment and end of moments in the instructors' blocks of prices.
    """
    month, week, day, begin, end = at
    kept = 0
    for k in range(len(person)):
        if own[k] >= AWAY:
            continue
        i = person[k]
        value = credits[k] + own[k] + blocks[i, month] + blocks[i, week] + blocks[i, day]
        for m in range(begin, end):
            value += blocks[i, m]
        n = kept
        while n > 0 and cost[n - 1] > value:
            cost[n], who[n] = cost[n - 1], who[n - 1]
            n -= 1
        cost[n], who[n] = value, i
        kept += 1
    return kept


@compiled
def cheapest_at(
    ways: Int32s, travel: float, homes: Int32s, cost: Floats, who: Int32s, kept: int, nobody: float
) -> tuple[float, int]:
    """Return the least cost of teaching somewhere, and by whom; ``cost`` ascends and the way there adds to it."""
    least, by = nobody, NONE
    for n in range(kept):
        if cost[n] >= least:
            break
        home = homes[n]
        value = cost[n] + (travel * ways[home] if home >= 0 else 0.0)
        if value < least:
            least, by = value, who[n]
    return least, by


@compiled
def rest_at(others: float, leaders: float, floor: Floats, way: float, worth: float) -> float:
    """Return what anybody who is not near costs at least, so far from the session's own place."""
    least = NEVER
    if others < CANNOT:
        least = max(floor[0], others - way)
    if leaders < CANNOT:
        least = min(least, max(floor[1], leaders - way) - worth)
    return least


class ScratchType(StructType):
    """The type of Scratch in compiled code."""


class Scratch(Struct):
    """Room to work in for one thread; ``best`` and the like are by session of a group, and venue: then the rest, then none."""

    credits: Floats
    cost: Floats
    who: Int32s
    homes: Int32s
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
        cost=np.zeros(people),
        who=ints(people),
        homes=ints(people),
        there=np.zeros(places),
        who_there=ints(places),
        best=np.zeros((sessions, venues)),
        option=ints(sessions, venues),
        person=ints(sessions, venues),
        short=ints(sessions, venues),
        short_there=ints(places),
    )


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
    others, leaders, floor = near.rest[s, 0], near.rest[s, 1], near.floor[s]
    cost, who, homes, there, who_there = room.cost, room.who, room.homes, room.there, room.who_there
    credit(p, near, prices, s, worth, room.credits)
    homeless = near.homeless[s]
    nowhere = np.zeros(len(p.half_km) + 1, dtype=np.int32)
    half_km, instructors, closed = p.half_km, p.instructors, p.closed
    person_prices, venue_prices, costs, costs_at = prices.person, prices.venue, near.cost, near.cost_at
    credits = room.credits
    for o in range(session.option, session.option_end):
        base = option_price(p, near, rows, prices, o)
        if base >= CANNOT:
            continue
        at = (rows.month[o], rows.week[o], rows.day[o], rows.moment[o], rows.moment_end[o])
        own = costs[costs_at[o] : costs_at[o + 1]]
        kept = rank_people(own, person, credits, person_prices, at, cost, who)
        for n in range(kept):
            homes[n] = instructors[who[n]].home
        for q in range(places + 1):
            place = own_place if q == places else place_list[q]
            ways = half_km[place] if place >= 0 else nowhere
            least, by = cheapest_at(ways, travel, homes, cost, who, kept, 0.0)
            if session.needs_instructor:
                way = NEVER if own_place < 0 or place < 0 else travel * (ways[own_place] + 1.0)
                rest = rest_at(others, leaders, floor, 0.0 if own_place == place else way, worth)
                short_there[q] = rest < least
                least = min(least, rest)
            there[q], who_there[q] = least, by
            if q == places and base + homeless + least < best[venues + 1]:
                best[venues + 1] = base + homeless + least
                best_option[venues + 1], best_person[venues + 1] = o, by
                best_short[venues + 1] = short_there[q]
        if not session.needs_venue:
            continue
        day, moment, period = rows.venue_day[o], rows.venue_moment[o], p.options[o].period
        end = moment + rows.last[o] - rows.first[o]
        for v in range(venues):
            value = base + venue_cost[v] + there[venue_place[v]]
            if value < best[v]:
                venue = venue_list[v]
                value += venue_prices[venue, day]
                for m in range(moment, end):
                    value += venue_prices[venue, m]
                if value < best[v] and not has_bit(closed, venue, period):
                    best[v] = value
                    best_option[v], best_person[v] = o, who_there[venue_place[v]]
                    best_short[v] = short_there[venue_place[v]]
        if near.venue_rest[s] < CANNOT:
            least = min(0.0, cost[0]) if kept else 0.0
            least = min(least, rest_at(others, leaders, floor, NEVER, worth))
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
