"""The moves of annealing on a grid, compiled; each takes a change when it costs no more than it may at that moment.

While there are clashes, sessions go to any period, and a clash costs more than most else (``mend``). Without clashes none is
ever made: a session goes to a free period and the cheapest free room there (``relocate``), changes seats with another or
with an empty one (``trade``), changes its room (``change_room``), or goes where rivals are, who then change places with it,
and their rivals with them, until nobody clashes (``interchange``, a Kempe chain over two periods).
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.anneal_grid import Grid
from scheduling.engine.anneal_sheet import (
    SHUT,
    Sheet,
    room_change,
    seat_down,
    shift,
    shift_price,
    take_room,
)
from scheduling.engine.compiling import Struct, StructType, inner, share, unlocked
from scheduling.engine.index import NONE, Ints

REFUSED = 2**40
COST, CLASHES, BEST, TAKEN = range(4)  # in ``numbers``
CHAIN, ROOM, NEAR, SAME = range(4)  # in ``mix``: shares of 65536
_ROW, _LIST = 0, 1


class SearchType(StructType):
    """The type of Search in compiled code."""


class Search(Struct):
    """Where a search stands, beside its sheet."""

    numbers: Ints  # COST, CLASHES, BEST (the lowest cost without clashes), TAKEN (moves)
    random: npt.NDArray[np.uint64]  # the state of the generator
    mix: Ints  # how often which move: CHAIN and ROOM of all, NEAR of relocate among the others, SAME room in the rest
    best_period: Ints
    best_room: Ints
    rows: Ints  # room for ``interchange``


share(Search, SearchType, __file__)

Seats = tuple[int, int, int, int]  # period and room, other period and room


@inner
def _draw(random: npt.NDArray[np.uint64]) -> np.uint64:
    """Return 64 random bits (splitmix)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(z ^ (z >> np.uint64(31)))


@inner
def _below(bits: np.uint64, count: int) -> int:
    """Return a number below ``count`` from 16 random bits."""
    return np.int64(((bits & np.uint64(0xFFFF)) * np.uint64(count)) >> np.uint64(16))  # type: ignore[return-value]


@unlocked
def anneal_chunk(g: Grid, t: Sheet, search: Search, steps: int, heat: float, clash_price: float) -> None:
    """Try so many moves at one heat. The GIL is free meanwhile."""
    numbers, random, sessions = search.numbers, search.random, len(g.kind)
    for _ in range(steps):
        bits = _draw(random)
        s = _below(bits, sessions)
        bits >>= np.uint64(16)
        chance = (np.float64(_draw(random) >> np.uint64(12)) + 1.0) / 4503599627370497.0
        most = -heat * np.log(chance)
        if numbers[CLASHES] > 0:
            change = _mend(g, t, search, s, most, clash_price)
        else:
            change = _step(g, t, search, s, most, bits)
        if change == REFUSED:
            continue
        numbers[COST] += change
        numbers[TAKEN] += 1
        if numbers[CLASHES] == 0 and numbers[COST] < numbers[BEST]:
            numbers[BEST] = numbers[COST]
            search.best_period[:] = t.period
            search.best_room[:] = t.room


@inner
def _step(g: Grid, t: Sheet, search: Search, s: int, most: float, bits: np.uint64) -> int:
    """Try one move of a session on a sheet without clashes."""
    k, mix = g.kind[s], search.mix
    share = np.int64(bits & np.uint64(0xFFFF))
    bits >>= np.uint64(16)
    if share < mix[CHAIN]:
        other = g.periods[g.period_at[k] + _below(bits, g.period_at[k + 1] - g.period_at[k])]
        if other == t.period[s] or t.rivals_at[k, other] == 0:
            return REFUSED
        room = _some_room(t, search, t.room[s])
        return _interchange(g, t, search.rows, (t.period[s], t.room[s], other, room), most)
    if share < mix[CHAIN] + mix[ROOM]:
        return _change_room(g, t, s, _below(bits, t.seat.shape[1]), most)
    if t.free_count[k] == 0:
        return REFUSED
    other = t.free[k, _below(bits, t.free_count[k])]
    bits >>= np.uint64(16)
    if np.int64(bits & np.uint64(0xFFFF)) < mix[NEAR]:
        return _relocate(g, t, s, other, most, _below(_draw(search.random), t.seat.shape[1]))
    return _trade(g, t, s, other, _some_room(t, search, t.room[s]), most)


