"""The sheet: a plan on a grid, with all that makes a change of it cheap to price.

Every session always has a period and a room of its own: a seat. Rivals at the same period are clashes; a plan has none. The
functions here are the only ones that write a sheet. ``shift`` and ``take_room`` change one session's period or room and give
the change of the cost; ``shift_price`` and ``room_change`` tell it beforehand, for a sheet without clashes.

``held`` is a sum, so that sessions may come and go in any order; where nobody clashes it names the only one there.
"""

from typing import NamedTuple

import numpy as np

from scheduling.engine.anneal_grid import FORBIDDEN, Grid
from scheduling.engine.compiling import compiled, woven
from scheduling.engine.index import NONE, Ints

SHUT = -2  # in ``seat``: closed


class Sheet(NamedTuple):
    """A plan on a grid. NONE in ``seat`` where nobody sits."""

    period: Ints  # of each session
    room: Ints
    seat: Ints  # [period, room]: a session
    rivals_at: Ints  # [period, kind]: sessions there that clash with it
    held: Ints  # [group, period]: 1 + session, summed over the sessions of a class or an instructor there
    slots: Ints  # [class, day]: the slots with a session, as bits
    series_day: Ints  # [series, day]: sessions
    series_days: Ints  # [series]: days with a session
    series_room: Ints  # [series, room]: sessions


