"""A problem as flat arrays for compiled code: ids are positions, times minutes since 1970, lists run from one mark to the next.

Position -1 stands for "none". Sessions that may have the same instructors (or venues) share one list of them. A *period* is
a distinct (begin, end); who is away or closed then is one bit. An *option* is one start of one session.
"""

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from scheduling.engine.compiling import Struct, StructType, compiled, inner, share
from scheduling.engine.index import DAY, NONE, Closed, Index
from scheduling.engine.lists import Lists, flattened, int32s
from scheduling.engine.model import Leader, Problem

Records = npt.NDArray[np.void]
Int32s = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Column = Sequence[int] | npt.NDArray[np.int64] | npt.NDArray[np.int32] | npt.NDArray[np.bool_]

UNLIMITED = 2**30
PIN_START, PIN_INSTRUCTOR, PIN_VENUE = 1, 2, 4
LEADER_ANY, LEADER_REQUIRED, LEADER_FORBIDDEN = 0, 1, 2
_PINS = {"start": PIN_START, "instructor": PIN_INSTRUCTOR, "venue": PIN_VENUE}
_LEADER = {Leader.ANY: LEADER_ANY, Leader.REQUIRED: LEADER_REQUIRED, Leader.FORBIDDEN: LEADER_FORBIDDEN}

_SESSION = (
    "minutes half_hours heads priority needs_instructor needs_venue whole_only leader pins place people rooms "
    "has_current current_start current_instructor current_venue "
    "option option_end klass klass_end use use_end need need_end series series_end duty duty_end feature feature_end "
    "topic is_listed listed listed_end is_room_listed room_listed room_listed_end"
)
_OPTION = "session begin end period day week month first_day last_day"
_INSTRUCTOR = "home leads fee max_day max_week max_month max_total target recused recused_end"
_VENUE = "place capacity groups max_day cost turnaround stock stock_end"
_USERS = {"class_of": "class_session", "use_resource": "use_session", "need_kind": "need_session"}
_SERIES = "first last min_days max_days ordered same_venue together"


class ArraysType(StructType):
    """The type of Arrays in compiled code."""


class Arrays(Struct):
    """The flat problem; ``x_at[n] .. x_at[n + 1]`` are the marks of list n in ``x``."""

    sessions: Records  # one each: _SESSION; option .. option_end and the like are marks in the arrays below
    options: Records  # by session, then by begin; sessions that begin first_day .. last_day may overlap it
    class_of: Int32s
    class_session: Int32s
    use_resource: Int32s
    use_session: Int32s
    use_amount: Int32s
    need_kind: Int32s  # what a session uses of its venue's
    need_session: Int32s
    need_amount: Int32s
    series_of: Int32s
    duty_of: Int32s
    feature_of: Int32s
    listed: Int32s  # who or what is on a session's allow-list, ascending
    people_at: Int32s
    people: Int32s  # allowed whenever, ascending within a list
    rating: Int32s  # of the one in ``people``, 0 without the topic
    rooms_at: Int32s
    rooms: Int32s  # allowed whenever but for capacity, ascending within a list
    instructors: Records
    away: Bytes  # [period, instructor // 8], ask has_bit
    avoids: Bytes
    rating_of: npt.NDArray[np.int8]  # [topic, instructor], -1 where they do not teach it
    recused_class: Int32s
    venues: Records
    stock_kind: Int32s  # of a venue: kinds of which it has a resource
    stock_resource: Int32s
    closed: Bytes
    has_feature: Bytes  # [venue, feature]
    class_home: Int32s
    class_percent: Int32s
    series: Records  # first .. last are marks in ``members``
    members: Int32s
    duty_holder: Int32s
    duty_need: Int32s
    duty_priority: Int32s
    resources: Int32s  # how many there are
    resource_tail: Int32s  # minutes they stay taken after a session
    a_day: Int32s  # how much of a resource sessions that begin on a day may use
    half_km: Int32s  # [place, place]
    minutes: Int32s  # [place, place] to travel
    weights: Records  # one record, named as Weights; overflow -1 where it is unset


share(Arrays, ArraysType, __file__)


@inner
def has_bit(bits: Bytes, owner: int, period: int) -> bool:
    """Whether an owner's bit of a period is set."""
    return bits[period, owner >> 3] >> (owner & 7) & 1 != 0


@inner
def between(table: Int32s, a: int, b: int) -> int:
    """Return an entry of ``half_km`` or ``minutes``, 0 where either place is unknown."""
    return int(table[a, b]) if a >= 0 and b >= 0 else 0


