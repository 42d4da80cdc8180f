"""Times first, compiled: annealing the periods of sessions on a grid, while rooms are only counted.

Which room a session gets hardly matters to its time, but at low heat a full room or a second room of a series stands in the
way of nearly every change. So sessions are given times without seats: for each set of rooms that is the cheapest for
somebody, no more sessions that want one of these may meet at a period than there are (Hall's condition; where one set holds
the other, as with sizes of rooms, it is enough for all to get a cheapest room). ``seat`` then gives out the rooms, and
annealing with rooms settles what that costs.

A change is a session that goes to another period, or a chain: rivals at two periods change places, begun by one or by two.
There are no clashes before and none afterwards. A sheet is used here without its seats and rooms.
"""

from typing import NamedTuple

import numpy as np

from scheduling.engine.anneal_chain import (
    BEST,
    CHAIN,
    COST,
    FROM_THERE,
    KNOWN,
    LONGEST,
    NEAR,
    REFUSED,
    STAMP,
    TAKEN,
    TO_THERE,
    Search,
    classes_change,
    goes,
    takes,
)
from scheduling.engine.anneal_grid import FORBIDDEN, Grid, lists_of
from scheduling.engine.anneal_moves import below, draw, is_own
from scheduling.engine.anneal_sheet import Sheet, days_change, shift, shift_price, sit
from scheduling.engine.compiling import compiled, weave, woven
from scheduling.engine.index import NONE, Ints

LISTED = LONGEST + 1  # room for the list of a chain
GOING, COMING = range(
    2
)  # in ``rows``: sessions of a chain that go to the other period, and that come from there

Pair = tuple[int, int]
Ends = tuple[int, int, int]


class Crowd(NamedTuple):
    """Who is at each period, and how many of them want one of the same rooms."""

    size: Ints  # [period]: sessions
    who: Ints  # [period, n]: a session
    at: Ints  # of each session: its n
    taken: Ints  # [period, set]: sessions that want a room of a set
    set_at: Ints
    sets: Ints  # of a kind: the sets of rooms that hold all of its cheapest
    limit: Ints  # [period, set]: rooms that are open
    more: Ints  # [set]: 0, but while a chain is looked at


def empty_crowd(g: Grid) -> Crowd:
    """Return a crowd of nobody."""
    periods, rooms = g.is_open.shape
    wanted = g.room_price == g.room_price.min(axis=1, keepdims=True)
    sizes = np.bincount(g.kind, minlength=len(wanted))
    within, limits = [], []
    for row in np.unique(np.vstack((wanted, np.ones((1, rooms), dtype=np.bool_))), axis=0):
        inside, open_rooms = ~(wanted & ~row).any(axis=1), (g.is_open[:, row] != 0).sum(axis=1)
        if sizes[inside].sum() > open_rooms.min():
            within.append(inside)
            limits.append(open_rooms)
    set_at, sets = lists_of([[n for n, inside in enumerate(within) if inside[k]] for k in range(len(wanted))])
    return Crowd(
        size=np.zeros(periods, dtype=np.int64),
        who=np.full((periods, len(g.kind)), NONE, dtype=np.int64),
        at=np.full(len(g.kind), NONE, dtype=np.int64),
        taken=np.zeros((periods, len(within)), dtype=np.int64),
        set_at=set_at,
        sets=sets,
        limit=np.array(limits, dtype=np.int64).reshape(len(within), periods).T.copy(),
        more=np.zeros(len(within), dtype=np.int64),
    )


@compiled
def gather(g: Grid, t: Sheet, c: Crowd) -> None:
    """Take over who is when from a sheet."""
    c.size[:] = 0
    c.taken[:] = 0
    for s in range(len(g.kind)):
        _enter(g, c, s, t.period[s])


@woven
def _enter(g: Grid, c: Crowd, s: int, period: int) -> None:
    k = g.kind[s]
    c.at[s] = c.size[period]
    c.who[period, c.size[period]] = s
    c.size[period] += 1
    for mark in range(c.set_at[k], c.set_at[k + 1]):
        c.taken[period, c.sets[mark]] += 1


@woven
def _leave(g: Grid, c: Crowd, s: int, period: int) -> None:
    k = g.kind[s]
    c.size[period] -= 1
    last = c.who[period, c.size[period]]
    c.who[period, c.at[s]] = last
    c.at[last] = c.at[s]
    for mark in range(c.set_at[k], c.set_at[k + 1]):
        c.taken[period, c.sets[mark]] -= 1


