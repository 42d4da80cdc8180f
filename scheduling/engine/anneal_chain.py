"""Kempe chains on a sheet without clashes: rivals at two periods change places, so that none is made once all have moved.

A chain begins with one exchange of two seats, and takes along whoever would clash with those who come. It is priced before
anything is written: a class that has lessons at both periods has them there afterwards too, so only lessons without a rival
of their class at the other period change what is isolated; and a series of which lessons go both ways keeps its days.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scheduling.engine.anneal_grid import Grid
from scheduling.engine.anneal_sheet import SHUT, Sheet, days_change, shift, take_room
from scheduling.engine.compiling import woven
from scheduling.engine.index import NONE, Ints

REFUSED = 2**40
COST, CLASHES, BEST, TAKEN, STAMP = range(5)  # in ``numbers``
CHAIN, ROOM, NEAR, SAME = range(4)  # in ``mix``: shares of 65536
LONGEST = 7  # rows of a chain; longer ones are hardly ever taken
KNOWN = 256  # changes whose chance is kept
_LIST, _MARK = 0, 1  # in ``rows``

TO_THERE, FROM_THERE = 1, 2  # bits in ``seen``: a session of the series goes there; one comes from there


class Search(NamedTuple):
    """Where a search stands, beside its sheet."""

    numbers: Ints  # COST, CLASHES, BEST (the lowest cost without clashes), TAKEN (moves), STAMP
    random: npt.NDArray[np.uint64]  # the state of the generator
    mix: Ints  # how often which move: ROOM of all, CHAIN of those to rivals, NEAR of those to nobody, SAME room in the rest
    best_period: Ints
    best_room: Ints
    rows: Ints  # room for ``interchange``
    seen: Ints  # [series]: the STAMP of the last chain that a series was in, plus which way its sessions went
    chances: npt.NDArray[np.float64]  # of taking a change that costs so much more, at the present heat


Seats = tuple[int, int, int, int]  # period and room, other period and room


@woven
def takes(chances: npt.NDArray[np.float64], change: int, luck: float) -> bool:
    """Whether to take a change, by a number between 0 and 1."""
    if change <= 0:
        return True
    if change < KNOWN:
        return luck < chances[change]
    return luck < np.exp(change * np.log(chances[1])) if chances[1] > 0 else False


@woven
def _partner(row: int, room: int, other: int) -> int:
    """Return where the one in a room goes: two rooms go crosswise, all others stay."""
    if row == room:
        return other
    return room if row == other else row


@woven
def interchange(g: Grid, t: Sheet, search: Search, seats: Seats, luck: float) -> int:
    """Exchange the seats given, and all that must be exchanged with them so that nobody clashes."""
    period, room, other, there = seats
    rows = search.rows
    count = _closure(g, t, search, seats)
    if count == 0:
        return REFUSED
    found = _chain_price(g, t, search, seats, count)
    if found == REFUSED:
        return REFUSED
    found += _cross_rooms(g, t, rows, seats, 1)
    if not takes(search.chances, found, luck):
        _cross_rooms(g, t, rows, seats, -1)
        return REFUSED
    for n in range(count):
        row = rows[_LIST, n]
        partner = _partner(row, room, there)
        a, b = t.seat[period, row], t.seat[other, partner]
        t.seat[period, row], t.seat[other, partner] = b, a
        if a >= 0:
            shift(g, t, a, period, other)
            t.period[a], t.room[a] = other, partner
        if b >= 0:
            shift(g, t, b, other, period)
            t.period[b], t.room[b] = period, row
    return found


@woven
def _closure(g: Grid, t: Sheet, search: Search, seats: Seats) -> int:
    """List the rows to exchange so that nobody clashes, and return their number, 0 where it cannot be."""
    period, room, other, there = seats
    rows, numbers = search.rows, search.numbers
    numbers[STAMP] += 4
    rows[_LIST, 0] = room
    rows[_MARK, room] = numbers[STAMP]
    count, at = 1, 0
    while at < count <= LONGEST:
        row = rows[_LIST, at]
        at += 1
        a, b = t.seat[period, row], t.seat[other, _partner(row, room, there)]
        if a == SHUT or b == SHUT:
            return 0
        if a >= 0:
            if g.may[g.kind[a], other] == 0:
                return 0
            count = _add_rivals(g, t, search, count, (g.kind[a], other, room, there))
        if b >= 0:
            if g.may[g.kind[b], period] == 0:
                return 0
            count = _add_rivals(g, t, search, count, (g.kind[b], period, NONE, NONE))
    return count if count <= LONGEST else 0


@woven
def _add_rivals(g: Grid, t: Sheet, search: Search, count: int, whom: Seats) -> int:
    """List the rows in which the rivals of a kind at a period sit."""
    k, period, room, there = whom
    if t.rivals_at[period, k] == 0:
        return count
    rows, stamp = search.rows, search.numbers[STAMP]
    for mark in range(g.group_at[k], g.group_at[k + 1]):
        held = t.held[g.groups[mark], period]
        if held > 0:
            row = _partner(t.room[held - 1], room, there)
            if rows[_MARK, row] != stamp:
                rows[_MARK, row] = stamp
                rows[_LIST, count] = row
                count += 1
    return count


@woven
def _chain_price(g: Grid, t: Sheet, search: Search, seats: Seats, count: int) -> int:
    """Return what a chain costs but for rooms; REFUSED where two of a series would go the same way."""
    period, _, other, _ = seats
    found = np.int64(0)
    for n in range(count):
        a, b = _pair(t, search.rows, seats, n)
        if a >= 0:
            if not goes(search, g.series[g.kind[a]], TO_THERE):
                return REFUSED
            found += classes_change(g, t, g.kind[a], period, other)
        if b >= 0:
            if not goes(search, g.series[g.kind[b]], FROM_THERE):
                return REFUSED
            found += classes_change(g, t, g.kind[b], other, period)
    return int(found) + _chain_days(g, t, search, seats, count)


@woven
def _chain_days(g: Grid, t: Sheet, search: Search, seats: Seats, count: int) -> int:
    """Return the price of the days that series miss after a chain; those that go both ways keep theirs."""
    day, there = g.day[seats[0]], g.day[seats[2]]
    found, stamp = 0, search.numbers[STAMP]
    if day == there:
        return found
    for n in range(count):
        a, b = _pair(t, search.rows, seats, n)
        if a >= 0 and search.seen[g.series[g.kind[a]]] == stamp + TO_THERE:
            found += days_change(g, t, g.series[g.kind[a]], day, there)
        if b >= 0 and search.seen[g.series[g.kind[b]]] == stamp + FROM_THERE:
            found += days_change(g, t, g.series[g.kind[b]], there, day)
    return found


@woven
def goes(search: Search, series: int, way: int) -> bool:
    """Note that a session of a series goes one way in a chain; False where another one does already."""
    before = max(0, search.seen[series] - search.numbers[STAMP])
    search.seen[series] = search.numbers[STAMP] + (before | way)
    return before & way == 0


@woven
def _pair(t: Sheet, rows: Ints, seats: Seats, n: int) -> tuple[int, int]:
    """Return who sits in the n-th row of a chain, and who in the other period's."""
    period, room, other, there = seats
    row = rows[_LIST, n]
    return t.seat[period, row], t.seat[other, _partner(row, room, there)]


