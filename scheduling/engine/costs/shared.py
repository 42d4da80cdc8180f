"""Cost parts that count over several sessions: duties, leaders' share, fair load, series, isolated lessons."""

from bisect import bisect_left
from collections.abc import Container, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.costs.base import CostPart
from scheduling.engine.index import DAY, Ints
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model
    from scheduling.engine.state import State, Timeline

BREAK = 30  # minutes between two lessons that still count as adjacent


class DutyShort(CostPart):
    """Lessons that duty holders are short of."""

    name = "duty"
    is_shared = True

    def full(self, table: Timetable) -> int:
        short = 0
        for duty in table.problem.duties:
            eligible = table.series(duty.sessions)
            done = sum(1 for p in eligible if p.instructor is not None and p.instructor.id == duty.instructor)
            short += max(0, duty.need - done)
        return table.problem.weights.duty * short

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        index = state.index
        gain = np.zeros(len(who), dtype=np.int64)
        for d in index.duties_of[s]:
            if state.duty_done[d] < index.problem.duties[d].need:
                gain -= index.weights.duty * (who == index.duty_holder[d])
        return gain

    def post(self, model: "Model") -> None:
        index = model.index
        for d, duty in enumerate(index.problem.duties):
            short = duty.need - model.state.duty_done[d]
            eligible = [index.session[name] for name in duty.sessions]
            ids = [model.of_session(Kind.INSTRUCTOR, s) for s in eligible if s in model.is_free]
            mine = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int64)
            mine = mine[model.i_who[mine] == index.duty_holder[d]]
            if short <= 0 or not len(mine):
                continue
            row = model.row(short, INFINITE)
            model.put(row, Kind.INSTRUCTOR, mine)
            model.put(row, Kind.VARIABLE, [model.variable(index.weights.duty, short)])
            model.constant -= index.weights.duty * short


