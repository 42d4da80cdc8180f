"""Rule 6: resources, used wherever a session is held or, those of a kind, of the venue it is held in."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.arrays import Arrays, resource_at
from scheduling.engine.board import Board
from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.compiling import inner, whole
from scheduling.engine.index import DAY, Ints
from scheduling.engine.model import Resource
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.timetable import Placed, Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Floats, Model


def used_by(p: Placed, resource: Resource) -> int:
    """Return how much of a resource a placed session uses."""
    found = p.session.uses.get(resource.id, 0)
    if resource.kind is not None and p.venue is not None and p.venue.id in resource.venues:
        found += p.session.uses.get(resource.kind, 0)
    return found


@inner
def _used(p: Arrays, b: Board, r: int, o: int, moment: int) -> int:
    """Return how much of a resource placed sessions use at a moment of an option."""
    found, tail = 0, p.resource_tail[r]
    for day in range(p.options[o].first_day, p.options[o].last_day + 1):
        mark = b.use_head[day, r]
        while mark >= 0:
            there = p.options[b.option_of[p.use_session[mark]]]
            if there.begin <= moment < there.end + tail:
                found += p.use_amount[mark]
            mark = b.use_next[mark]
        mark = b.need_head[day, r]
        while mark >= 0:
            there = p.options[b.option_of[p.need_session[mark]]]
            if there.begin <= moment < there.end + tail:
                found += p.need_amount[mark]
            mark = b.need_next[mark]
    return found


@inner
def _runs_short(p: Arrays, b: Board, r: int, o: int, left: int) -> bool:
    """Whether placed sessions use more than ``left`` of a resource at some moment of an option."""
    option = p.options[o]
    end = option.end + p.resource_tail[r]
    if left < 0 or _used(p, b, r, o, option.begin) > left:
        return True
    for day in range(option.first_day, option.last_day + 1):
        mark = b.use_head[day, r]
        while mark >= 0:
            begin = p.options[b.option_of[p.use_session[mark]]].begin
            if option.begin < begin < end and _used(p, b, r, o, begin) > left:
                return True
            mark = b.use_next[mark]
        mark = b.need_head[day, r]
        while mark >= 0:
            begin = p.options[b.option_of[p.need_session[mark]]].begin
            if option.begin < begin < end and _used(p, b, r, o, begin) > left:
                return True
            mark = b.need_next[mark]
    return False


@inner
def _anywhere(p: Arrays, s: int, r: int) -> int:
    """Return how much of a resource a session uses wherever it is held."""
    found = 0
    for use in range(p.sessions[s].use, p.sessions[s].use_end):
        if p.use_resource[use] == r:
            found += p.use_amount[use]
    return found


def _elements(model: "Model", r: int) -> tuple[tuple[Ints, "Floats"], tuple[Ints, "Floats"]]:
    """Return the time elements and the venue elements that use a resource, each with its amounts."""
    index, resource = model.index, model.index.problem.resources[r]
    anywhere = {s: n for s in model.free for found, n in index.uses[s] if found == r}
    times = np.concatenate([np.zeros(0, dtype=np.int64), *(model.times_of[s] for s in anywhere)])
    amounts = np.array([anywhere[s] for s in model.t_session[times].tolist()], dtype=np.float64)
    kind = index.kind.get(resource.kind or "", -1)
    there = {s: n for s in model.free for found, n in index.needs[s] if found == kind}
    rooms = [index.venue[name] for name in resource.venues]
    wanted = model.t_session[model.v_time]
    at_venue = np.nonzero(np.isin(model.v_venue, rooms) & np.isin(wanted, list(there)))[0]
    return (times, amounts), (
        at_venue,
        np.array([there[s] for s in wanted[at_venue].tolist()], dtype=np.float64),
    )


def _standing(model: "Model", r: int) -> list[tuple[int, int, int]]:
    """Return begin, end and amount of what placed sessions use of a resource."""
    index, state = model.index, model.state
    kind = index.kind.get(index.problem.resources[r].kind or "", -1)
    found = [(e[0], e[1], dict(index.uses[e[2]])[r]) for e in state.of_resource[r]]
    return found + [(e[0], e[1], dict(index.needs[e[2]])[kind]) for e in state.of_stock[r]]


class ResourceCount(Rule):
    """At any moment the placed sessions use no more of a resource than there is; each uses it until its turnaround is over."""

    reason = Reason.RESOURCE

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for resource in table.problem.resources:
            users = [(p, n) for p in table.placed.values() if (n := used_by(p, resource))]
            for p, _ in users:
                tail = resource.turnaround
                amount = sum(
                    n
                    for o, n in users
                    if o is p or (o.begin <= p.begin < o.end + tail and p.begin < p.end + tail)
                )
                if amount > resource.count:
                    yield Violation(
                        self.reason, p.session.id, {"resource": resource.id, "count": resource.count}
                    )

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> bool:
        for use in range(p.sessions[s].use, p.sessions[s].use_end):
            r = whole(p.use_resource[use])
            if _runs_short(p, b, r, o, p.resources[r] - p.use_amount[use]):
                return True
        return False

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        for need in range(p.sessions[s].need, p.sessions[s].need_end):
            r = resource_at(p, room, p.need_kind[need])
            if r >= 0 and _runs_short(p, b, r, o, p.resources[r] - p.need_amount[need] - _anywhere(p, s, r)):
                return True
        return False

    def post(self, model: "Model") -> None:
        for r, resource in enumerate(model.index.problem.resources):
            (times, n_time), (venues, n_venue) = _elements(model, r)
            if not len(times) and not len(venues):
                continue
            tail = resource.turnaround
            (t_begin, t_end), (v_begin, v_end) = model.spans(times), model.spans(model.v_time[venues])
            fixed = _standing(model, r)
            for moment in sorted({*t_begin.tolist(), *v_begin.tolist(), *(e[0] for e in fixed)}):
                t, v = (
                    (t_begin <= moment) & (t_end + tail > moment),
                    (v_begin <= moment) & (v_end + tail > moment),
                )
                left = resource.count - sum(n for begin, end, n in fixed if begin <= moment < end + tail)
                _put(model, left, (times[t], n_time[t]), (venues[v], n_venue[v]))


class ResourcePerDay(Rule):
    """Sessions that begin on one day use no more of a resource in all than it gives a day."""

    reason = Reason.RESOURCE_PER_DAY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for resource in table.problem.resources:
            if resource.max_per_day is None:
                continue
            used: Counter[int] = Counter()
            for p in sorted(table.placed.values(), key=lambda p: (p.begin, p.session.id)):
                amount = used_by(p, resource)
                used[p.day] += amount
                if amount and used[p.day] > resource.max_per_day:
                    yield Violation(
                        self.reason, p.session.id, {"resource": resource.id, "limit": resource.max_per_day}
                    )

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> bool:
        for use in range(p.sessions[s].use, p.sessions[s].use_end):
            r = p.use_resource[use]
            if b.used_day[p.options[o].day, r] + p.use_amount[use] > p.a_day[r]:
                return True
        return False

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        for need in range(p.sessions[s].need, p.sessions[s].need_end):
            r = resource_at(p, room, p.need_kind[need])
            if r >= 0:
                used = b.used_day[p.options[o].day, r] + p.need_amount[need] + _anywhere(p, s, r)
                if used > p.a_day[r]:
                    return True
        return False

    def post(self, model: "Model") -> None:
        for r, resource in enumerate(model.index.problem.resources):
            if resource.max_per_day is None:
                continue
            (times, n_time), (venues, n_venue) = _elements(model, r)
            t_day, v_day = model.t_begin[times] // DAY, model.t_begin[model.v_time[venues]] // DAY
            fixed = _standing(model, r)
            for day in np.unique(np.concatenate((t_day, v_day))).tolist():
                left = resource.max_per_day - sum(n for begin, _, n in fixed if begin // DAY == day)
                t, v = t_day == day, v_day == day
                _put(model, left, (times[t], n_time[t]), (venues[v], n_venue[v]))


def _put(model: "Model", left: int, times: tuple[Ints, "Floats"], venues: tuple[Ints, "Floats"]) -> None:
    """Write one row, unless it cannot be exceeded."""
    if times[1].sum() + venues[1].sum() > left:
        row = model.row(-INFINITE, left)
        model.put(row, Kind.TIME, *times)
        model.put(row, Kind.VENUE, *venues)
