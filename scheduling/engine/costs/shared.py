"""Cost parts that count over the sessions of instructors and classes: duties, leaders' share, fair load."""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.arrays import Arrays
from scheduling.engine.board import Board
from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.compiling import inner
from scheduling.engine.costs.base import CostPart
from scheduling.engine.index import Ints
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model


@inner
def _missing(percent: int, half_hours: int, by_leaders: int) -> int:
    """Return the missing class hours, rounded up, of a class with so many placed half hours."""
    return max(0, -((100 * by_leaders - percent * half_hours) // 200))


@inner
def _saved(p: Arrays, b: Board, s: int) -> int:
    """Return what a leader adds who teaches an unplaced session, 0 or less."""
    session, less = p.sessions[s], 0
    for mark in range(session.klass, session.klass_end):
        c = p.class_of[mark]
        percent, placed, led = p.class_percent[c], b.class_hours[c] + session.half_hours, b.led_hours[c]
        less += _missing(percent, placed, led + session.half_hours) - _missing(percent, placed, led)
    return p.weights[0].leader_share * less


class DutyShort(CostPart):
    """Lessons that duty holders are short of, times the duty's priority."""

    name = "duty"
    is_shared = True

    def full(self, table: Timetable) -> int:
        short = 0
        for duty in table.problem.duties:
            eligible = table.series(duty.sessions)
            done = sum(1 for p in eligible if p.instructor is not None and p.instructor.id == duty.instructor)
            short += duty.priority * max(0, duty.need - done)
        return table.problem.weights.duty * short

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        gain, session = 0, p.sessions[s]
        for mark in range(session.duty, session.duty_end):
            d = p.duty_of[mark]
            if p.duty_holder[d] == who and b.duty_done[d] < p.duty_need[d]:
                gain += p.duty_priority[d]
        return -p.weights[0].duty * gain

    def post(self, model: "Model") -> None:
        index = model.index
        for d in model.duties():
            duty = index.problem.duties[d]
            worth = index.weights.duty * duty.priority
            short = duty.need - int(model.state.duty_done[d])
            eligible = [index.session[name] for name in duty.sessions]
            ids = [model.of_session(Kind.INSTRUCTOR, s) for s in eligible if s in model.is_free]
            mine = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int64)
            mine = mine[model.i_who[mine] == index.duty_holder[d]]
            if short <= 0 or not len(mine):
                continue
            row = model.row(short, INFINITE)
            model.put(row, Kind.INSTRUCTOR, mine)
            model.put(row, Kind.VARIABLE, [model.variable(worth, short)])
            model.constant -= worth * short


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

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> int:
        session, more = p.sessions[s], 0
        for mark in range(session.klass, session.klass_end):
            c = p.class_of[mark]
            percent, placed, led = p.class_percent[c], b.class_hours[c], b.led_hours[c]
            more += _missing(percent, placed + session.half_hours, led) - _missing(percent, placed, led)
        return p.weights[0].leader_share * more

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        return _saved(p, b, s) if p.instructors[who].leads else 0

    def post(self, model: "Model") -> None:
        """Missing hours in whole numbers: 200 missing >= percent x placed half hours - 100 x leaders' half hours."""
        index, weight = model.index, model.index.weights.leader_share
        hours = index.half_hours
        for c, times in model.by_class():
            percent = index.problem.classes[c].min_leader_percent
            placed, led = int(model.state.class_hours[c]), int(model.state.leader_hours[c])
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
        hours = model.index.half_hours
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

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        weights, target = p.weights[0], p.instructors[who].target
        above = weights.over_target if b.total[who] >= target else 0
        return above + (weights.over_twice_target if b.total[who] >= 2 * target else 0)

    def post(self, model: "Model") -> None:
        weights = model.index.weights.over_target, model.index.weights.over_twice_target
        for who, ids in model.by_instructor():
            target = model.index.problem.instructors[who].target
            if target is None:
                continue
            now, more = int(model.state.total[who]), len(np.unique(model.t_session[model.i_time[ids]]))
            for weight, level in zip(weights, (target, 2 * target), strict=True):
                if now + more > level and weight:
                    row = model.row(now - level, INFINITE)
                    model.put(row, Kind.VARIABLE, [model.variable(weight, now + more)])
                    model.put(row, Kind.INSTRUCTOR, ids, -1)
                    model.constant -= weight * max(0, now - level)
