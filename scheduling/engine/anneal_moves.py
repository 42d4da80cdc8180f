"""The moves of annealing on a grid, compiled; each takes a change when it costs no more than it may at that moment.

While there are clashes, sessions go to any period, and a clash costs more than most else (``mend``). Without clashes none is
ever made: a session goes to a free period and the cheapest free room there (``relocate``), changes seats with another or
with an empty one (``trade``), changes its room (``change_room``), or goes where rivals are, who then change places with it,
and their rivals with them, until nobody clashes (``interchange``, a Kempe chain over two periods).

Nearly all moves are refused, so each is priced before anything is written, and the cheapest reason to refuse comes first.
"""

import numpy as np
import numpy.typing as npt

from scheduling.engine.anneal_chain import (
    BEST,
    CHAIN,
    CLASHES,
    COST,
    KNOWN,
    NEAR,
    REFUSED,
    ROOM,
    SAME,
    TAKEN,
    Search,
    interchange,
    takes,
)
from scheduling.engine.anneal_grid import Grid
from scheduling.engine.anneal_sheet import SHUT, Sheet, room_change, shift, shift_price, take_room
from scheduling.engine.compiling import weave, woven
from scheduling.engine.index import NONE


@woven
def draw(random: npt.NDArray[np.uint64]) -> np.uint64:
    """Return 64 random bits (splitmix)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(z ^ (z >> np.uint64(31)))


@woven
def below(bits: np.uint64, count: int) -> int:
    """Return a number below ``count`` from 16 random bits."""
    return np.int64(((bits & np.uint64(0xFFFF)) * np.uint64(count)) >> np.uint64(16))  # type: ignore[return-value]


@weave
def anneal_chunk(g: Grid, t: Sheet, search: Search, steps: int, heat: float, clash_price: float) -> None:
    """Try so many moves at one heat. The GIL is free meanwhile."""
    numbers, random, sessions = search.numbers, search.random, len(g.kind)
    for change in range(KNOWN):
        search.chances[change] = np.exp(-change / heat)
    for _ in range(steps):
        bits = draw(random)
        s = below(bits, sessions)
        bits >>= np.uint64(16)
        luck = (np.float64(draw(random) >> np.uint64(12)) + 1.0) / 4503599627370497.0
        if numbers[CLASHES] > 0:
            change = _mend(g, t, search, s, -heat * np.log(luck), clash_price)
        else:
            change = _step(g, t, search, s, luck, bits)
        if change == REFUSED:
            continue
        numbers[COST] += change
        numbers[TAKEN] += 1
        if numbers[CLASHES] == 0 and numbers[COST] < numbers[BEST]:
            numbers[BEST] = numbers[COST]
            for n in range(sessions):  # a slice would be copied
                search.best_period[n], search.best_room[n] = t.period[n], t.room[n]


@woven
def _step(g: Grid, t: Sheet, search: Search, s: int, luck: float, bits: np.uint64) -> int:
    """Try one move of a session on a sheet without clashes."""
    k, mix = g.kind[s], search.mix
    if np.int64(bits & np.uint64(0xFFFF)) < mix[ROOM]:
        return _change_room(g, t, search, s, below(bits >> np.uint64(16), t.seat.shape[1]), luck)
    bits >>= np.uint64(16)
    other = g.periods[g.period_at[k] + below(bits, g.period_at[k + 1] - g.period_at[k])]
    share = np.int64((bits >> np.uint64(16)) & np.uint64(0xFFFF))
    if other == t.period[s]:
        return REFUSED
    if t.rivals_at[other, k] > 0:
        if share >= mix[CHAIN] or is_own(g, t, k, other):
            return REFUSED
        seats = t.period[s], t.room[s], other, _some_room(t, search, t.room[s])
        return interchange(g, t, search, seats, luck)
    if share < mix[NEAR]:
        return _relocate(g, t, search, s, other, luck)
    return _trade(g, t, search, s, (other, _some_room(t, search, t.room[s])), luck)


@woven
def is_own(g: Grid, t: Sheet, k: int, period: int) -> bool:
    """Whether a session of the same kind is at a period; to exchange the two would change nothing."""
    held = t.held[g.groups[g.group_at[k]], period]  # whoever has rivals is in a group
    return bool(held > 0 and g.kind[held - 1] == k)


@woven
def _some_room(t: Sheet, search: Search, room: int) -> int:
    bits = draw(search.random)
    if np.int64(bits & np.uint64(0xFFFF)) < search.mix[SAME]:
        return room
    return below(bits >> np.uint64(16), t.seat.shape[1])


@woven
def _change_room(g: Grid, t: Sheet, search: Search, s: int, room: int, luck: float) -> int:
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
    if not takes(search.chances, found, luck):
        return REFUSED
    take_room(g, t, s, before, room)
    if other >= 0:
        take_room(g, t, other, room, before)
        t.room[other] = before
    t.seat[period, before], t.seat[period, room] = other, s
    t.room[s] = room
    return found


@woven
def _relocate(g: Grid, t: Sheet, search: Search, s: int, other: int, luck: float) -> int:
    """Take a session to a free period and the cheapest free room there, the first from somewhere on."""
    k, period, before = g.kind[s], t.period[s], t.room[s]
    found = shift_price(g, t, k, period, other)
    if not takes(search.chances, found - g.venue_price[g.series[k]] - g.room_price[k, before], luck):
        return REFUSED
    best, room, at = REFUSED, NONE, below(draw(search.random), t.seat.shape[1])
    for _ in range(t.seat.shape[1]):
        if t.seat[other, at] == NONE:
            price = room_change(g, t, k, before, at)
            if price < best:
                best, room = price, at
        at += 1
        if at == t.seat.shape[1]:
            at = 0
    if room == NONE or not takes(search.chances, found + best, luck):
        return REFUSED
    _move(g, t, s, other, room)
    t.seat[period, before] = NONE
    return found + best


@woven
def _move(g: Grid, t: Sheet, s: int, period: int, room: int) -> None:
    """Put a session into a seat; the one that it leaves is the caller's."""
    shift(g, t, s, t.period[s], period)
    take_room(g, t, s, t.room[s], room)
    t.seat[period, room] = s
    t.period[s], t.room[s] = period, room