@woven
def _go(g: Grid, t: Sheet, c: Crowd, s: int, periods: Pair) -> int:
    """Take a session from a period to another one; return what that costs."""
    found = shift(g, t, s, periods[0], periods[1])
    t.period[s] = periods[1]
    _leave(g, c, s, periods[0])
    _enter(g, c, s, periods[1])
    return found


@weave
def anneal_times(g: Grid, t: Sheet, c: Crowd, search: Search, steps: int, heat: float) -> None:
    """Try so many moves of times at one heat. The GIL is free meanwhile."""
    numbers, random, sessions = search.numbers, search.random, len(g.kind)
    for change in range(KNOWN):
        search.chances[change] = np.exp(-change / heat)
    for _ in range(steps):
        bits = draw(random)
        change = _step(g, t, c, search, below(bits, sessions), bits >> np.uint64(16))
        if change == REFUSED:
            continue
        numbers[COST] += change
        numbers[TAKEN] += 1
        if numbers[COST] < numbers[BEST]:
            numbers[BEST] = numbers[COST]
            for n in range(sessions):  # a slice would be copied
                search.best_period[n] = t.period[n]


@woven
def _step(g: Grid, t: Sheet, c: Crowd, search: Search, s: int, bits: np.uint64) -> int:
    """Try one move of a session."""
    k, period = g.kind[s], t.period[s]
    other = g.periods[g.period_at[k] + below(bits, g.period_at[k + 1] - g.period_at[k])]
    share = np.int64((bits >> np.uint64(16)) & np.uint64(0xFFFF))
    if other == period:
        return REFUSED
    luck = (np.float64(draw(search.random) >> np.uint64(12)) + 1.0) / 4503599627370497.0
    if t.rivals_at[other, k] > 0:
        if share >= search.mix[CHAIN] or is_own(g, t, k, other):
            return REFUSED
        return _interchange(g, t, c, search, (s, NONE, other), luck)
    if share >= search.mix[NEAR] or not _has_room(c, k, other):
        return _trade(g, t, c, search, (s, NONE, other), luck)
    if not takes(search.chances, shift_price(g, t, k, period, other), luck):
        return REFUSED
    return _go(g, t, c, s, (period, other))


@woven
def _trade(g: Grid, t: Sheet, c: Crowd, search: Search, ends: Ends, luck: float) -> int:
    """Let a session change places with somebody at another period."""
    s, _, other = ends
    if c.size[other] == 0:
        return REFUSED
    beside = c.who[other, below(draw(search.random), c.size[other])]
    k = g.kind[beside]
    if g.series[k] == g.series[g.kind[s]] or g.may[k, t.period[s]] == 0:
        return REFUSED
    return _interchange(g, t, c, search, (s, beside, other), luck)


@woven
def _has_room(c: Crowd, k: int, period: int) -> bool:
    """Whether one more of a kind finds a room at a period."""
    for mark in range(c.set_at[k], c.set_at[k + 1]):
        if c.taken[period, c.sets[mark]] >= c.limit[period, c.sets[mark]]:
            return False
    return True


@woven
def _interchange(g: Grid, t: Sheet, c: Crowd, search: Search, ends: Ends, luck: float) -> int:
    """Let a session go to another period, maybe one come from there, and their rivals with them so that nobody clashes."""
    rows, period, other = search.rows, t.period[ends[0]], ends[2]
    going, coming = _closure(g, t, rows, ends)
    if going == 0 or not _all_have_room(g, c, rows, (period, other), (going, coming)):
        return REFUSED
    found = _price(g, t, search, (period, other), (going, coming))
    if found == REFUSED or not takes(search.chances, found, luck):
        return REFUSED
    for n in range(going):
        _go(g, t, c, rows[GOING, n], (period, other))
    for n in range(coming):
        _go(g, t, c, rows[COMING, n], (other, period))
    return found


@woven
def _closure(g: Grid, t: Sheet, rows: Ints, ends: Ends) -> Pair:
    """List who goes and who comes so that nobody clashes, and return how many, none where it cannot be."""
    period, other = t.period[ends[0]], ends[2]
    rows[GOING, 0], rows[COMING, 0] = ends[0], ends[1]
    going, coming, gone, come = 1, 0 if ends[1] == NONE else 1, 0, 0
    while gone < going or come < coming:
        if gone < going:
            coming = _add_rivals(g, t, rows, COMING, coming, (g.kind[rows[GOING, gone]], other, period))
            gone += 1
        else:
            going = _add_rivals(g, t, rows, GOING, going, (g.kind[rows[COMING, come]], period, other))
            come += 1
        if going > LONGEST or coming > LONGEST:
            return 0, 0
    return going, coming