def empty_sheet(g: Grid) -> Sheet:
    """Return a sheet on which nobody has a seat yet."""
    kinds, periods = g.may.shape
    rooms, series = g.is_open.shape[1], len(g.min_days)
    classes = int(g.classes.max(initial=-1)) + 1
    days = len(g.isolated)

    def zero(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    return Sheet(
        period=np.full(len(g.kind), NONE, dtype=np.int64),
        room=np.full(len(g.kind), NONE, dtype=np.int64),
        seat=np.where(g.is_open != 0, NONE, SHUT).astype(np.int64),
        rivals_at=zero(periods, kinds),
        held=zero(int(g.groups.max(initial=-1)) + 1, periods),
        slots=zero(classes, days),
        series_day=zero(series, days),
        series_days=zero(series),
        series_room=zero(series, rooms),
    )


@compiled
def sit(g: Grid, t: Sheet, s: int, period: int, room: int) -> None:
    """Give a session without a seat one that nobody has."""
    k = g.kind[s]
    day, series = g.day[period], g.series[k]
    t.period[s], t.room[s] = period, room
    t.seat[period, room] = s
    come(g, t, s, period, 1)
    for mark in range(g.class_at[k], g.class_at[k + 1]):
        t.slots[g.classes[mark], day] |= np.int64(1) << g.slot[period]
    t.series_day[series, day] += 1
    t.series_days[series] += t.series_day[series, day] == 1
    t.series_room[series, room] += 1


@woven
def come(g: Grid, t: Sheet, s: int, period: int, sign: int) -> None:
    """Tell all that a session comes to a period (1) or leaves it (-1), but for what has a price."""
    k = g.kind[s]
    for mark in range(g.rival_at[k], g.rival_at[k + 1]):
        t.rivals_at[period, g.rivals[mark]] += sign
    for mark in range(g.group_at[k], g.group_at[k + 1]):
        t.held[g.groups[mark], period] += sign * (s + 1)


@woven
def days_change(g: Grid, t: Sheet, series: int, day: int, other: int) -> int:
    """Return the price of the days that a series misses when one of its sessions goes from a day to another."""
    if day == other:
        return 0
    before = t.series_days[series]
    after = before - (t.series_day[series, day] == 1) + (t.series_day[series, other] == 0)
    if after == before:
        return 0
    need = g.min_days[series]
    return int(g.day_price[series] * (max(0, need - after) - max(0, need - before)))


@woven
def shift_price(g: Grid, t: Sheet, k: int, period: int, other: int) -> int:
    """Return what it costs when a session of a kind goes from one period to another; there are no clashes."""
    day, there = g.day[period], g.day[other]
    out, new = np.int64(1) << g.slot[period], np.int64(1) << g.slot[other]
    found = g.time_price[k, other] - g.time_price[k, period]
    if day == there:
        for mark in range(g.class_at[k], g.class_at[k + 1]):
            now = t.slots[g.classes[mark], day]
            found += g.isolated[day, (now & ~out) | new] - g.isolated[day, now]
        return int(found)
    for mark in range(g.class_at[k], g.class_at[k + 1]):
        now = t.slots[g.classes[mark], day]
        then = t.slots[g.classes[mark], there]
        found += g.isolated[day, now & ~out] - g.isolated[day, now]
        found += g.isolated[there, then | new] - g.isolated[there, then]
    return int(found) + days_change(g, t, g.series[k], day, there)


@woven
def shift(g: Grid, t: Sheet, s: int, period: int, other: int) -> int:
    """Take a session to another period in all but its seat; return what that costs."""
    k = g.kind[s]
    day, there = g.day[period], g.day[other]
    out, new = np.int64(1) << g.slot[period], np.int64(1) << g.slot[other]
    found = g.time_price[k, other] - g.time_price[k, period]
    come(g, t, s, period, -1)
    come(g, t, s, other, 1)
    for mark in range(g.class_at[k], g.class_at[k + 1]):
        c = g.classes[mark]
        now = t.slots[c, day]
        if t.held[c, period] == 0:
            t.slots[c, day] = now & ~out
            found += g.isolated[day, now & ~out] - g.isolated[day, now]
        now = t.slots[c, there]
        t.slots[c, there] = now | new
        found += g.isolated[there, now | new] - g.isolated[there, now]
    if day != there:
        series = g.series[k]
        found += days_change(g, t, series, day, there)
        t.series_day[series, day] -= 1
        t.series_days[series] -= t.series_day[series, day] == 0
        t.series_day[series, there] += 1
        t.series_days[series] += t.series_day[series, there] == 1
    return int(found)


@woven
def room_change(g: Grid, t: Sheet, k: int, room: int, other: int) -> int:
    """Return what it costs when a session of a kind goes from one room to another."""
    if room == other:
        return 0
    series = g.series[k]
    distinct = (t.series_room[series, other] == 0) - (t.series_room[series, room] == 1)
    return int(g.room_price[k, other] - g.room_price[k, room] + g.venue_price[series] * distinct)


@woven
def take_room(g: Grid, t: Sheet, s: int, room: int, other: int) -> int:
    """Take a session to another room in all but its seat; return what that costs."""
    k = g.kind[s]
    found = room_change(g, t, k, room, other)
    t.series_room[g.series[k], room] -= 1
    t.series_room[g.series[k], other] += 1
    return found


@compiled
def fill(g: Grid, t: Sheet, order: Ints) -> bool:
    """Give everyone without a seat the one with the fewest clashes, the cheapest of these; False where none is left."""
    for s in order:
        k = g.kind[s]
        best, at, where = np.int64(FORBIDDEN), NONE, NONE
        for mark in range(g.period_at[k], g.period_at[k + 1]):
            period = g.periods[mark]
            for room in range(t.seat.shape[1]):
                price = 1000 * t.rivals_at[period, k] + g.room_price[k, room]
                if t.seat[period, room] == NONE and price < best:
                    best, at, where = price, period, room
        if at == NONE:
            return False
        sit(g, t, s, at, where)
    return True


@compiled
def clashes(g: Grid, t: Sheet) -> int:
    """Return the number of pairs of rivals that sit at the same period."""
    twice = 0
    for s in range(len(g.kind)):
        k = g.kind[s]
        twice += t.rivals_at[t.period[s], k] - g.is_rival[k, k]
    return int(twice) // 2


@compiled
def price_of(g: Grid, t: Sheet) -> int:
    """Return the cost of a sheet, up to what all plans have in common, reckoned from its counts."""
    found = np.int64(0)
    for s in range(len(g.kind)):
        k = g.kind[s]
        found += g.time_price[k, t.period[s]] + g.room_price[k, t.room[s]]
    for c in range(t.slots.shape[0]):
        for day in range(t.slots.shape[1]):
            found += g.isolated[day, t.slots[c, day]]
    for series in range(len(g.min_days)):
        found += g.day_price[series] * max(0, g.min_days[series] - t.series_days[series])
        rooms = np.int64(0)
        for room in range(t.series_room.shape[1]):
            rooms += t.series_room[series, room] > 0
        found += g.venue_price[series] * max(0, rooms - 1)
    return int(found)