class LeaderShare(CostPart):
    """Class hours by which leaders teach a class less than its share."""

    name = "leader_share"
    is_shared = True

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

    def post(self, model: "Model") -> None:
        """Missing hours in whole numbers: 200 missing >= percent x placed half hours - 100 x leaders' half hours."""
        index, weight = model.index, model.index.weights.leader_share
        hours = np.array(index.half_hours, dtype=np.int64)
        for c, times in model.by_class():
            percent = index.problem.classes[c].min_leader_percent
            placed, led = model.state.class_hours[c], model.state.leader_hours[c]
            sessions = np.unique(model.t_session[times])
            if not percent or not len(times):
                continue
            people = np.concatenate([model.of_session(Kind.INSTRUCTOR, s) for s in sessions.tolist()])
            people = people[(model.i_who[people] >= 0) & index.leads[model.i_who[people]]]
            most = self.missing(percent, placed + int(hours[sessions].sum()), led)
            missing = model.variable(weight, most, integer=True)
            row = model.row(percent * placed - 100 * led, INFINITE)
            model.put(row, Kind.VARIABLE, [missing], 200)
            model.put(row, Kind.TIME, times, -percent * hours[model.t_session[times]].astype(np.float64))
            model.put(
                row,
                Kind.INSTRUCTOR,
                people,
                100 * hours[model.t_session[model.i_time[people]]].astype(np.float64),
            )
            model.constant -= weight * self.missing(percent, placed, led)
            self._post_steps(model, missing, people, times, (percent, placed, led))

    def _post_steps(
        self, model: "Model", missing: int, people: Ints, times: Ints, known: tuple[int, int, int]
    ) -> None:
        """Round up ahead: lines through the missing hours of whole numbers of lessons by leaders, all sessions placed.

        A session left out lowers what is missing by at most its own share, rounded up.
        """
        percent, placed, led = known
        hours = np.array(model.index.half_hours, dtype=np.int64)
        sessions = np.unique(model.t_session[times])
        total, longest = placed + int(hours[sessions].sum()), int(hours[sessions].max())
        steps = [self.missing(percent, total, led + n * longest) for n in range(len(sessions) + 1)]
        share = -(-percent * hours // 200)
        for n, (here, there) in enumerate(pairwise(steps)):
            slope = there - here
            if slope and all(here + slope * (m - n) <= step for m, step in enumerate(steps)):
                row = model.row(here - slope * n - float(share[sessions].sum()), INFINITE)
                model.put(row, Kind.VARIABLE, [missing])
                model.put(row, Kind.INSTRUCTOR, people, -slope)
                model.put(row, Kind.TIME, times, -share[model.t_session[times]].astype(np.float64))


class OverTarget(CostPart):
    """Sessions of an instructor above target, and again above twice the target."""

    name = "over_target"
    is_shared = True

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

    def post(self, model: "Model") -> None:
        weights = model.index.weights
        for who, ids in model.by_instructor():
            target = model.index.problem.instructors[who].target
            if target is None:
                continue
            now, more = int(model.state.total[who]), len(np.unique(model.t_session[model.i_time[ids]]))
            for weight, level in ((weights.over_target, target), (weights.over_twice_target, 2 * target)):
                if now + more > level and weight:
                    row = model.row(now - level, INFINITE)
                    model.put(row, Kind.VARIABLE, [model.variable(weight, now + more)])
                    model.put(row, Kind.INSTRUCTOR, ids, -1)
                    model.constant -= weight * max(0, now - level)


class Isolated(CostPart):
    """Lessons of a class with no other lesson of it right before or after."""

    name = "isolated"
    is_shared = True

    @staticmethod
    def count(entries: Iterable[tuple[int, int]]) -> int:
        """Return how many of one day's (begin, end) of a class stand alone."""
        known = list(entries)
        return sum(
            not any(n != m and Isolated._touch(a, b) for m, b in enumerate(known))
            for n, a in enumerate(known)
        )

    @staticmethod
    def _touch(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return 0 <= a[0] - b[1] <= BREAK or 0 <= b[0] - a[1] <= BREAK

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

    def post(self, model: "Model") -> None:
        weight = model.index.weights.isolated
        for c, times in model.by_class() if weight else ():
            days = model.t_begin[times] // DAY
            for day in np.unique(days).tolist():
                fixed = _of_day(model.state.of_class[c], day)
                model.constant -= weight * self.count(fixed)
                self._post_day(model, times[days == day], fixed)

    def _post_day(self, model: "Model", times: Ints, fixed: list[tuple[int, int]]) -> None:
        """A lesson is alone unless another one is adjacent; of free lessons at one time there is at most one."""
        starts, ends = model.spans(times)
        free = set(zip(starts.tolist(), ends.tolist(), strict=True))
        for n, (begin, end) in enumerate([*fixed, *sorted(free)]):
            if any(self._touch((begin, end), other) for m, other in enumerate(fixed) if m != n):
                continue
            before, after = begin - ends, starts - end
            near = times[((before >= 0) & (before <= BREAK)) | ((after >= 0) & (after <= BREAK))]
            row = model.row(1 if n < len(fixed) else 0, INFINITE)
            model.put(row, Kind.VARIABLE, [model.variable(model.index.weights.isolated, 1)])
            model.put(row, Kind.TIME, near)
            if n >= len(fixed):
                model.put(row, Kind.TIME, times[(starts == begin) & (ends == end)], -1)


class MinDays(CostPart):
    """Days by which a series falls short of its number of days."""

    name = "min_days"
    is_shared = True

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

    def post(self, model: "Model") -> None:
        weight = model.index.weights.min_days
        for r, members in enumerate(model.index.series):
            known = model.state.series_days[r]
            missing = model.index.problem.series[r].min_days - len(known)
            ids = [model.times_of[s] for s in members if s in model.is_free]
            if missing <= 0 or not ids or not weight:
                continue
            times = np.concatenate(ids)
            row = model.row(missing, INFINITE)
            model.put(row, Kind.VARIABLE, [model.variable(weight, missing)])
            model.constant -= weight * missing
            if missing == 1:
                is_new = [day not in known for day in (model.t_begin[times] // DAY).tolist()]
                model.put(row, Kind.TIME, times[np.array(is_new, dtype=np.bool_)])
            else:
                model.put(row, Kind.VARIABLE, self._days(model, times, known))

    @staticmethod
    def _days(model: "Model", times: Ints, known: Container[int]) -> list[int]:
        """Return a variable for each new day that can be 1 only where a session is held."""
        found, days = [], model.t_begin[times] // DAY
        for day in np.unique(days).tolist():
            if day not in known:
                used, row = model.variable(0, 1), model.row(0, INFINITE)
                model.put(row, Kind.TIME, times[days == day])
                model.put(row, Kind.VARIABLE, [used], -1)
                found.append(used)
        return found


class SameVenue(CostPart):
    """Venues beyond the first in a series that should stay in one."""

    name = "same_venue"
    is_shared = True

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

    def post(self, model: "Model") -> None:
        """Each venue that is new to a series is paid for; the first of a series that has none is given back."""
        weight = model.index.weights.same_venue
        for r, members in enumerate(model.index.series):
            ids = [model.of_session(Kind.VENUE, s) for s in members if s in model.is_free]
            if not model.index.problem.series[r].same_venue or not weight or not ids or len(members) < 2:
                continue
            known = model.state.series_venues[r]
            used = self._used(model, ids, known)
            if not known and used:
                row = model.row(0, INFINITE)
                model.put(row, Kind.VARIABLE, used)
                model.put(row, Kind.VARIABLE, [model.variable(-weight, 1)], -1)

    @staticmethod
    def _used(model: "Model", ids: list[Ints], known: Container[int]) -> list[int]:
        """Return a variable for each new venue that is 1 where a session is held in it."""
        variables: dict[int, int] = {}
        for elements in ids:
            for venue in np.unique(model.v_venue[elements]).tolist():
                if venue < 0 or venue in known:
                    continue
                if venue not in variables:
                    variables[venue] = model.variable(model.index.weights.same_venue, 1)
                row = model.row(0, INFINITE)
                model.put(row, Kind.VARIABLE, [variables[venue]])
                model.put(row, Kind.VENUE, elements[model.v_venue[elements] == venue], -1)
        return list(variables.values())


def _of_day(line: "Timeline", day: int) -> list[tuple[int, int]]:
    return [
        (e[0], e[1]) for e in line[bisect_left(line, (day * DAY,)) : bisect_left(line, ((day + 1) * DAY,))]
    ]
