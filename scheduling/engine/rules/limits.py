"""Rules 5 and 6: capacity, limits of instructors and venues."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board
from scheduling.engine.cliques import Kind
from scheduling.engine.compiling import inner
from scheduling.engine.index import DAY, month_of, week_of
from scheduling.engine.model import Instructor
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model


class Capacity(Rule):
    """The heads fit into the venue, unless overflow is priced."""

    reason = Reason.CAPACITY
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            if table.problem.weights.overflow is None and p.session.heads > venue.capacity:
                yield Violation(
                    self.reason,
                    p.session.id,
                    {"venue": venue.id, "heads": p.session.heads, "capacity": venue.capacity},
                )

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        return p.weights[0].overflow < 0 and p.venues[room].capacity < p.sessions[s].heads


class _PerPeriod(Rule):
    """An instructor teaches at most so many sessions in a period."""

    def __init__(self, period: Callable[[int], int], limit: Callable[[Instructor], int | None]) -> None:
        self._period, self._limit = period, limit

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for name, entries in table.by_instructor.items():
            teacher = entries[0].instructor
            limit = None if teacher is None else self._limit(teacher)
            if limit is None:
                continue
            counted: Counter[int] = Counter()
            for p in entries:
                counted[self._period(p.day)] += 1
                if counted[self._period(p.day)] > limit:
                    yield Violation(self.reason, p.session.id, {"instructor": name, "limit": limit})

    def post(self, model: "Model") -> None:
        for who, ids in model.by_instructor():
            limit = self._limit(model.index.problem.instructors[who])
            if limit is None:
                continue
            taken = Counter(self._period(e[0] // DAY) for e in model.state.of_instructor[who])
            periods = np.array(
                [self._period(day) for day in (model.t_begin[model.i_time[ids]] // DAY).tolist()]
            )
            for period in np.unique(periods).tolist():
                model.cap(Kind.INSTRUCTOR, ids[periods == period], limit - taken[period])


class MaxPerDay(_PerPeriod):
    """An instructor's limit per day."""

    reason = Reason.MAX_PER_DAY

    def __init__(self) -> None:
        super().__init__(lambda day: day, lambda x: x.max_per_day)

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return b.per_day[p.options[o].day, who] >= p.instructors[who].max_day


class MaxPerWeek(_PerPeriod):
    """An instructor's limit per ISO week."""

    reason = Reason.MAX_PER_WEEK

    def __init__(self) -> None:
        super().__init__(week_of, lambda x: x.max_per_week)

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return b.per_week[p.options[o].week, who] >= p.instructors[who].max_week


class MaxPerMonth(_PerPeriod):
    """An instructor's limit per calendar month."""

    reason = Reason.MAX_PER_MONTH

    def __init__(self) -> None:
        super().__init__(month_of, lambda x: x.max_per_month)

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return b.per_month[p.options[o].month, who] >= p.instructors[who].max_month


class MaxTotal(_PerPeriod):
    """An instructor's limit in all."""

    reason = Reason.MAX_TOTAL

    def __init__(self) -> None:
        super().__init__(lambda day: 0, lambda x: x.max_total)

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return b.total[who] >= p.instructors[who].max_total


class VenueMaxPerDay(Rule):
    """A venue's limit of sessions per day."""

    reason = Reason.VENUE_MAX_PER_DAY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for name, entries in table.by_venue.items():
            limit = None if entries[0].venue is None else entries[0].venue.max_per_day
            counted: Counter[int] = Counter()
            for p in entries:
                counted[p.day] += 1
                if limit is not None and counted[p.day] > limit:
                    yield Violation(self.reason, p.session.id, {"venue": name, "limit": limit})

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        return b.room_day[p.options[o].day, room] >= p.venues[room].max_day

    def post(self, model: "Model") -> None:
        for venue, ids in model.by_venue():
            days = model.t_begin[model.v_time[ids]] // DAY
            for day in np.unique(days).tolist():
                taken = int(model.state.venue_per_day[venue, model.index.calendar.day[day]])
                model.cap(Kind.VENUE, ids[days == day], int(model.index.venue_max_per_day[venue]) - taken)
