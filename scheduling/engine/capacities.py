"""Capacities: what sessions can have of instructors, venues or time of a class, and the limits above each way to have it.

The limits of an instructor lie within one another: one session at a time, then the day, the week, the month, the total. Weeks
are cut where months end, and sessions of a day share moments, each holding its own: both only loosen what the rules say.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scheduling.engine.candidates import Candidates
from scheduling.engine.index import DAY, NO_LIMIT, NONE, Index, month_of, week_of
from scheduling.engine.reasons import Reason
from scheduling.engine.state import State

NO_MOMENT = -(2**60)  # of a session that takes no time

Moments = dict[
    tuple[int, int], int
]  # (begin, end) of a session on a day: the moment that it shares with its clique
Way = tuple[int, int]  # start, who


class Part(StrEnum):
    """What there is too little of."""

    INSTRUCTOR = "instructor"
    VENUE = "venue"
    CLASS_TIME = "class_time"


@dataclass(frozen=True)
class Limit:
    """What bounds an instructor, a venue or a class within [begin, end) minutes since 1970; None: the whole plan."""

    reason: Reason
    who: int
    period: tuple[int, int] | None
    most: int


class Supply:
    """What sessions can have of one part, each way with the limits above it; depends on the problem alone."""

    def __init__(self, candidates: Candidates, part: Part, klass: int = NONE) -> None:
        """Take candidates of a State without placements; time is that of one class."""
        self.index, self.part, self.klass = candidates.state.index, part, klass
        self._candidates = candidates
        self._ways: dict[int, list[Way]] = {}
        self._minutes = self.index.minutes
        self._slots: dict[tuple[int, int], tuple[int, int]] = {}  # (start, minutes): day and moment
        self._lowest: dict[tuple[int, tuple[int, int]], int] = {}
        self._node: dict[tuple[Reason, int, int], int] = {}
        self.limits: list[Limit] = []
        self.parent: list[int] = []
        self._days: dict[int, set[tuple[int, int]]] | None = None
        self._moments: dict[int, Moments] = {}
        self._month_and_week: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}

    def ways(self, s: int) -> list[Way]:
        """Return every way to serve a session."""
        found = self._ways.get(s)
        if found is None:
            found = [(start, who) for start in self.starts(s) for who in self._open(s, start)]
            self._ways[s] = found
        return found

    def starts(self, s: int) -> Sequence[int]:
        """Return a session's starts, the pinned one alone where it is pinned."""
        index = self.index
        if "start" in index.problem.sessions[s].pinned:
            return [t for t in index.starts[s] if index.has_current_start[s] and t == index.current_start[s]]
        return index.starts[s]

    def needs(self, s: int) -> bool:
        """Whether a session needs this part."""
        index = self.index
        if self.part is Part.INSTRUCTOR:
            return index.needs_instructor[s]
        return index.needs_venue[s] if self.part is Part.VENUE else self.klass in index.classes[s]

    def is_pinned(self, s: int) -> bool:
        """Whether the session's pins give it this part in every plan."""
        pinned = self.index.problem.sessions[s].pinned
        return self.part.value in pinned or (self.part is Part.CLASS_TIME and "start" in pinned)

    def _open(self, s: int, start: int) -> Iterable[int]:
        if self.part is Part.CLASS_TIME:
            return [self.klass]
        if self.part is Part.INSTRUCTOR:
            return map(int, self._candidates.free_instructors(s, start))
        return map(int, self._candidates.free_venues(s, start))

    def node(self, s: int, start: int, who: int) -> int:
        """Return the lowest limit above a way, made with all limits above it where it is new; NONE where there is none."""
        slot = self._slots.get((start, self._minutes[s]))
        if slot is None:
            day = start // DAY
            slot = self._slots[start, self._minutes[s]] = (
                day,
                self._moment(day, start, start + self._minutes[s]),
            )
        found = self._lowest.get((who, slot))
        if found is None:
            found = NONE
            for limit in reversed([x for x in self._limits(who, *slot) if x.most < NO_LIMIT]):
                found = self._made(limit, found)
            self._lowest[who, slot] = found
        return found

    def _made(self, limit: Limit, above: int) -> int:
        key = (limit.reason, limit.who, NONE if limit.period is None else limit.period[0])
        found = self._node.get(key)
        if found is None:
            found = self._node[key] = len(self.limits)
            self.limits.append(limit)
            self.parent.append(above)
        return found

    def _limits(self, who: int, day: int, moment: int) -> Iterator[Limit]:
        """Yield the limits above a way, each within the next: weeks are cut where months end."""
        index, now = self.index, (moment, moment + 1)
        at_once = 1 if moment != NO_MOMENT else NO_LIMIT
        whole_day = (day * DAY, day * DAY + DAY)
        if self.part is Part.CLASS_TIME:
            yield Limit(Reason.CLASS_BUSY, who, now, at_once)
        elif self.part is Part.VENUE:
            yield Limit(Reason.VENUE_BUSY, who, now, at_once * int(index.groups[who]))
            yield Limit(Reason.VENUE_MAX_PER_DAY, who, whole_day, int(index.venue_max_per_day[who]))
        else:
            yield Limit(Reason.INSTRUCTOR_BUSY, who, now, at_once)
            yield Limit(Reason.MAX_PER_DAY, who, whole_day, int(index.max_per_day[who]))
            month, part = self._periods(day)
            yield Limit(Reason.MAX_PER_WEEK, who, part, int(index.max_per_week[who]))
            yield Limit(Reason.MAX_PER_MONTH, who, month, int(index.max_per_month[who]))
            yield Limit(Reason.MAX_TOTAL, who, None, int(index.max_total[who]))

    def _periods(self, day: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the month of a day and the part of its week within it."""
        found = self._month_and_week.get(day)
        if found is None:
            month, week = _span(day, month_of), _span(day, week_of)
            found = self._month_and_week[day] = month, (max(month[0], week[0]), min(month[1], week[1]))
        return found

    def _moment(self, day: int, begin: int, end: int) -> int:
        found = self._moments.get(day)
        if found is None:
            if self._days is None:
                self._days = _days(self.index)
            found = self._moments[day] = _stabbed(self._days.get(day, set()))
        return found[begin, end]


class Supplies:
    """What there is of each part, for one problem; kept between questions."""

    def __init__(self, index: Index) -> None:
        self._candidates = Candidates(State(index))
        self._kept: dict[tuple[Part, int], Supply] = {}

    def of(self, part: Part, klass: int = NONE) -> Supply:
        """Return the supply of a part; class time is that of one class."""
        if (part, klass) not in self._kept:
            self._kept[part, klass] = Supply(self._candidates, part, klass)
        return self._kept[part, klass]


def _days(index: Index) -> dict[int, set[tuple[int, int]]]:
    """Return the intervals that sessions could take, by day."""
    found: dict[int, set[tuple[int, int]]] = {}
    for starts, minutes in zip(index.starts, index.minutes, strict=True):
        for start in starts:
            found.setdefault(start // DAY, set()).add((start, start + minutes))
    return found


def _stabbed(spans: Iterable[tuple[int, int]]) -> Moments:
    """Share intervals out among as few moments as possible, each interval holding its moment."""
    found: Moments = {}
    moment = NO_MOMENT
    for begin, end in sorted(spans, key=lambda span: (span[1], span[0])):
        if begin > moment and begin < end:
            moment = end - 1
        found[begin, end] = moment if begin < end else NO_MOMENT
    return found


def _span(day: int, number: Callable[[int], int]) -> tuple[int, int]:
    """Return the minutes of the week or month that a day is in."""
    first = last = day
    while number(first - 1) == number(day):
        first -= 1
    while number(last + 1) == number(day):
        last += 1
    return first * DAY, (last + 1) * DAY