@inner
def resource_at(p: Arrays, room: int, kind: int) -> int:
    """Return the resource of a kind that a venue has, NONE where there is none."""
    for mark in range(p.venues[room].stock, p.venues[room].stock_end):
        if p.stock_kind[mark] == kind:
            return int(p.stock_resource[mark])
    return NONE


def arrays_of(index: Index) -> Arrays:
    """Return an indexed problem in arrays, the same ones for the same index."""
    if index not in _made:
        _made[index] = _arrays_of(index)
    return _made[index]


_made: WeakKeyDictionary[Index, Arrays] = WeakKeyDictionary()


def _arrays_of(index: Index) -> Arrays:
    problem = index.problem
    options, periods = _options(index)
    lists = Lists(index)
    begins, ends = periods[:, 0].copy(), periods[:, 1].copy()
    sessions, parts = _sessions(index, lists, options)
    instructors, of_people = _instructors(index, lists)
    half_km, minutes = _distances(index)
    members = [m for series in index.series for m in series]
    return Arrays(
        sessions=sessions,
        options=options,
        **parts,
        **lists.arrays(),
        instructors=instructors,
        **of_people,
        away=_bits(index.away, begins, ends),
        avoids=_bits(index.avoids, begins, ends),
        venues=_venues(index),
        stock_kind=int32s(kind for found in index.stock for kind, _ in found),
        stock_resource=int32s(r for found in index.stock for _, r in found),
        closed=_bits(index.closed, begins, ends),
        has_feature=lists.has_feature(),
        class_home=int32s(index.class_home),
        class_percent=int32s(c.min_leader_percent for c in problem.classes),
        series=_series(problem),
        members=int32s(members),
        duty_holder=int32s(index.duty_holder),
        duty_need=int32s(d.need for d in problem.duties),
        duty_priority=int32s(d.priority for d in problem.duties),
        resources=int32s(r.count for r in problem.resources),
        resource_tail=int32s(r.turnaround for r in problem.resources),
        a_day=int32s(UNLIMITED if r.max_per_day is None else r.max_per_day for r in problem.resources),
        half_km=half_km,
        minutes=minutes,
        weights=_weights(problem),
    )


def _records(names: str, columns: Sequence[Column]) -> Records:
    fields = names.split()
    table = np.zeros(len(columns[0]), dtype=[(name, "i8") for name in fields])
    for name, column in zip(fields, columns, strict=True):
        table[name] = column
    return table


