"""Cost parts that count over the days of classes and series: isolated lessons, days of a series, venues of a series."""

from bisect import bisect_left
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board
from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.compiling import inner, whole
from scheduling.engine.costs.base import CostPart
from scheduling.engine.index import DAY, NONE, Ints
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model
    from scheduling.engine.state import Entry

BREAK = 30  # minutes between two lessons that still count as adjacent


@inner
def _touches(p: Arrays, o: int, other: int) -> bool:
    """Whether one option begins at most a break after the other ends."""
    first, second = p.options[o], p.options[other]
    return 0 <= first.begin - second.end <= BREAK or 0 <= second.begin - first.end <= BREAK


@inner
def _alone(p: Arrays, b: Board, head: int, o: int, besides: int) -> bool:
    """Whether no lesson of a class's chain but one touches an option."""
    mark = head
    while mark >= 0:
        if mark != besides and _touches(p, o, whole(b.option_of[p.class_session[mark]])):
            return False
        mark = whole(b.class_next[mark])
    return True


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

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> int:
        session, day, added = p.sessions[s], p.options[o].day, 0
        if p.weights[0].isolated == 0:
            return 0
        for mark in range(session.klass, session.klass_end):
            head = whole(b.class_head[day, p.class_of[mark]])
            added += _alone(p, b, head, o, NONE)
            other = head
            while other >= 0:
                there = whole(b.option_of[p.class_session[other]])
                added -= _touches(p, o, there) and _alone(p, b, head, there, other)
                other = whole(b.class_next[other])
        return p.weights[0].isolated * added

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

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> int:
        session, day, gained = p.sessions[s], p.options[o].day, 0
        for mark in range(session.series, session.series_end):
            r = p.series_of[mark]
            gained += b.series_day[day, r] == 0 and b.series_days[r] < p.series[r].min_days
        return -p.weights[0].min_days * gained

    def post(self, model: "Model") -> None:
        weight = model.index.weights.min_days
        for r, members in model.series():
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

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> int:
        session, beyond = p.sessions[s], 0
        for mark in range(session.series, session.series_end):
            series = p.series[p.series_of[mark]]
            has_any, has_this = False, False
            for member in range(series.first, series.last if series.same_venue else series.first):
                other = b.room_of[p.members[member]]
                has_any |= other >= 0
                has_this |= other == room
                if has_this:
                    break
            beyond += has_any and not has_this
        return p.weights[0].same_venue * beyond

    def post(self, model: "Model") -> None:
        """Each venue that is new to a series is paid for; the first of a series that has none is given back."""
        weight = model.index.weights.same_venue
        for r, members in model.series():
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


def _of_day(line: "list[Entry]", day: int) -> list[tuple[int, int]]:
    return [
        (e[0], e[1]) for e in line[bisect_left(line, (day * DAY,)) : bisect_left(line, ((day + 1) * DAY,))]
    ]
