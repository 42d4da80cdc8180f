"""A problem as flat arrays for compiled code: ids are positions, times minutes since 1970, lists run from one mark to the next.

Position -1 stands for "none". Sessions that may have the same instructors (or venues) share one list of them. A *period* is
a distinct (begin, end); who is away or closed then is one bit. An *option* is one start of one session.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from scheduling.engine.index import DAY, NONE, Index, to_minutes
from scheduling.engine.model import Interval, Leader, Problem, Session

Records = npt.NDArray[np.void]
Int32s = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

UNLIMITED = 2**30
PIN_START, PIN_INSTRUCTOR, PIN_VENUE = 1, 2, 4
LEADER_ANY, LEADER_REQUIRED, LEADER_FORBIDDEN = 0, 1, 2
_PINS = {"start": PIN_START, "instructor": PIN_INSTRUCTOR, "venue": PIN_VENUE}
_LEADER = {Leader.ANY: LEADER_ANY, Leader.REQUIRED: LEADER_REQUIRED, Leader.FORBIDDEN: LEADER_FORBIDDEN}

_SESSION = (
    "minutes half_hours heads priority needs_instructor needs_venue whole_only leader pins place people rooms "
    "has_current current_start current_instructor current_venue "
    "option option_end klass klass_end use use_end series series_end duty duty_end"
)
_OPTION = "session begin end period day week month"
_INSTRUCTOR = "home leads fee max_day max_week max_month max_total target"
_VENUE = "place capacity groups max_day cost"
_SERIES = "first last min_days max_days ordered same_venue together"


class Arrays(NamedTuple):
    """The flat problem; ``x_at[n] .. x_at[n + 1]`` are the marks of list n in ``x``."""

    sessions: Records  # one each: _SESSION; option .. option_end and the like are marks in the arrays below
    options: Records  # by session, then by begin
    class_of: Int32s
    use_resource: Int32s
    use_amount: Int32s
    series_of: Int32s
    duty_of: Int32s
    people_at: Int32s
    people: Int32s  # allowed whenever, ascending within a list
    rating: Int32s  # of the one in ``people``, 0 without the topic
    rooms_at: Int32s
    rooms: Int32s  # allowed whenever but for capacity, ascending within a list
    instructors: Records
    away: Bytes  # [instructor, period // 8]
    avoids: Bytes  # [instructor, period // 8]
    venues: Records
    closed: Bytes  # [venue, period // 8]
    class_home: Int32s
    class_percent: Int32s
    series: Records  # first .. last are marks in ``members``
    members: Int32s
    duty_holder: Int32s
    duty_need: Int32s
    resources: Int32s
    half_km: Int32s  # [place, place]
    minutes: Int32s  # [place, place] to travel
    weights: Records  # one record, named as Weights; overflow -1 where it is unset


@njit(cache=True, inline="always")  # type: ignore[misc]
def has_bit(bits: Bytes, row: int, period: int) -> bool:
    """Whether a row's bit of a period is set."""
    return bits[row, period >> 3] >> (period & 7) & 1 != 0


@njit(cache=True, inline="always")  # type: ignore[misc]
def between(table: Int32s, a: int, b: int) -> int:
    """Return an entry of ``half_km`` or ``minutes``, 0 where either place is unknown."""
    return table[a, b] if a >= 0 and b >= 0 else 0


def arrays_of(index: Index) -> Arrays:
    """Return an indexed problem in arrays."""
    problem = index.problem
    options, periods = _options(index)
    lists = _Lists(index)
    begins, ends = periods[:, 0].copy(), periods[:, 1].copy()
    sessions, parts = _sessions(index, lists, options)
    half_km, minutes = _distances(index)
    members = [m for series in index.series for m in series]
    return Arrays(
        sessions=sessions,
        options=options,
        **parts,
        **lists.arrays(),
        instructors=_instructors(index),
        away=_bits([x.busy for x in problem.instructors], begins, ends),
        avoids=_bits([x.avoid for x in problem.instructors], begins, ends),
        venues=_venues(index),
        closed=_bits([v.busy for v in problem.venues], begins, ends),
        class_home=_int32s(index.class_home),
        class_percent=_int32s(c.min_leader_percent for c in problem.classes),
        series=_series(problem),
        members=_int32s(members),
        duty_holder=_int32s(index.duty_holder),
        duty_need=_int32s(d.need for d in problem.duties),
        resources=_int32s(r.count for r in problem.resources),
        half_km=half_km,
        minutes=minutes,
        weights=_weights(problem),
    )