def _options(index: Index) -> tuple[Records, npt.NDArray[np.int64]]:
    """Return the options, and the (begin, end) of each period."""
    counts = [len(starts) for starts in index.starts]
    session = np.repeat(np.arange(len(counts)), counts)
    begin = np.array([t for starts in index.starts for t in starts], dtype=np.int64)
    minutes = np.array(index.minutes, dtype=np.int64)[session]
    end, longest = begin + minutes, index.longest + 1
    periods, period = np.unique(begin * longest + minutes, return_inverse=True)
    periods = np.stack((periods // longest, periods // longest + periods % longest), axis=1)
    calendar = index.calendar
    days = np.array(sorted(calendar.day), dtype=np.int64)
    day = np.searchsorted(days, begin // DAY)
    week = np.array(calendar.week_of_day, dtype=np.int64)[day] if len(day) else day
    month = np.array(calendar.month_of_day, dtype=np.int64)[day] if len(day) else day
    back = index.longest_taken if index.crosses_midnight else 0
    ahead = index.longest_taken - index.longest
    first = np.searchsorted(days, (begin - back) // DAY)
    last = np.maximum(day, np.searchsorted(days, (end + ahead - 1) // DAY, side="right") - 1)
    columns = [session, begin, end, period, day, week, month, np.minimum(first, day), last]
    return _records(_OPTION, columns), periods


def _sessions(index: Index, lists: "Lists", options: Records) -> tuple[Records, dict[str, Int32s]]:
    sessions = index.problem.sessions
    marks: list[Int32s] = []
    parts: dict[str, Int32s] = {}
    amounts = [[n for _, n in uses] for uses in index.uses]
    for name, found in (
        ("class_of", index.classes),
        ("use_resource", [[r for r, _ in uses] for uses in index.uses]),
        ("need_kind", [[k for k, _ in needs] for needs in index.needs]),
        ("series_of", index.series_of),
        ("duty_of", index.duties_of),
        ("feature_of", lists.features),
    ):
        at, parts[name] = flattened(found)
        marks += [at[:-1], at[1:]]
        if name in _USERS:
            parts[_USERS[name]] = np.repeat(np.arange(len(sessions), dtype=np.int32), np.diff(at))
    parts["use_amount"] = int32s(n for found in amounts for n in found)
    parts["need_amount"] = int32s(n for needs in index.needs for _, n in needs)
    option_at = np.searchsorted(options["session"], np.arange(len(sessions) + 1))
    columns: list[Column] = [
        index.minutes,
        index.half_hours,
        index.heads,
        index.priority,
        index.needs_instructor,
        index.needs_venue,
        index.whole_only,
        [_LEADER[s.leader] for s in sessions],
        [sum(_PINS[part] for part in s.pinned) for s in sessions],
        [index.place_of(n, NONE) for n in range(len(sessions))],
        [lists.people(n, s) for n, s in enumerate(sessions)],
        [lists.rooms(s) for s in sessions],
        index.has_current_start,
        index.current_start,
        index.current_instructor,
        index.current_venue,
        option_at[:-1],
        option_at[1:],
        *marks,
        lists.topics,
        *lists.allowed([s.instructors for s in sessions], index.instructor),
        *lists.allowed([s.venues for s in sessions], index.venue),
    ]
    return _records(_SESSION, columns), parts


def _instructors(index: Index, lists: "Lists") -> tuple[Records, dict[str, Int32s | npt.NDArray[np.int8]]]:
    people = index.problem.instructors
    recused_at, recused_class = flattened([[index.klass[name] for name in x.not_classes] for x in people])
    parts: dict[str, Int32s | npt.NDArray[np.int8]] = {
        "rating_of": lists.ratings(),
        "recused_class": recused_class,
    }
    limits = (index.max_per_day, index.max_per_week, index.max_per_month, index.max_total, index.target)
    capped = [np.minimum(limit, UNLIMITED) for limit in limits]
    marks = [recused_at[:-1], recused_at[1:]]
    return _records(_INSTRUCTOR, [index.home, index.leads, index.fee, *capped, *marks]), parts


def _venues(index: Index) -> Records:
    per_day = np.minimum(index.venue_max_per_day, UNLIMITED)
    last = np.cumsum([len(found) for found in index.stock], dtype=np.int64)
    first = last - np.array([len(found) for found in index.stock], dtype=np.int64)
    columns = [index.venue_place, index.capacity, index.groups, per_day, index.venue_cost, index.turnaround]
    return _records(_VENUE, [*columns, first, last])


def _series(problem: Problem) -> Records:
    last = np.cumsum([len(r.sessions) for r in problem.series], dtype=np.int64)
    first = last - np.array([len(r.sessions) for r in problem.series], dtype=np.int64)
    unlimited: Callable[[int | None], int] = lambda days: UNLIMITED if days is None else days  # noqa: E731
    columns: list[Column] = [
        first,
        last,
        [r.min_days for r in problem.series],
        [unlimited(r.max_days) for r in problem.series],
        [r.ordered for r in problem.series],
        [r.same_venue for r in problem.series],
        [r.together for r in problem.series],
    ]
    return _records(_SERIES, columns)


def _weights(problem: Problem) -> Records:
    known = vars(problem.weights)
    return _records(" ".join(known), [[-1 if value is None else value] for value in known.values()])


def _distances(index: Index) -> tuple[Int32s, Int32s]:
    count = len(index.problem.places)
    half_km, minutes = np.zeros((count, count), dtype=np.int32), np.zeros((count, count), dtype=np.int32)
    for place in range(count):
        half_km[place] = index.distances.half_km(place)[:-1]
        minutes[place] = np.minimum(index.distances.minutes(place)[:-1], UNLIMITED)
    return half_km, minutes


def _bits(closed: Closed, begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Bytes:
    """Return one bit for each owner and period: whether one of the owner's intervals overlaps it."""
    bits = np.zeros((len(begins), closed.count // 8 + 1), dtype=np.uint8)
    _fill(bits, closed.table, begins, ends)
    return bits


@compiled
def _fill(
    bits: Bytes, table: npt.NDArray[np.int64], begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> None:
    longest = 0
    for n in range(len(begins)):
        longest = max(longest, ends[n] - begins[n])
    for row in range(len(table)):
        owner, begin, end = table[row]
        first = np.searchsorted(begins, begin - longest)
        for n in range(first, len(begins)):
            if begins[n] >= end:
                break
            if ends[n] > begin:
                bits[n, owner >> 3] |= np.uint8(1 << (owner & 7))
