"""The board: a plan in arrays, changed one session at a time by compiled code; what rules and costs look at.

Sessions of one instructor (venue, class, resource) and one day hang in a chain: ``head`` is the first, ``next`` the one after.
Chains are in no order and short. A session that runs past midnight hangs on the day when it starts; an option says on which
days the sessions begin that may overlap it.
"""

import numpy as np

from scheduling.engine.arrays import Arrays, Bytes, Int32s, between, resource_at
from scheduling.engine.compiling import Struct, StructType, compiled, inner, share, whole
from scheduling.engine.index import NONE, Ints

Slack = tuple[int, int, int, int]
"""The place before (NONE: none, or unknown), minutes since then, the place after, minutes until then."""


class BoardType(StructType):
    """The type of Board in compiled code."""


class Board(Struct):
    """A plan; only ``place`` and ``clear`` write it. NONE where there is nothing."""

    option_of: Int32s  # of each session, NONE while it is not placed
    who_of: Int32s
    room_of: Int32s
    who_head: Int32s  # [day, instructor]: a session
    who_next: Int32s  # by session
    room_head: Int32s  # [day, venue]: a session
    room_next: Int32s  # by session
    class_head: Int32s  # [day, class]: a mark in class_of
    class_next: Int32s  # by mark
    use_head: Int32s  # [day, resource]: a mark in use_resource
    use_next: Int32s  # by mark
    need_head: Int32s  # [day, resource]: a mark in need_kind
    need_next: Int32s  # by mark
    used_day: Int32s  # [day, resource]: how much sessions that begin then use
    per_day: Int32s  # [day, instructor]: sessions
    per_week: Int32s
    per_month: Int32s
    total: Int32s  # [instructor]
    room_day: Int32s  # [day, venue]: sessions
    class_hours: Ints  # half hours placed
    led_hours: Ints  # half hours taught by leaders
    duty_done: Int32s
    series_day: Int32s  # [day, series]: sessions
    series_days: Int32s  # [series]: days with a session
    completing: Bytes  # [series]: 1 while the package is being put together


share(Board, BoardType, __file__)


def empty_board(p: Arrays, days: int, weeks: int, months: int) -> Board:
    """Return a board with nothing placed."""
    sessions, people, rooms, classes = len(p.sessions), len(p.instructors), len(p.venues), len(p.class_home)

    def none(*shape: int) -> Int32s:
        return np.full(shape, NONE, dtype=np.int32)

    def zero(*shape: int) -> Int32s:
        return np.zeros(shape, dtype=np.int32)

    return Board(
        option_of=none(sessions),
        who_of=none(sessions),
        room_of=none(sessions),
        who_head=none(days, people),
        who_next=none(sessions),
        room_head=none(days, rooms),
        room_next=none(sessions),
        class_head=none(days, classes),
        class_next=none(len(p.class_of)),
        use_head=none(days, len(p.resources)),
        use_next=none(len(p.use_resource)),
        need_head=none(days, len(p.resources)),
        need_next=none(len(p.need_kind)),
        used_day=zero(days, len(p.resources)),
        per_day=zero(days, people),
        per_week=zero(weeks, people),
        per_month=zero(months, people),
        total=zero(people),
        room_day=zero(days, rooms),
        class_hours=np.zeros(classes, dtype=np.int64),
        led_hours=np.zeros(classes, dtype=np.int64),
        duty_done=zero(len(p.duty_holder)),
        series_day=zero(days, len(p.series)),
        series_days=zero(len(p.series)),
        completing=np.zeros(len(p.series), dtype=np.uint8),
    )


@inner
def place_of(p: Arrays, s: int, room: int) -> int:
    """Return the place of a session held in a venue (or in none)."""
    return int(p.venues[room].place) if room >= 0 else int(p.sessions[s].place)


@inner
def _unhook(head: Int32s, link: Int32s, day: int, row: int, item: int) -> None:
    at = head[day, row]
    if at == item:
        head[day, row] = link[item]
        return
    while link[at] != item:
        at = link[at]
    link[at] = link[item]


@compiled
def place(p: Arrays, b: Board, s: int, o: int, who: int, room: int) -> None:
    """Put an unplaced session at an option, with an instructor and a venue or NONE."""
    session, day = p.sessions[s], p.options[o].day
    b.option_of[s], b.who_of[s], b.room_of[s] = o, who, room
    for mark in range(session.klass, session.klass_end):
        c = p.class_of[mark]
        b.class_next[mark] = b.class_head[day, c]
        b.class_head[day, c] = mark
        b.class_hours[c] += session.half_hours
    for mark in range(session.use, session.use_end):
        r = p.use_resource[mark]
        b.use_next[mark] = b.use_head[day, r]
        b.use_head[day, r] = mark
        b.used_day[day, r] += p.use_amount[mark]
    for mark in range(session.series, session.series_end):
        r = p.series_of[mark]
        b.series_day[day, r] += 1
        b.series_days[r] += b.series_day[day, r] == 1
    if room >= 0:
        b.room_next[s] = b.room_head[day, room]
        b.room_head[day, room] = s
        b.room_day[day, room] += 1
        for mark in range(session.need, session.need_end):
            r = resource_at(p, room, p.need_kind[mark])
            if r >= 0:
                b.need_next[mark] = b.need_head[day, r]
                b.need_head[day, r] = mark
                b.used_day[day, r] += p.need_amount[mark]
    if who >= 0:
        b.who_next[s] = b.who_head[day, who]
        b.who_head[day, who] = s
        _count(p, b, s, o, who, 1)