@inner
def _some_room(t: Sheet, search: Search, room: int) -> int:
    bits = _draw(search.random)
    if np.int64(bits & np.uint64(0xFFFF)) < search.mix[SAME]:
        return room
    return _below(bits >> np.uint64(16), t.seat.shape[1])


@inner
def _change_room(g: Grid, t: Sheet, s: int, room: int, most: float) -> int:
    """Take a session to another room of its period; who is there changes with it."""
    period, before = t.period[s], t.room[s]
    other = t.seat[period, room]
    if other in (s, SHUT):
        return REFUSED
    k = g.kind[s]
    found = room_change(g, t, k, before, room)
    if other >= 0:
        beside = g.kind[other]
        if g.series[beside] == g.series[k]:
            return REFUSED
        found += room_change(g, t, beside, room, before)
    if found > most:
        return REFUSED
    take_room(g, t, s, before, room)
    if other >= 0:
        take_room(g, t, other, room, before)
    t.seat[period, before], t.seat[period, room] = other, s
    t.room[s] = room
    if other >= 0:
        t.room[other] = before
    return found


@inner
def _relocate(g: Grid, t: Sheet, s: int, other: int, most: float, first: int) -> int:
    """Take a session to a free period and the cheapest free room there, the first from ``first`` on."""
    k, period, before = g.kind[s], t.period[s], t.room[s]
    found = shift_price(g, t, k, period, other)
    if found > most + g.venue_price[g.series[k]] + g.room_price[k, before]:
        return REFUSED
    best, room, at = REFUSED, NONE, first
    for _ in range(t.seat.shape[1]):
        if t.seat[other, at] == NONE:
            price = room_change(g, t, k, before, at)
            if price < best:
                best, room = price, at
        at += 1
        if at == t.seat.shape[1]:
            at = 0
    if found + best > most:
        return REFUSED
    _move(g, t, s, other, room)
    t.seat[period, before] = NONE
    return found + best


@inner
def _move(g: Grid, t: Sheet, s: int, period: int, room: int) -> None:
    """Put a session into a seat; the one that it leaves is the caller's."""
    shift(g, t, s, t.period[s], period)
    take_room(g, t, s, t.room[s], room)
    t.seat[period, room] = s
    seat_down(g, t, s, period, room)


@inner
def _trade(g: Grid, t: Sheet, s: int, period: int, room: int, most: float) -> int:
    """Take a session to a seat at a free period; who is there gets its seat, if that makes no clash."""
    k, before, left = g.kind[s], t.period[s], t.room[s]
    other = t.seat[period, room]
    if other == SHUT:
        return REFUSED
    found = room_change(g, t, k, left, room)
    if other >= 0:
        rival = g.kind[other]
        if t.free_at[rival, before] < 0 or g.series[rival] == g.series[k]:
            return REFUSED
        found += room_change(g, t, rival, room, left) + shift_price(g, t, rival, period, before)
    found += shift_price(g, t, k, before, period)
    if found > most:
        return REFUSED
    _move(g, t, s, period, room)
    t.seat[before, left] = NONE
    if other >= 0:
        _move(g, t, other, before, left)
    return found


@inner
def _mend(g: Grid, t: Sheet, search: Search, s: int, most: float, clash_price: float) -> int:
    """Take a session to any seat, clashes counted; who is there gets its seat."""
    bits = _draw(search.random)
    k, before, left = g.kind[s], t.period[s], t.room[s]
    period = g.periods[g.period_at[k] + _below(bits, g.period_at[k + 1] - g.period_at[k])]
    room = _below(bits >> np.uint64(16), t.seat.shape[1])
    other = t.seat[period, room]
    if period == before or other == SHUT or (other >= 0 and g.may[g.kind[other], before] == 0):
        return REFUSED
    clashes = _clashes_made(g, t, k, g.kind[other] if other >= 0 else NONE, (before, period))
    found = shift(g, t, s, before, period) + take_room(g, t, s, left, room)
    if other >= 0:
        found += shift(g, t, other, period, before) + take_room(g, t, other, room, left)
    if found + clashes * clash_price > most:
        if other >= 0:
            take_room(g, t, other, left, room)
            shift(g, t, other, before, period)
        take_room(g, t, s, room, left)
        shift(g, t, s, period, before)
        return REFUSED
    t.seat[period, room], t.seat[before, left] = s, other
    seat_down(g, t, s, period, room)
    if other >= 0:
        seat_down(g, t, other, before, left)
    search.numbers[CLASHES] += clashes
    return found


