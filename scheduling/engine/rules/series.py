"""Rule 7: series in order, within their days, and packages whole or not at all."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board, is_whole
from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.compiling import inner, whole
from scheduling.engine.index import DAY
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model


class Ordered(Rule):
    """The placed sessions of an ordered series follow one another as listed."""

    reason = Reason.ORDERED

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for series in table.problem.series:
            if series.ordered:
                for a, b in pairwise(table.series(series.sessions)):
                    if b.begin < a.end:
                        yield Violation(
                            self.reason, b.session.id, {"series": series.id, "other": a.session.id}
                        )

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> bool:
        session, option = p.sessions[s], p.options[o]
        for mark in range(session.series, session.series_end):
            series = p.series[p.series_of[mark]]
            is_before = True
            for member in range(series.first, series.last if series.ordered else series.first):
                other = p.members[member]
                if other == s:
                    is_before = False
                elif b.option_of[other] >= 0:
                    there = p.options[b.option_of[other]]
                    if (there.end > option.begin) if is_before else (there.begin < option.end):
                        return True
        return False

    def post(self, model: "Model") -> None:
        """No later session may start by a moment when an earlier one has not ended."""
        for r, members in model.series():
            free = [s for s in members if s in model.is_free and model.index.problem.series[r].ordered]
            for a, b in combinations(free, 2):
                first, second = model.times_of[a], model.times_of[b]
                for moment in np.unique(model.t_begin[second]).tolist():
                    late, early = first[model.t_end[first] > moment], second[model.t_begin[second] <= moment]
                    if len(late):
                        row = model.row(-INFINITE, 1)
                        model.put(row, Kind.TIME, late)
                        model.put(row, Kind.TIME, early)


class MaxDays(Rule):
    """A series takes at most so many days."""

    reason = Reason.MAX_DAYS

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for series in table.problem.series:
            days: set[int] = set()
            for p in sorted(table.series(series.sessions), key=lambda p: p.begin):
                is_new = p.day not in days
                days.add(p.day)
                if series.max_days is not None and is_new and len(days) > series.max_days:
                    yield Violation(
                        self.reason, p.session.id, {"series": series.id, "limit": series.max_days}
                    )

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> bool:
        session, day = p.sessions[s], p.options[o].day
        for mark in range(session.series, session.series_end):
            r = p.series_of[mark]
            if b.series_day[day, r] == 0 and b.series_days[r] >= p.series[r].max_days:
                return True
        return False

    def post(self, model: "Model") -> None:
        for r, members in model.series():
            limit, known = model.index.problem.series[r].max_days, model.state.series_days[r]
            free = [model.times_of[s] for s in members if s in model.is_free]
            if limit is None or not free:
                continue
            days = np.unique(model.t_begin[np.concatenate(free)] // DAY)
            total = model.row(-INFINITE, limit - len(known))
            for day in (day for day in days.tolist() if day not in known):
                used = model.variable(0, 1)
                model.put(total, Kind.VARIABLE, [used])
                for times in free:
                    row = model.row(-INFINITE, 0)
                    model.put(row, Kind.TIME, times[model.t_begin[times] // DAY == day])
                    model.put(row, Kind.VARIABLE, [used], -1)


class Together(Rule):
    """A package is placed with everything it needs, or not at all."""

    reason = Reason.TOGETHER

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for series in table.problem.series:
            placed = table.series(series.sessions)
            if not series.together or not placed:
                continue
            for name in series.sessions:
                p = table.placed.get(name)
                if p is None or not p.is_whole:
                    yield Violation(self.reason, name, {"series": series.id})

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> bool:
        """The rest of a package must be whole, unless the package is being put together."""
        session = p.sessions[s]
        for mark in range(session.series, session.series_end):
            r = p.series_of[mark]
            series = p.series[r]
            if series.together and not b.completing[r]:
                for member in range(series.first, series.last):
                    other = whole(p.members[member])
                    if other != s and not is_whole(p, b, other):
                        return True
        return False

    @staticmethod
    @inner
    def nobody(p: Arrays, b: Board, s: int, o: int) -> bool:
        return p.sessions[s].whole_only != 0 and p.sessions[s].needs_instructor != 0

    @staticmethod
    @inner
    def nowhere(p: Arrays, b: Board, s: int, o: int) -> bool:
        return p.sessions[s].whole_only != 0 and p.sessions[s].needs_venue != 0

    def post(self, model: "Model") -> None:
        """Elements leave no part out, so that placing all or none is enough; packages are free or fixed as a whole."""
        for r, members in model.series():
            if not model.index.problem.series[r].together or not any(s in model.is_free for s in members):
                continue
            whole = model.variable(0, 1)
            for s in members:
                row = model.row(0, 0)
                model.put(row, Kind.TIME, model.times_of[s])
                model.put(row, Kind.VARIABLE, [whole], -1)
