"""Rules 5 and 6: capacity, limits of instructors and venues, resources."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.index import DAY, Bools, Ints, month_of, week_of
from scheduling.engine.model import Instructor
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.state import overlapping, peak
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model
    from scheduling.engine.state import State


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

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        index = state.index
        return index.capacity[which] < index.heads[s] if index.weights.overflow is None else None


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

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        return np.asarray(
            state.per_day[who, state.index.calendar.day[start // DAY]] >= state.index.max_per_day[who]
        )


class MaxPerWeek(_PerPeriod):
    """An instructor's limit per ISO week."""

    reason = Reason.MAX_PER_WEEK

    def __init__(self) -> None:
        super().__init__(week_of, lambda x: x.max_per_week)

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        calendar = state.index.calendar
        week = calendar.week_of_day[calendar.day[start // DAY]]
        return np.asarray(state.per_week[who, week] >= state.index.max_per_week[who])


class MaxPerMonth(_PerPeriod):
    """An instructor's limit per calendar month."""

    reason = Reason.MAX_PER_MONTH

    def __init__(self) -> None:
        super().__init__(month_of, lambda x: x.max_per_month)

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        calendar = state.index.calendar
        month = calendar.month_of_day[calendar.day[start // DAY]]
        return np.asarray(state.per_month[who, month] >= state.index.max_per_month[who])


class MaxTotal(_PerPeriod):
    """An instructor's limit in all."""

    reason = Reason.MAX_TOTAL

    def __init__(self) -> None:
        super().__init__(lambda day: 0, lambda x: x.max_total)

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        return np.asarray(state.total[who] >= state.index.max_total[who])


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

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        index = state.index
        return np.asarray(
            state.venue_per_day[which, index.calendar.day[start // DAY]] >= index.venue_max_per_day[which]
        )

    def post(self, model: "Model") -> None:
        for venue, ids in model.by_venue():
            days = model.t_begin[model.v_time[ids]] // DAY
            for day in np.unique(days).tolist():
                taken = int(model.state.venue_per_day[venue, model.index.calendar.day[day]])
                model.cap(Kind.VENUE, ids[days == day], int(model.index.venue_max_per_day[venue]) - taken)


class ResourceCount(Rule):
    """At any moment the placed sessions use no more of a resource than there is."""

    reason = Reason.RESOURCE

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for resource in table.problem.resources:
            users = [p for p in table.placed.values() if p.session.uses.get(resource.id)]
            for p in users:
                amount = sum(
                    o.session.uses[resource.id]
                    for o in users
                    if o is p or (o.begin <= p.begin < o.end and p.begin < p.end)
                )
                if amount > resource.count:
                    yield Violation(
                        self.reason, p.session.id, {"resource": resource.id, "count": resource.count}
                    )

    def time(self, state: "State", s: int, start: int) -> bool:
        index, end = state.index, start + state.index.minutes[s]
        for r, amount in index.uses[s]:
            there = overlapping(state.of_resource[r], start, end, index.longest)
            entries = [(e[0], e[1], dict(index.uses[e[2]])[r]) for e in there]
            if amount + (peak(entries, start, end) if entries else 0) > index.problem.resources[r].count:
                return True
        return False

    def post(self, model: "Model") -> None:
        index = model.index
        for r, resource in enumerate(index.problem.resources):
            users = [(s, dict(index.uses[s])[r]) for s in model.free if r in dict(index.uses[s])]
            if not users:
                continue
            ids = np.concatenate([model.times_of[s] for s, _ in users])
            amount = np.concatenate([np.full(len(model.times_of[s]), n, dtype=np.float64) for s, n in users])
            begin, end = model.spans(ids)
            fixed = [(e[0], e[1], dict(index.uses[e[2]])[r]) for e in model.state.of_resource[r]]
            for moment in sorted({*begin.tolist(), *(e[0] for e in fixed)}):
                there = (begin <= moment) & (end > moment)
                left = resource.count - sum(e[2] for e in fixed if e[0] <= moment < e[1])
                if amount[there].sum() > left:
                    model.put(model.row(-INFINITE, left), Kind.TIME, ids[there], amount[there])
