"""Columns: the ways to place each session that cost little more than its best under given prices.

A plan that costs less than the bound plus some slack has, for each session, a column whose *regret* is at most that slack:
what the session's group costs at least with it, less what the group costs at least at all.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import Arrays, between, has_bit
from scheduling.engine.column_costs import column_costs
from scheduling.engine.compiling import compiled, unlocked
from scheduling.engine.dual import Dual
from scheduling.engine.groups import Groups
from scheduling.engine.index import NONE
from scheduling.engine.near import Near
from scheduling.engine.priced_rows import Rows
from scheduling.engine.reach import NEVER, Floats
from scheduling.engine.reduced import (
    CANNOT,
    Prices,
    Scratch,
    credit,
    leader_worth,
    option_price,
    price_session,
    rank_people,
    scratch_for,
)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """Ways to place sessions; option NONE leaves the session out. ``cost`` is of the parts that are not shared."""

    session: Ints
    option: Ints
    person: Ints
    venue: Ints
    cost: Ints
    regret: Floats

    def __len__(self) -> int:
        return len(self.session)

    def take(self, chosen: Ints | npt.NDArray[np.bool_]) -> "Columns":
        """Return some of the columns."""
        return Columns(*(a[chosen] for a in vars(self).values()))


def columns_within(dual: Dual, slack: float, most: int, threads: int = 1) -> tuple[Columns, float]:
    """Return columns with a regret of at most ``slack``, and the slack up to which they are all there are.

    Of a session with more than ``most`` only that many are returned.
    """
    with ThreadPoolExecutor(threads) as workers:
        found = list(workers.map(lambda part: _within(dual, slack, most, part), dual.groups.shares(threads)))
    tables = zip(*(vars(columns).values() for columns, _ in found), strict=True)
    columns = Columns(*(np.concatenate(table) for table in tables))
    return columns.take(np.lexsort((columns.regret, columns.session))), min(whole for _, whole in found)


def _within(dual: Dual, slack: float, most: int, part: tuple[int, int]) -> tuple[Columns, float]:
    """Return the columns of some groups, first .. last."""
    given = (
        dual.p,
        dual.near,
        dual.groups,
        dual.rows,
        dual.prices,
        scratch_for(dual.near, dual.groups),
        part,
    )
    ways, regret = np.zeros((0, 4), dtype=np.int64), np.zeros(0)
    count, rest = _emit(*given, slack, ways, regret, False)
    ways, regret = np.zeros((count, 4), dtype=np.int64), np.zeros(count)
    _emit(*given, slack, ways, regret, True)
    session, option, person, venue = (np.ascontiguousarray(ways[:, n]) for n in range(4))
    cost = column_costs(dual.p, dual.b, session, option, person, venue)
    columns = Columns(session, option, person, venue, cost, regret)
    columns = columns.take(_distinct(columns, len(dual.p.options)))
    kept = _varied(columns, most)
    dropped = columns.regret[~kept]
    return columns.take(kept), min(slack, rest, float(dropped.min(initial=np.inf)))


def _distinct(columns: Columns, options: int) -> Ints:
    """Return one of each way to place a session."""
    what = np.where(columns.option != NONE, columns.option, options + columns.session)
    people, venues = columns.person.max(initial=0) + 2, columns.venue.max(initial=0) + 2
    key = (what * people + columns.person + 1) * venues + columns.venue + 1
    return np.asarray(np.unique(key, return_index=True)[1])


def _varied(columns: Columns, most: int) -> npt.NDArray[np.bool_]:
    """Choose each session's best columns, and the best ones of each of its options and of its people."""
    span = int(columns.option.max(initial=0)) + 2
    kept = _rank(columns.session, columns.regret) < most
    kept |= _rank(columns.session * span + columns.option + 1, columns.regret) < max(1, most // 8)
    span = int(columns.person.max(initial=0)) + 2
    kept |= _rank(columns.session * span + columns.person + 1, columns.regret) < max(1, most // 16)
    return np.asarray(kept)


def _rank(keys: Ints, values: Floats) -> Ints:
    """Return how many with the same key have a smaller value (or the same and come first)."""
    order = np.lexsort((values, keys))
    ordered = keys[order]
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = np.arange(len(keys)) - np.searchsorted(ordered, ordered)
    return rank


@compiled
def _limits(groups: Groups, room: Scratch, g: int, slack: float, most: Floats) -> float:
    """Set up to which reduced cost each session's ways with each venue are wanted; returns the regret of the rest."""
    count = groups.session_at[g + 1] - groups.session_at[g]
    venues = groups.venue_at[g + 1] - groups.venue_at[g]
    best = room.best
    single, apart = NEVER * count, groups.weight[g]
    for v in range(venues + 1):
        total = 0.0
        for j in range(count):
            total += min(best[j, v], best[j, venues + 1])
        most[0, v] = total
        single = min(single, total)
    for j in range(count):
        apart += np.min(best[j, : venues + 2])
    least = min(single, apart)
    rest = most[0, venues] - least
    alone = np.copy(most[0, : venues + 1])
    for j in range(count):
        own = np.min(best[j, : venues + 2])
        rest = min(rest, apart - least + best[j, venues] - own)
        others = apart - own  # what the rest of the group costs at least, whatever this session does
        for v in range(venues + 1):
            others = min(others, alone[v] - min(best[j, v], best[j, venues + 1]))
            together = alone[v] - least
            if best[j, v] > best[j, venues + 1]:
                together += best[j, v] - best[j, venues + 1]
            most[j, v] = best[j, v] + slack - min(together, apart - least + best[j, v] - own)
        most[j, venues + 1] = slack + least - others
    return rest


@unlocked
def _emit(
    p: Arrays,
    near: Near,
    groups: Groups,
    rows: Rows,
    prices: Prices,
    room: Scratch,
    part: tuple[int, int],
    slack: float,
    ints: Ints,
    regrets: Floats,
    write: bool,
) -> tuple[int, float]:
    """Count the wanted columns of some groups, or write them."""
    count, rest = 0, NEVER
    most = np.zeros(room.best.shape)
    for g in range(*part):
        first, last = groups.session_at[g], groups.session_at[g + 1]
        for j in range(last - first):
            price_session(p, near, groups, rows, prices, room, g, j)
        rest = min(rest, _limits(groups, room, g, slack, most))
        for j in range(last - first):
            s = groups.session[first + j]
            if write:
                ints[count, 0], ints[count, 1], ints[count, 2], ints[count, 3] = s, NONE, NONE, NONE
            count = _emit_session(
                p, near, groups, rows, prices, room, (g, j), most[j], slack, ints, regrets, write, count + 1
            )
    return count, rest


@compiled
def _emit_session(
    p: Arrays,
    near: Near,
    groups: Groups,
    rows: Rows,
    prices: Prices,
    room: Scratch,
    at: tuple[int, int],
    most: Floats,
    slack: float,
    ints: Ints,
    regrets: Floats,
    write: bool,
    count: int,
) -> int:
    g, j = at
    s = groups.session[groups.session_at[g] + j]
    session = p.sessions[s]
    venue_list = groups.venue[groups.venue_at[g] : groups.venue_at[g + 1]]
    venues = len(venue_list)
    costs = groups.cost_at[g] + j * venues
    person = near.person[near.person_at[s] : near.person_at[s + 1]]
    worth = leader_worth(p, prices, s)
    credit(p, near, prices, s, worth, room.credits)
    room.far[:] = NEVER
    owed = session.duty < session.duty_end
    favourite = int(np.argmin(room.best[j, : venues + 2]))
    favourite = min(favourite, venues)
    for o in range(session.option, session.option_end):
        base = option_price(p, near, rows, prices, o)
        if base >= CANNOT:
            continue
        at_o = (rows.month[o], rows.week[o], rows.day[o], rows.moment[o], rows.moment_end[o])
        own = near.cost[near.cost_at[o] : near.cost_at[o + 1]]
        kept = rank_people(own, person, room.credits, room.far, prices.person, at_o, NEVER, room)
        day, moment, period = rows.venue_day[o], rows.venue_moment[o], p.options[o].period
        end = moment + rows.last[o] - rows.first[o]
        for v in range(venues + 1):
            if v < venues:
                if not session.needs_venue:
                    continue
                venue, limit = venue_list[v], most[v]
                there = base + groups.cost[costs + v] + prices.venue[venue, day]
                for m in range(moment, end):
                    there += prices.venue[venue, m]
                if there >= CANNOT or has_bit(p.closed, venue, period):
                    continue
                place = p.venues[venue].place
            else:
                venue, limit, place = NONE, most[venues + 1], session.place
                there = base + near.homeless[s]
            if owed and v == favourite:
                count = _emit_owed(
                    p,
                    room,
                    (s, o, venue),
                    there,
                    slack - limit,
                    kept,
                    ints,
                    regrets,
                    write,
                    count,
                )
            if there <= limit:
                count = _write((s, o, NONE, venue), slack - limit + there, ints, regrets, write, count)
            for n in range(kept):
                value = there + room.cost[n]
                if value > limit:
                    break
                who = room.who[n]
                value += p.weights[0].travel * between(p.half_km, p.instructors[who].home, place)
                if value <= limit:
                    count = _write((s, o, who, venue), slack - limit + value, ints, regrets, write, count)
    return count


@compiled
def _emit_owed(
    p: Arrays,
    room: Scratch,
    at: tuple[int, int, int],
    there: float,
    less: float,
    kept: int,
    ints: Ints,
    regrets: Floats,
    write: bool,
    count: int,
) -> int:
    """Emit those who owe a lesson however dear they are, up to what the lesson is worth: prices alone leave some to nobody."""
    s, o, venue = at
    place = p.venues[venue].place if venue >= 0 else p.sessions[s].place
    for n in range(kept):
        who = room.who[n]
        for m in range(p.sessions[s].duty, p.sessions[s].duty_end):
            d = p.duty_of[m]
            if p.duty_holder[d] == who:
                value = there + room.cost[n] + less
                value += p.weights[0].travel * between(p.half_km, p.instructors[who].home, place)
                if value <= p.weights[0].duty * p.duty_priority[d]:
                    count = _write((s, o, who, venue), max(0.0, value), ints, regrets, write, count)
                break
    return count


@compiled
def _write(
    column: tuple[int, int, int, int],
    regret: float,
    ints: Ints,
    regrets: Floats,
    write: bool,
    count: int,
) -> int:
    if write:
        s, o, who, venue = column
        ints[count, 0], ints[count, 1], ints[count, 2], ints[count, 3] = s, o, who, venue
        regrets[count] = regret
    return count + 1