@woven
def _trade(g: Grid, t: Sheet, search: Search, s: int, seat: tuple[int, int], luck: float) -> int:
    """Take a session to a seat at a free period; who is there gets its seat, if that makes no clash."""
    k, before, left = g.kind[s], t.period[s], t.room[s]
    period, room = seat
    other = t.seat[period, room]
    if other == SHUT:
        return REFUSED
    found = room_change(g, t, k, left, room)
    if other >= 0:
        rival = g.kind[other]
        if g.may[rival, before] == 0 or t.rivals_at[before, rival] > 0 or g.series[rival] == g.series[k]:
            return REFUSED
        found += room_change(g, t, rival, room, left) + shift_price(g, t, rival, period, before)
    found += shift_price(g, t, k, before, period)
    if not takes(search.chances, found, luck):
        return REFUSED
    _move(g, t, s, period, room)
    t.seat[before, left] = NONE
    if other >= 0:
        _move(g, t, other, before, left)
    return found


@woven
def _mend(g: Grid, t: Sheet, search: Search, s: int, most: float, clash_price: float) -> int:
    """Take a session to any seat, clashes counted; who is there gets its seat."""
    bits = draw(search.random)
    k, before, left = g.kind[s], t.period[s], t.room[s]
    period = g.periods[g.period_at[k] + below(bits, g.period_at[k + 1] - g.period_at[k])]
    room = below(bits >> np.uint64(16), t.seat.shape[1])
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
    t.period[s], t.room[s] = period, room
    if other >= 0:
        t.period[other], t.room[other] = before, left
    search.numbers[CLASHES] += clashes
    return found


@woven
def _clashes_made(g: Grid, t: Sheet, k: int, other: int, periods: tuple[int, int]) -> int:
    """Return how many more clashes there are when one of a kind leaves a period for another, and one of ``other`` comes."""
    before, period = periods
    found = t.rivals_at[period, k] - t.rivals_at[before, k] + g.is_rival[k, k]
    if other >= 0:
        found += t.rivals_at[before, other] - t.rivals_at[period, other] + g.is_rival[other, other]
        found -= 2 * np.int64(g.is_rival[k, other])
    return int(found)