@woven
def classes_change(g: Grid, t: Sheet, k: int, period: int, other: int) -> int:
    """Return what it costs, but for days, when a session of a kind goes to a period whose rivals of it come here."""
    day, there = g.day[period], g.day[other]
    out, new = np.int64(1) << g.slot[period], np.int64(1) << g.slot[other]
    found = g.time_price[k, other] - g.time_price[k, period]
    for mark in range(g.class_at[k], g.class_at[k + 1]):
        c = g.classes[mark]
        now, then = t.slots[c, day], t.slots[c, there]
        if then & new:
            continue  # the class has both periods before and after
        if day == there:
            found += g.isolated[day, (now & ~out) | new] - g.isolated[day, now]
        else:
            found += g.isolated[day, now & ~out] - g.isolated[day, now]
            found += g.isolated[there, then | new] - g.isolated[there, then]
    return int(found)


@woven
def _cross_rooms(g: Grid, t: Sheet, rows: Ints, seats: Seats, way: int) -> int:
    """Take those whom a chain brings to another room there, or back again; return what that costs."""
    period, room, other, there = seats
    found = 0
    if room == there:
        return found
    for row, partner in ((room, there), (there, room)):
        a, b = t.seat[period, row], t.seat[other, partner]
        if rows[_MARK, row] != rows[_MARK, room]:
            continue
        if a >= 0:
            found += take_room(g, t, a, row, partner) if way > 0 else take_room(g, t, a, partner, row)
        if b >= 0:
            found += take_room(g, t, b, partner, row) if way > 0 else take_room(g, t, b, row, partner)
    return found
