"""The grid: problems in which only times and rooms are left to choose, recognised and laid out for annealing.

A problem has this shape when no two of its periods overlap, every session needs a venue and has at most one instructor who
may teach it, nothing takes time to travel, and no limit of people, venues, resources or series can be reached. University
timetables are like that. Whether what a session may do, and what it costs by itself, is a matter of its period plus a matter
of its room is not assumed but asked: the kernel answers for every pair on an empty board. Isolated sessions, days and venues
of series are the only costs that tie sessions together and depend on the choice; the layout holds their prices.

Sessions that are the same in all this are of one *kind*. Positions are int64; -1 stands for "none".
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scheduling.engine.arrays import UNLIMITED, Arrays, Records, has_bit
from scheduling.engine.board import Board, empty_board
from scheduling.engine.compiling import compiled
from scheduling.engine.costs.days import BREAK
from scheduling.engine.index import NONE, Ints
from scheduling.engine.kernel import added_by, is_possible
from scheduling.engine.state import State

FORBIDDEN = 10**9  # the price of a room that a session may not have
MOST_SESSIONS, MOST_PAIRS, MOST_SLOTS = 5_000, 20_000_000, 14
Bits = npt.NDArray[np.int8]


class Grid(NamedTuple):
    """What never changes; ``x_at[n] .. x_at[n + 1]`` are the marks of list n in ``x``."""

    kind: Ints  # of each session
    day: Ints  # of each period
    slot: Ints  # of each period: its number within its day
    is_open: Bits  # [period, room]
    may: Bits  # [kind, period]
    period_at: Ints
    periods: Ints  # of a kind, those that it may have
    time_price: Ints  # [kind, period]
    room_price: Ints  # [kind, room], FORBIDDEN where it may not be
    class_at: Ints
    classes: Ints  # of a kind
    group_at: Ints
    groups: Ints  # of a kind: its classes, and a number of its instructor's; in each, one session at a time
    rival_at: Ints
    rivals: Ints  # of a kind: kinds that cannot be at the same time
    is_rival: Bits  # [kind, kind]
    series: Ints  # of a kind; each without one has one of its own that costs nothing
    min_days: Ints  # of each series
    day_price: Ints  # of each series, for a missing day
    venue_price: Ints  # of each series, for a venue beyond the first
    isolated: Ints  # [day, set of slots as bits]: the price of the isolated sessions of one class


class Layout(NamedTuple):
    """A grid and how its positions are those of the State."""

    grid: Grid
    option: Ints  # [session, period], NONE where there is none
    who: Ints  # of each session


class _Session(NamedTuple):
    """One session by itself."""

    may: bytes
    time_price: bytes
    room_price: bytes
    series: int
    classes: tuple[int, ...]
    who: int


def layout_of(state: State) -> Layout | None:
    """Return the layout of a problem of this shape, None for all others."""
    p = state.arrays
    if not _is_small(p) or not _has_shape(p):
        return None
    sessions, periods, rooms = len(p.sessions), _periods(p), len(p.venues)
    if len(periods) > 4 * MOST_SESSIONS or sessions * len(periods) * rooms > MOST_PAIRS:
        return None
    days, slot = _slots(periods)
    if periods.size == 0 or int(slot.max()) >= MOST_SLOTS or not _limits_hold(p, int(slot.max()) + 1):
        return None
    who = np.array([_only(p, s) for s in range(sessions)], dtype=np.int64)
    option = np.full((sessions, len(periods)), NONE, dtype=np.int64)
    option[p.options["session"], np.searchsorted(periods["begin"], p.options["begin"])] = np.arange(
        len(p.options)
    )
    is_open = _open(p, periods["period"].astype(np.int64))
    singles = _singles(state, option, who, is_open)
    if singles is None:
        return None
    return Layout(_grid(singles, (days, slot, is_open), _isolated(p, periods, days, slot), p), option, who)


def _singles(state: State, option: Ints, who: Ints, is_open: Bits) -> list[_Session] | None:
    """Return each session by itself, None where period and room do not go apart."""
    p = state.arrays
    empty = empty_board(p, *state.index.calendar.sizes)
    found = []
    for s in range(len(option)):
        answer = _apart(option[s], is_open, *_answers(p, empty, s, option[s], int(who[s])))
        if answer is None:
            return None
        series = p.sessions[s]["series"], p.sessions[s]["series_end"]
        found.append(
            _Session(
                may=answer[0].tobytes(),
                time_price=answer[1].tobytes(),
                room_price=answer[2].tobytes(),
                series=int(p.series_of[series[0]]) if series[1] > series[0] else NONE - s - 1,
                classes=tuple(sorted(state.index.classes[s])),
                who=int(who[s]),
            )
        )
    return found


def _is_small(p: Arrays) -> bool:
    return 0 < len(p.sessions) <= MOST_SESSIONS and len(p.venues) > 0


def _has_shape(p: Arrays) -> bool:
    """Whether nothing but times and rooms is left to choose, as far as it can be seen at once."""
    sessions, series = p.sessions, p.series
    lengths = np.diff(p.people_at)[sessions["people"]]
    alone = sessions["needs_instructor"] == 0
    places = p.venues["place"][p.venues["place"] >= 0]
    return bool(
        (sessions["needs_venue"] != 0).all()
        and (alone | (lengths <= 1)).all()
        and (sessions["minutes"] > 0).all()
        and (sessions["use"] == sessions["use_end"]).all()
        and (sessions["need"] == sessions["need_end"]).all()
        and (p.venues["turnaround"] == 0).all()
        and (sessions["series_end"] - sessions["series"] <= 1).all()
        and not (series["ordered"] | series["together"]).any()
        and (series["max_days"] >= series["last"] - series["first"]).all()
        and (p.venues["groups"] == 1).all()
        and not p.minutes[np.ix_(places, places)].any()
    )


def _periods(p: Arrays) -> Records:
    """Return one option for each period, by begin; nothing where two periods overlap."""
    found = p.options[np.unique(p.options["period"], return_index=True)[1]]
    found = found[np.argsort(found["begin"], kind="stable")]
    return found[:0] if (found["end"][:-1] > found["begin"][1:]).any() else found


def _slots(periods: Records) -> tuple[Ints, Ints]:
    """Return the day of each period, and its number within the day."""
    days = np.unique(periods["day"], return_inverse=True)[1].astype(np.int64).ravel()
    first = np.searchsorted(days, days)
    return days, np.arange(len(days), dtype=np.int64) - first


def _limits_hold(p: Arrays, slots: int) -> bool:
    """Whether no limit of an instructor or a venue can be reached, however sessions are placed."""
    taught = np.zeros(len(p.instructors), dtype=np.int64)
    for s in range(len(p.sessions)):
        who = _only(p, s)
        if who >= 0:
            taught[who] += 1
    people = p.instructors
    return bool(
        (people["max_total"] >= taught).all()
        and (people["max_month"] >= taught).all()
        and (people["max_week"] >= taught).all()
        and (people["max_day"] >= np.minimum(taught, slots)).all()
        and (p.venues["max_day"] >= min(slots, UNLIMITED)).all()
    )


def _only(p: Arrays, s: int) -> int:
    """Return the one instructor who may teach a session, NONE without one."""
    session = p.sessions[s]
    first, last = p.people_at[session["people"]], p.people_at[session["people"] + 1]
    return int(p.people[first]) if session["needs_instructor"] and last > first else NONE


@compiled
def _open(p: Arrays, periods: Ints) -> Bits:
    found = np.empty((len(periods), len(p.venues)), np.int8)
    for t in range(len(periods)):
        for room in range(len(p.venues)):
            found[t, room] = not has_bit(p.closed, room, periods[t])
    return found


@compiled
def _answers(p: Arrays, b: Board, s: int, option: Ints, who: int) -> tuple[Bits, Ints]:
    """Return for each (period, room) whether a session may have them, and what they would add to an empty plan."""
    can = np.zeros((len(option), len(p.venues)), np.int8)
    price = np.zeros((len(option), len(p.venues)), np.int64)
    for t in range(len(option)):
        if option[t] >= 0:
            for room in range(len(p.venues)):
                can[t, room] = is_possible(p, b, s, option[t], who, room)
                price[t, room] = added_by(p, b, s, option[t], who, room)
    return can, price


def _apart(option: Ints, is_open: Bits, can: Bits, price: Ints) -> tuple[Bits, Ints, Ints] | None:
    """Return what a session may do and pays by period and by room; None where that does not say it all."""
    may, has = np.logical_or.reduce(can, axis=1), np.logical_or.reduce(can, axis=0)
    given = np.nonzero(option >= 0)[0]
    time_price: Ints = np.where(option >= 0, price[:, 0] - price[given[0], 0], 0)
    room_price: Ints = price[given[0]] - price[given[0], 0]
    expected = may[:, None] & has[None, :] & (is_open != 0)
    sums = price[given[0], 0] + time_price[given, None] + room_price[None, :]
    if (expected != (can != 0)).any() or (sums != price[given]).any():
        return None
    room_price[~has] = FORBIDDEN
    return may.astype(np.int8), time_price, room_price


def _isolated(p: Arrays, periods: Records, days: Ints, slot: Ints) -> Ints:
    """Return the price of the isolated sessions of one class for each day and each set of slots."""
    price = int(p.weights["isolated"][0])
    sets = np.arange(1 << (int(slot.max()) + 1), dtype=np.int64)
    found = np.zeros((int(days.max()) + 1, len(sets)), dtype=np.int64)
    for n, (day, here) in enumerate(zip(days.tolist(), slot.tolist(), strict=True)):
        near = [
            m
            for m, gap in (
                (n - 1, periods["begin"][n] - periods["end"][n - 1]),
                (n + 1, periods["begin"][(n + 1) % len(periods)] - periods["end"][n]),
            )
            if 0 <= m < len(periods) and days[m] == day and 0 <= gap <= BREAK
        ]
        beside = sum(1 << int(slot[m]) for m in near)
        found[day] += price * ((sets >> here & 1 == 1) & (sets & beside == 0))
    return found


def _grid(singles: Sequence[_Session], when: tuple[Ints, Ints, Bits], isolated: Ints, p: Arrays) -> Grid:
    kinds = {single: n for n, single in enumerate(dict.fromkeys(singles))}
    may = np.array([np.frombuffer(k.may, dtype=np.int8) for k in kinds])
    pairs = [[_are_rivals(a, b) for b in kinds] for a in kinds]
    series = {r: n for n, r in enumerate(dict.fromkeys(k.series for k in kinds))}
    real = [(n, r) for r, n in series.items() if r >= 0]
    min_days, day_price, venue_price = (np.zeros(len(series), dtype=np.int64) for _ in range(3))
    for n, r in real:
        min_days[n] = p.series["min_days"][r]
        day_price[n] = p.weights["min_days"][0]
        venue_price[n] = p.weights["same_venue"][0] if p.series["same_venue"][r] else 0
    period_at, periods = lists_of([np.nonzero(row)[0].tolist() for row in may])
    class_at, classes = lists_of([list(k.classes) for k in kinds])
    n_classes = int(classes.max(initial=-1)) + 1
    people = {who: n + n_classes for n, who in enumerate(sorted({k.who for k in kinds if k.who >= 0}))}
    group_at, groups = lists_of([[*k.classes, *([people[k.who]] if k.who >= 0 else [])] for k in kinds])
    rival_at, rivals = lists_of([[n for n, rival in enumerate(row) if rival] for row in pairs])
    return Grid(
        kind=np.array([kinds[single] for single in singles], dtype=np.int64),
        day=when[0],
        slot=when[1],
        is_open=when[2],
        may=may,
        period_at=period_at,
        periods=periods,
        time_price=np.array([np.frombuffer(k.time_price, dtype=np.int64) for k in kinds]),
        room_price=np.array([np.frombuffer(k.room_price, dtype=np.int64) for k in kinds]),
        class_at=class_at,
        classes=classes,
        group_at=group_at,
        groups=groups,
        rival_at=rival_at,
        rivals=rivals,
        is_rival=np.array(pairs, dtype=np.int8),
        series=np.array([series[k.series] for k in kinds], dtype=np.int64),
        min_days=min_days,
        day_price=day_price,
        venue_price=venue_price,
        isolated=isolated,
    )


def _are_rivals(a: _Session, b: _Session) -> bool:
    return bool(set(a.classes) & set(b.classes)) or (a.who == b.who and a.who >= 0)


def lists_of(lists: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Return lists laid end to end: where each begins (and the last ends), and what is in them."""
    at = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(values) for values in lists], out=at[1:])
    return at, np.array([v for values in lists for v in values], dtype=np.int64)