def _int32s(values: Iterable[int]) -> Int32s:
    return np.array(list(values), dtype=np.int32)


def _records(names: str, columns: Sequence[Sequence[int]], kind: str = "i4") -> Records:
    fields = names.split()
    table = np.zeros(len(columns[0]), dtype=[(name, kind) for name in fields])
    for name, column in zip(fields, columns, strict=True):
        table[name] = column
    return table


def _marks(lists: Iterable[Sequence[int]]) -> tuple[Int32s, Int32s]:
    """Return where each list begins (one more mark at the end), and all values."""
    found = list(lists)
    marks = np.zeros(len(found) + 1, dtype=np.int32)
    np.cumsum([len(values) for values in found], out=marks[1:])
    return marks, _int32s(v for values in found for v in values)


def _options(index: Index) -> tuple[Records, npt.NDArray[np.int64]]:
    """Return the options, and the (begin, end) of each period."""
    counts = [len(starts) for starts in index.starts]
    session = np.repeat(np.arange(len(counts)), counts)
    begin = np.array([t for starts in index.starts for t in starts], dtype=np.int64)
    end = begin + np.array(index.minutes, dtype=np.int64)[session]
    periods, period = np.unique(np.stack((begin, end), axis=1), axis=0, return_inverse=True)
    calendar = index.calendar
    days = np.array(sorted(calendar.day), dtype=np.int64)
    day = np.searchsorted(days, begin // DAY)
    week = np.array(calendar.week_of_day, dtype=np.int64)[day] if len(day) else day
    month = np.array(calendar.month_of_day, dtype=np.int64)[day] if len(day) else day
    return _records(_OPTION, [session, begin, end, period.ravel(), day, week, month]), periods.reshape(-1, 2)


def _sessions(index: Index, lists: "_Lists", options: Records) -> tuple[Records, dict[str, Int32s]]:
    sessions = index.problem.sessions
    marks: list[Int32s] = []
    parts: dict[str, Int32s] = {}
    amounts = [[n for _, n in uses] for uses in index.uses]
    for name, found in (
        ("class_of", index.classes),
        ("use_resource", [[r for r, _ in uses] for uses in index.uses]),
        ("series_of", index.series_of),
        ("duty_of", index.duties_of),
    ):
        at, parts[name] = _marks(found)
        marks += [at[:-1], at[1:]]
    parts["use_amount"] = _int32s(n for found in amounts for n in found)
    option_at = np.searchsorted(options["session"], np.arange(len(sessions) + 1))
    columns = [
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
    ]
    return _records(_SESSION, columns), parts


class _Lists:
    """Shared lists of who may teach and of where a session may be held, whenever."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._people: dict[tuple[object, ...], int] = {}
        self._rooms: dict[tuple[object, ...], int] = {}
        self._who: list[tuple[Int32s, Int32s]] = []
        self._where: list[Int32s] = []
        self._topics: dict[str, list[int]] = {}
        self._recused: dict[str, list[int]] = {}
        for n, x in enumerate(index.problem.instructors):
            for topic in x.topics:
                self._topics.setdefault(topic, []).append(n)
            for name in x.not_classes:
                self._recused.setdefault(name, []).append(n)

    def people(self, n: int, session: Session) -> int:
        """Return the number of the list of those who may teach a session."""
        recused = tuple(sorted({who for c in session.classes for who in self._recused.get(c, ())}))
        pinned = self._index.current_instructor[n] if "instructor" in session.pinned else None
        key = (session.topic, session.instructors, session.leader, recused, pinned)
        if key not in self._people:
            self._people[key] = len(self._who)
            names = session.instructors
            who = (
                self._topics.get(session.topic, [])
                if names is None
                else sorted({self._index.instructor[name] for name in names})
            )
            people = self._index.problem.instructors
            kept = [
                x
                for x in who
                if x not in recused
                and not (session.leader is Leader.REQUIRED and not people[x].leader)
                and not (session.leader is Leader.FORBIDDEN and people[x].leader)
                and pinned in (None, x)
            ]
            self._who.append((_int32s(kept), _int32s(people[x].topics.get(session.topic, 0) for x in kept)))
        return self._people[key]

    def rooms(self, session: Session) -> int:
        """Return the number of the list of venues that a session may have, capacity aside."""
        pinned = self._pinned_venue(session)
        key = (
            tuple(sorted(session.features)) if session.venues is None else session.venues,
            session.venues is None,
            pinned,
        )
        if key not in self._rooms:
            self._rooms[key] = len(self._where)
            venues = self._index.problem.venues
            if session.venues is None:
                where = [n for n, v in enumerate(venues) if set(session.features) <= set(v.features)]
            else:
                where = sorted({self._index.venue[name] for name in session.venues})
            self._where.append(_int32s(v for v in where if pinned in (None, v)))
        return self._rooms[key]

    def _pinned_venue(self, session: Session) -> int | None:
        if "venue" not in session.pinned:
            return None
        return NONE if session.current.venue is None else self._index.venue[session.current.venue]

    def arrays(self) -> dict[str, Int32s]:
        """Return the lists."""
        people_at, people = _marks([who.tolist() for who, _ in self._who])
        rooms_at, rooms = _marks([where.tolist() for where in self._where])
        rating = np.concatenate([r for _, r in self._who]) if self._who else _int32s(())
        return {
            "people_at": people_at,
            "people": people,
            "rating": rating,
            "rooms_at": rooms_at,
            "rooms": rooms,
        }


def _instructors(index: Index) -> Records:
    limits = (index.max_per_day, index.max_per_week, index.max_per_month, index.max_total, index.target)
    capped = [np.minimum(limit, UNLIMITED) for limit in limits]
    return _records(_INSTRUCTOR, [index.home, index.leads, index.fee, *capped])


def _venues(index: Index) -> Records:
    per_day = np.minimum(index.venue_max_per_day, UNLIMITED)
    return _records(_VENUE, [index.venue_place, index.capacity, index.groups, per_day, index.venue_cost])


def _series(problem: Problem) -> Records:
    last = np.cumsum([len(r.sessions) for r in problem.series], dtype=np.int64)
    first = last - [len(r.sessions) for r in problem.series]
    unlimited: Callable[[int | None], int] = lambda days: UNLIMITED if days is None else days  # noqa: E731
    columns = [
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
    return _records(" ".join(known), [[-1 if value is None else value] for value in known.values()], "i8")


def _distances(index: Index) -> tuple[Int32s, Int32s]:
    count = len(index.problem.places)
    half_km, minutes = np.zeros((count, count), dtype=np.int32), np.zeros((count, count), dtype=np.int32)
    for place in range(count):
        half_km[place] = index.distances.half_km(place)[:-1]
        minutes[place] = np.minimum(index.distances.minutes(place)[:-1], UNLIMITED)
    return half_km, minutes


def _bits(
    owners: Sequence[Sequence[Interval]], begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> Bytes:
    """Return one bit for each owner and period: whether one of the owner's intervals overlaps it."""
    rows = [(n, to_minutes(a), to_minutes(b)) for n, intervals in enumerate(owners) for a, b in intervals]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    bits = np.zeros((len(owners), len(begins) // 8 + 1), dtype=np.uint8)
    _fill(bits, table, begins, ends)
    return bits


@njit(cache=True)  # type: ignore[misc]
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
                bits[owner, n >> 3] |= np.uint8(1 << (n & 7))
