"""Cost parts that count over several sessions: duties, leaders' share, fair load, series, isolated lessons."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.costs.base import CostPart
from scheduling.engine.index import DAY, Ints
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.state import State, Timeline

BREAK = 30  # minutes between two lessons that still count as adjacent


class DutyShort(CostPart):
    """Lessons that duty holders are short of."""

    name = "duty"

    def full(self, table: Timetable) -> int:
        short = 0
        for duty in table.problem.duties:
            eligible = set(duty.sessions)
            done = sum(1 for p, x in table.taught() if x.id == duty.instructor and p.session.id in eligible)
            short += max(0, duty.need - done)
        return table.problem.weights.duty * short

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        index = state.index
        gain = np.zeros(len(who), dtype=np.int64)
        for d in index.duties_of[s]:
            if state.duty_done[d] < index.problem.duties[d].need:
                gain -= index.weights.duty * (who == index.duty_holder[d])
        return gain


class LeaderShare(CostPart):
    """Class hours by which leaders teach a class less than its share."""

    name = "leader_share"

    @staticmethod
    def missing(percent: int, half_hours: int, by_leaders: int) -> int:
        """Return the missing class hours, rounded up, of a class with so many placed half hours."""
        return max(0, -((100 * by_leaders - percent * half_hours) // 200))

    def full(self, table: Timetable) -> int:
        missing = 0
        for klass in table.problem.classes:
            entries = table.by_class.get(klass.id, [])
            hours = sum(round(p.session.hours * 2) for p in entries)
            led = sum(
                round(p.session.hours * 2)
                for p in entries
                if p.instructor is not None and p.instructor.leader
            )
            missing += self.missing(klass.min_leader_percent, hours, led)
        return table.problem.weights.leader_share * missing

    def time(self, state: "State", s: int, start: int) -> int:
        return self._step(state, s, led=0, before=(0, 0))

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        hours = state.index.half_hours[s]
        step = self._step(state, s, led=hours, before=(hours, 0))
        return step * state.index.leads[who].astype(np.int64) if step else 0

    def _step(self, state: "State", s: int, *, led: int, before: tuple[int, int]) -> int:
        index, hours, total = state.index, state.index.half_hours[s], 0
        for c in index.classes[s]:
            percent, placed, by_leaders = (
                index.problem.classes[c].min_leader_percent,
                state.class_hours[c],
                state.leader_hours[c],
            )
            if percent:
                after = self.missing(percent, placed + hours, by_leaders + led)
                total += after - self.missing(percent, placed + before[0], by_leaders + before[1])
        return index.weights.leader_share * total


class OverTarget(CostPart):
    """Sessions of an instructor above target, and again above twice the target."""

    name = "over_target"

    def full(self, table: Timetable) -> int:
        weights, amount = table.problem.weights, 0
        for x in table.problem.instructors:
            if x.target is not None:
                count = len(table.by_instructor.get(x.id, ()))
                amount += weights.over_target * max(0, count - x.target)
                amount += weights.over_twice_target * max(0, count - 2 * x.target)
        return amount

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        weights, count, target = state.index.weights, state.total[who], state.index.target[who]
        above = (count >= target).astype(np.int64)
        return weights.over_target * above + weights.over_twice_target * (count >= 2 * target).astype(
            np.int64
        )


class Isolated(CostPart):
    """Lessons of a class with no other lesson of it right before or after."""

    name = "isolated"

    @staticmethod
    def count(entries: Iterable[tuple[int, int]]) -> int:
        """Return how many of one day's (begin, end) of a class stand alone."""
        known = list(entries)
        return sum(
            not any(
                n != m and (0 <= a[0] - b[1] <= BREAK or 0 <= b[0] - a[1] <= BREAK)
                for m, b in enumerate(known)
            )
            for n, a in enumerate(known)
        )

    def full(self, table: Timetable) -> int:
        if not table.problem.weights.isolated:
            return 0
        alone = 0
        for entries in table.by_class.values():
            for day in {p.day for p in entries}:
                alone += self.count((p.begin, p.end) for p in entries if p.day == day)
        return table.problem.weights.isolated * alone

    def time(self, state: "State", s: int, start: int) -> int:
        index = state.index
        if not index.weights.isolated:
            return 0
        added = 0
        for c in index.classes[s]:
            day = _of_day(state.of_class[c], start // DAY)
            added += self.count([*day, (start, start + index.minutes[s])]) - self.count(day)
        return index.weights.isolated * added


class MinDays(CostPart):
    """Days by which a series falls short of its number of days."""

    name = "min_days"

    def full(self, table: Timetable) -> int:
        missing = sum(
            max(0, r.min_days - len({p.day for p in table.series(r.sessions)})) for r in table.problem.series
        )
        return table.problem.weights.min_days * missing

    def time(self, state: "State", s: int, start: int) -> int:
        index, gained = state.index, 0
        for r in index.series_of[s]:
            days = state.series_days[r]
            gained += start // DAY not in days and len(days) < index.problem.series[r].min_days
        return -index.weights.min_days * gained


class SameVenue(CostPart):
    """Venues beyond the first in a series that should stay in one."""

    name = "same_venue"

    def full(self, table: Timetable) -> int:
        beyond = 0
        for series in table.problem.series:
            if series.same_venue:
                beyond += max(
                    0, len({p.venue.id for p in table.series(series.sessions) if p.venue is not None}) - 1
                )
        return table.problem.weights.same_venue * beyond

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Ints | int:
        index = state.index
        beyond = np.zeros(len(which), dtype=np.int64)
        for r in index.series_of[s]:
            known = state.series_venues[r]
            if index.problem.series[r].same_venue and known:
                beyond += ~np.isin(which, list(known))
        return index.weights.same_venue * beyond


def _of_day(line: "Timeline", day: int) -> list[tuple[int, int]]:
    return [
        (e[0], e[1]) for e in line[bisect_left(line, (day * DAY,)) : bisect_left(line, ((day + 1) * DAY,))]
    ]
