"""A problem in numbers: ids become positions, times become minutes since 1970, lists become arrays.

Position -1 stands for "none" throughout: no instructor, no venue, an unknown place.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scheduling.engine.distances import Distances
from scheduling.engine.model import Interval, Problem, Session

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NONE = -1
DAY = 1440
NO_LIMIT = 2**40
_EPOCH = datetime(1970, 1, 1)


@lru_cache(maxsize=2**16)  # the same few thousand times come again and again
def to_minutes(time: datetime) -> int:
    """Return minutes since 1970 of a local time."""
    return int((time - _EPOCH) // timedelta(minutes=1))


def to_time(minutes: int) -> datetime:
    """Return the local time of some minutes since 1970."""
    return _EPOCH + timedelta(minutes=int(minutes))


def week_of(day: int) -> int:
    """Return a number for the ISO week of a day since 1970 (a Thursday)."""
    return (day + 3) // 7


def month_of(day: int) -> int:
    """Return a number for the month of a day since 1970."""
    date = _EPOCH + timedelta(days=day)
    return date.year * 12 + date.month


class Calendar:
    """The days, weeks and months that have starts, numbered from 0."""

    def __init__(self, starts: Iterable[int]) -> None:
        days = sorted({start // DAY for start in starts})
        self.day = {day: n for n, day in enumerate(days)}
        weeks = {week: n for n, week in enumerate(dict.fromkeys(map(week_of, days)))}
        months = {month: n for n, month in enumerate(dict.fromkeys(map(month_of, days)))}
        self.week_of_day = [weeks[week_of(day)] for day in days]
        self.month_of_day = [months[month_of(day)] for day in days]
        self.sizes = (len(days), len(weeks), len(months))


class Closed:
    """Intervals of many owners, asked: who has one that overlaps [begin, end)? ``table`` is (owner, begin, end) of each."""

    def __init__(self, owners: Sequence[Sequence[Interval]]) -> None:
        rows = [(n, to_minutes(a), to_minutes(b)) for n, intervals in enumerate(owners) for a, b in intervals]
        self.table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        self._owner, self._begin, self._end = self.table.T
        self.count = len(owners)
        self._kept: dict[tuple[int, int], Bools] = {}

    def at(self, begin: int, end: int) -> Bools:
        """Return a mask over the owners."""
        mask = self._kept.get((begin, end))
        if mask is None:
            mask = np.zeros(self.count, dtype=np.bool_)
            mask[self._owner[(self._begin < end) & (self._end > begin)]] = True
            self._kept[begin, end] = mask
        return mask


class Index:
    """Everything that is derived from a problem and never changes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.weights = problem.weights
        self.distances = Distances(problem)
        place = {p.id: n for n, p in enumerate(problem.places)}
        self.instructor = {x.id: n for n, x in enumerate(problem.instructors)}
        self.venue = {v.id: n for n, v in enumerate(problem.venues)}
        self.session = {s.id: n for n, s in enumerate(problem.sessions)}
        self.klass = {c.id: n for n, c in enumerate(problem.classes)}
        self._index_people(place)
        self._index_venues(place)
        self._index_sessions(place)
        self._index_groups()
        self._topics: dict[str, Ints] = {}
        self._recused: dict[int, Ints] = {}

    def _index_people(self, place: dict[str, int]) -> None:
        people = self.problem.instructors
        self.home = np.array([_find(place, x.home) for x in people], dtype=np.int64)
        self.leads = np.array([x.leader for x in people], dtype=np.bool_)
        self.fee = np.array([x.fee for x in people], dtype=np.int64)
        self.max_per_day = _limits([x.max_per_day for x in people])
        self.max_per_week = _limits([x.max_per_week for x in people])
        self.max_per_month = _limits([x.max_per_month for x in people])
        self.max_total = _limits([x.max_total for x in people])
        self.target = _limits([x.target for x in people])
        self.away = Closed([x.busy for x in people])
        self.avoids = Closed([x.avoid for x in people])

    def _index_venues(self, place: dict[str, int]) -> None:
        venues = self.problem.venues
        self.venue_place = np.array([_find(place, v.place) for v in venues], dtype=np.int64)
        self.capacity = np.array([v.capacity for v in venues], dtype=np.int64)
        self.groups = np.array([v.groups for v in venues], dtype=np.int64)
        self.venue_max_per_day = _limits([v.max_per_day for v in venues])
        self.venue_cost = np.array([v.cost for v in venues], dtype=np.int64)
        self.turnaround = np.array([v.turnaround for v in venues], dtype=np.int64)
        self.closed = Closed([v.busy for v in venues])
        self._with_feature: dict[str, set[int]] = {}
        for n, venue in enumerate(venues):
            for feature in venue.features:
                self._with_feature.setdefault(feature, set()).add(n)

    def _index_sessions(self, place: dict[str, int]) -> None:
        sessions = self.problem.sessions
        self.class_home = [_find(place, c.home) for c in self.problem.classes]
        self.classes = [tuple(self.klass[c] for c in s.classes) for s in sessions]
        self.starts = [tuple(sorted(to_minutes(t) for t in s.starts)) for s in sessions]
        self.minutes = [s.minutes for s in sessions]
        self.longest = max(self.minutes, default=0)
        self.half_hours: Ints = np.array([round(s.hours * 2) for s in sessions], dtype=np.int64)
        self.priority = [s.priority for s in sessions]
        self.heads = [s.heads for s in sessions]
        self.needs_instructor = [s.needs_instructor for s in sessions]
        self.needs_venue = [s.needs_venue for s in sessions]
        self.current_start = [
            NONE if s.current.start is None else to_minutes(s.current.start) for s in sessions
        ]
        self.has_current_start = [s.current.start is not None for s in sessions]
        self.current_instructor = [_find(self.instructor, s.current.instructor) for s in sessions]
        self.current_venue = [_find(self.venue, s.current.venue) for s in sessions]
        tails = [*self.turnaround.tolist(), *(r.turnaround for r in self.problem.resources)]
        self.longest_taken = self.longest + max(tails, default=0)
        tail = self.longest_taken - self.longest
        self.crosses_midnight = any(
            starts[n] % DAY + m + tail > DAY
            for starts, m in zip(self.starts, self.minutes, strict=True)
            for n in range(len(starts))
        )
        self.calendar = Calendar(t for starts in self.starts for t in starts)

    def _index_groups(self) -> None:
        problem, count = self.problem, len(self.problem.sessions)
        self.series = [tuple(self.session[s] for s in r.sessions) for r in problem.series]
        self.series_of: list[list[int]] = [[] for _ in range(count)]
        self.duties_of: list[list[int]] = [[] for _ in range(count)]
        for n, members in enumerate(self.series):
            for s in members:
                self.series_of[s].append(n)
        for n, duty in enumerate(problem.duties):
            for name in duty.sessions:
                self.duties_of[self.session[name]].append(n)
        self.duty_holder = [self.instructor[d.instructor] for d in problem.duties]
        self.resource = {r.id: n for n, r in enumerate(problem.resources)}
        kinds = dict.fromkeys(r.kind for r in problem.resources if r.kind is not None)
        self.kind = {name: n for n, name in enumerate(kinds)}
        self.uses = [_counted(s.uses, self.resource) for s in problem.sessions]
        self.needs = [_counted(s.uses, self.kind) for s in problem.sessions]
        self.stock: list[list[tuple[int, int]]] = [[] for _ in problem.venues]
        for r in problem.resources:
            if r.kind is not None:
                for name in r.venues:
                    self.stock[self.venue[name]].append((self.kind[r.kind], self.resource[r.id]))
        together = [problem.series[r].together for r in range(len(self.series))]
        self.whole_only = [any(together[r] for r in rs) for rs in self.series_of]

    def ratings(self, topic: str) -> Ints:
        """Return every instructor's rating in a topic, -1 where they do not teach it."""
        found = self._topics.get(topic)
        if found is None:
            found = np.array([x.topics.get(topic, -1) for x in self.problem.instructors], dtype=np.int64)
            self._topics[topic] = found
        return found

    def listed(self, names: Iterable[str], kind: dict[str, int]) -> Bools:
        """Return a mask with the named ones true."""
        mask = np.zeros(len(kind), dtype=np.bool_)
        mask[[kind[name] for name in names]] = True
        return mask

    def recused(self, s: int) -> Bools:
        """Return who may not teach one of the session's classes."""
        mask = np.zeros(len(self.instructor), dtype=np.bool_)
        if not self._recused:
            self._recused[NONE] = np.zeros(0, dtype=np.int64)
            found: dict[int, list[int]] = {}
            for n, x in enumerate(self.problem.instructors):
                for name in x.not_classes:
                    found.setdefault(self.klass[name], []).append(n)
            self._recused |= {c: np.array(who, dtype=np.int64) for c, who in found.items()}
        for c in self.classes[s]:
            if c in self._recused:
                mask[self._recused[c]] = True
        return mask

    def lacking_features(self, session: Session) -> Bools:
        """Return which venues lack one of the session's features."""
        mask = np.zeros(len(self.venue), dtype=np.bool_)
        for feature in session.features:
            having = np.zeros(len(self.venue), dtype=np.bool_)
            having[list(self._with_feature.get(feature, ()))] = True
            mask |= ~having
        return mask

    def place_of(self, s: int, venue: int) -> int:
        """Return the place of a session held in a venue (or in none)."""
        if venue != NONE:
            return int(self.venue_place[venue])
        return self.class_home[self.classes[s][0]] if self.classes[s] else NONE


def _find(known: dict[str, int], name: str | None) -> int:
    return NONE if name is None else known[name]


def _counted(uses: dict[str, int], known: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """Return the number of each known name with its amount."""
    return tuple((known[name], n) for name, n in uses.items() if n and name in known)


def _limits(values: Sequence[int | None]) -> Ints:
    return np.array([NO_LIMIT if v is None else v for v in values], dtype=np.int64)