@woven
def _add_rivals(g: Grid, t: Sheet, rows: Ints, side: int, count: int, whom: Ends) -> int:
    """List the rivals of a kind at a period who have to go to the other; more than LONGEST where one cannot."""
    k, period, other = whom
    if t.rivals_at[period, k] == 0:
        return count
    for mark in range(g.group_at[k], g.group_at[k + 1]):
        rival = t.held[g.groups[mark], period] - 1
        if rival < 0:
            continue
        is_listed = False
        for n in range(count):
            is_listed |= rows[side, n] == rival
        if not is_listed:
            if count >= LONGEST or g.may[g.kind[rival], other] == 0:
                return LONGEST + 1
            rows[side, count] = rival
            count += 1
    return count


@woven
def _all_have_room(g: Grid, c: Crowd, rows: Ints, periods: Pair, counts: Pair) -> bool:
    """Whether everyone finds a room after a chain, wherever it brings more who want the same."""
    for n in range(counts[GOING]):
        _tell(g, c, rows[GOING, n], 1)
    for n in range(counts[COMING]):
        _tell(g, c, rows[COMING, n], -1)
    fits = True
    for side in range(2):
        for n in range(counts[side]):
            k = g.kind[rows[side, n]]
            for mark in range(c.set_at[k], c.set_at[k + 1]):
                which = c.sets[mark]
                more, c.more[which] = c.more[which], 0
                if more != 0:
                    into = periods[1] if more > 0 else periods[0]
                    fits &= c.taken[into, which] + abs(more) <= c.limit[into, which]
    return fits


@woven
def _tell(g: Grid, c: Crowd, s: int, sign: int) -> None:
    k = g.kind[s]
    for mark in range(c.set_at[k], c.set_at[k + 1]):
        c.more[c.sets[mark]] += sign


@woven
def _price(g: Grid, t: Sheet, search: Search, periods: Pair, counts: Pair) -> int:
    """Return what a chain costs; REFUSED where two of a series would go the same way."""
    rows, (period, other) = search.rows, periods
    found = np.int64(0)
    search.numbers[STAMP] += 4
    for n in range(counts[GOING]):
        k = g.kind[rows[GOING, n]]
        if not goes(search, g.series[k], TO_THERE):
            return REFUSED
        found += classes_change(g, t, k, period, other)
    for n in range(counts[COMING]):
        k = g.kind[rows[COMING, n]]
        if not goes(search, g.series[k], FROM_THERE):
            return REFUSED
        found += classes_change(g, t, k, other, period)
    return int(found) + _days(g, t, search, periods, counts)


@woven
def _days(g: Grid, t: Sheet, search: Search, periods: Pair, counts: Pair) -> int:
    """Return the price of the days that series miss after a chain; those that go both ways keep theirs."""
    rows, stamp, found = search.rows, search.numbers[STAMP], 0
    day, there = g.day[periods[0]], g.day[periods[1]]
    if day == there:
        return found
    for n in range(counts[GOING]):
        series = g.series[g.kind[rows[GOING, n]]]
        if search.seen[series] == stamp + TO_THERE:
            found += days_change(g, t, series, day, there)
    for n in range(counts[COMING]):
        series = g.series[g.kind[rows[COMING, n]]]
        if search.seen[series] == stamp + FROM_THERE:
            found += days_change(g, t, series, there, day)
    return found


@compiled
def seat(g: Grid, t: Sheet, periods: Ints, order: Ints) -> bool:
    """Give everyone on an empty sheet a seat at a period, the cheapest that is left in this order; False where none is left."""
    for s in order:
        k, room, best = g.kind[s], NONE, np.int64(FORBIDDEN)
        series = g.series[k]
        for at in range(t.seat.shape[1]):
            price = g.room_price[k, at] + g.venue_price[series] * (t.series_room[series, at] == 0)
            if t.seat[periods[s], at] == NONE and price < best:
                room, best = at, price
        if room == NONE:
            return False
        sit(g, t, s, periods[s], room)
    return True