@compiled
def clear(p: Arrays, b: Board, s: int) -> None:
    """Take a placed session out."""
    o, who, room = whole(b.option_of[s]), whole(b.who_of[s]), whole(b.room_of[s])
    session, day = p.sessions[s], p.options[o].day
    b.option_of[s], b.who_of[s], b.room_of[s] = NONE, NONE, NONE
    for mark in range(session.klass, session.klass_end):
        c = p.class_of[mark]
        _unhook(b.class_head, b.class_next, day, c, mark)
        b.class_hours[c] -= session.half_hours
    for mark in range(session.use, session.use_end):
        _unhook(b.use_head, b.use_next, day, p.use_resource[mark], mark)
        b.used_day[day, p.use_resource[mark]] -= p.use_amount[mark]
    for mark in range(session.series, session.series_end):
        r = p.series_of[mark]
        b.series_day[day, r] -= 1
        b.series_days[r] -= b.series_day[day, r] == 0
    if room >= 0:
        _unhook(b.room_head, b.room_next, day, room, s)
        b.room_day[day, room] -= 1
        for mark in range(session.need, session.need_end):
            r = resource_at(p, room, p.need_kind[mark])
            if r >= 0:
                _unhook(b.need_head, b.need_next, day, r, mark)
                b.used_day[day, r] -= p.need_amount[mark]
    if who >= 0:
        _unhook(b.who_head, b.who_next, day, who, s)
        _count(p, b, s, o, who, -1)


@inner
def _count(p: Arrays, b: Board, s: int, o: int, who: int, sign: int) -> None:
    session, option = p.sessions[s], p.options[o]
    b.per_day[option.day, who] += sign
    b.per_week[option.week, who] += sign
    b.per_month[option.month, who] += sign
    b.total[who] += sign
    if p.instructors[who].leads:
        for mark in range(session.klass, session.klass_end):
            b.led_hours[p.class_of[mark]] += sign * session.half_hours
    for mark in range(session.duty, session.duty_end):
        d = p.duty_of[mark]
        if p.duty_holder[d] == who:
            b.duty_done[d] += sign


@inner
def overlaps(p: Arrays, b: Board, s: int, o: int) -> bool:
    """Whether a placed session shares a moment with an option."""
    mine, other = p.options[o], p.options[b.option_of[s]]
    return other.begin < mine.end and other.end > mine.begin


@inner
def is_whole(p: Arrays, b: Board, s: int) -> bool:
    """Whether a session is placed with everything that it needs."""
    session = p.sessions[s]
    if b.option_of[s] < 0:
        return False
    return (b.who_of[s] >= 0 or not session.needs_instructor) and (
        b.room_of[s] >= 0 or not session.needs_venue
    )


@inner
def closer(p: Arrays, b: Board, o: int, other: int, around: tuple[int, int]) -> tuple[int, int]:
    """Return the placed sessions just before and just after an option, one more of the same day looked at."""
    before, after = around
    mine, there = p.options[o], p.options[b.option_of[other]]
    if (there.begin, there.end) < (mine.begin, mine.end):
        if before < 0:
            return other, after
        best = p.options[b.option_of[before]]
        if (best.begin, best.end, before) < (there.begin, there.end, other):
            return other, after
        return around
    if after < 0:
        return before, other
    best = p.options[b.option_of[after]]
    return (before, other) if (there.begin, there.end, other) < (best.begin, best.end, after) else around


@inner
def slack_around(p: Arrays, b: Board, o: int, who: int) -> Slack:
    """Return how far an instructor's placed sessions just before and just after an option are on its day."""
    around = NONE, NONE
    other = b.who_head[p.options[o].day, who]
    while other >= 0:
        around = closer(p, b, o, whole(other), around)
        other = b.who_next[other]
    return slack_of(p, b, o, around)


@inner
def slack_of(p: Arrays, b: Board, o: int, around: tuple[int, int]) -> Slack:
    """Return how far from an option, in place and time, the sessions just before and just after it are."""
    before, after = around
    left, gap, reached, wait = NONE, 0, NONE, 0
    if before >= 0:
        left = place_of(p, before, whole(b.room_of[before]))
        gap = max(0, p.options[o].begin - p.options[b.option_of[before]].end)
    if after >= 0:
        reached = place_of(p, after, whole(b.room_of[after]))
        wait = max(0, p.options[b.option_of[after]].begin - p.options[o].end)
    return left, gap, reached, wait


@inner
def is_rushed(p: Arrays, place: int, slack: Slack) -> bool:
    """Whether a known place leaves no time to travel from the session before or to the one after."""
    left, gap, reached, wait = slack
    # As far as from here to there, and from one place to many is quicker to read than from many to one.
    return between(p.minutes, left, place) > gap or between(p.minutes, reached, place) > wait