@inner
def _clashes_made(g: Grid, t: Sheet, k: int, other: int, periods: tuple[int, int]) -> int:
    """Return how many more clashes there are when one of a kind leaves a period for another, and one of ``other`` comes."""
    before, period = periods
    found = t.rivals_at[k, period] - t.rivals_at[k, before] + g.is_rival[k, k]
    if other >= 0:
        found += t.rivals_at[other, before] - t.rivals_at[other, period] + g.is_rival[other, other]
        found -= 2 * np.int64(g.is_rival[k, other])
    return int(found)


@inner
def _partner(row: int, room: int, other: int) -> int:
    """Return where the one in a room goes: two rooms go crosswise, all others stay."""
    if row == room:
        return other
    return room if row == other else row


@inner
def _interchange(g: Grid, t: Sheet, rows: Ints, seats: Seats, most: float) -> int:
    """Exchange the seats given, and all that must be exchanged with them so that nobody clashes."""
    period, room, other, there = seats
    count = _closure(g, t, rows, seats)
    if count == 0:
        return REFUSED
    found = np.int64(0)
    for n in range(count):
        row = rows[_LIST, n]
        partner = _partner(row, room, there)
        a, b = t.seat[period, row], t.seat[other, partner]
        found += _cross(g, t, a, b, (period, row, other, partner))
    is_taken = found <= most
    for n in range(count):
        row = rows[_LIST, n]
        partner = _partner(row, room, there)
        a, b = t.seat[period, row], t.seat[other, partner]
        if not is_taken:
            _cross(g, t, a, b, (other, partner, period, row))
            continue
        t.seat[period, row], t.seat[other, partner] = b, a
        if a >= 0:
            seat_down(g, t, a, other, partner)
        if b >= 0:
            seat_down(g, t, b, period, row)
    return int(found) if is_taken else REFUSED


@inner
def _cross(g: Grid, t: Sheet, a: int, b: int, seats: Seats) -> int:
    """Take a from the first seat to the second and b from the second to the first, in all but their seats."""
    period, row, other, partner = seats
    found = 0
    if a >= 0:
        found += shift(g, t, a, period, other) + take_room(g, t, a, row, partner)
    if b >= 0:
        found += shift(g, t, b, other, period) + take_room(g, t, b, partner, row)
    return found


@inner
def _closure(g: Grid, t: Sheet, rows: Ints, seats: Seats) -> int:
    """List the rows to exchange so that nobody clashes, and return their number, 0 where it cannot be."""
    period, room, other, there = seats
    rows[_ROW, :] = 0
    rows[_ROW, room] = 1
    rows[_LIST, 0] = room
    count, at = 1, 0
    while 0 < at + 1 <= count:
        row = rows[_LIST, at]
        at += 1
        a, b = t.seat[period, row], t.seat[other, _partner(row, room, there)]
        if a == SHUT or b == SHUT:
            return 0
        if a >= 0:
            count = _add_rivals(g, t, rows, count, (g.kind[a], other, room, there))
        if b >= 0 and count > 0:
            count = _add_rivals(g, t, rows, count, (g.kind[b], period, NONE, NONE))
    return count


@inner
def _add_rivals(g: Grid, t: Sheet, rows: Ints, count: int, whom: Seats) -> int:
    """List the rows of a period in which rivals of a kind sit; 0 where the kind may not be there at all."""
    k, period, room, there = whom
    if g.may[k, period] == 0:
        return 0
    if t.rivals_at[k, period] > 0:
        for row in range(t.seat.shape[1]):
            s = t.seat[period, row]
            mine = _partner(row, room, there)
            if s >= 0 and g.is_rival[k, g.kind[s]] != 0 and rows[_ROW, mine] == 0:
                rows[_ROW, mine] = 1
                rows[_LIST, count] = mine
                count += 1
    return count
