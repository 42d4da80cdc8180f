"""Shortage: sessions that need more than there is of instructors, venues or time of a class, proved by a minimum cut.

A session is a unit of flow into one of the (start, instructor) pairs that are open to it when nothing else is planned; from
there it goes through what limits the instructor. Where no further unit can be sent, the sessions reached in the residual
graph need more than the capacities that bound them hold: each way to staff one of them uses one of these capacities (Hall's
theorem). The network leaves out whatever would only make it tighter (travel, series, the time of the class), so that a
shortage is a shortage in every plan. It grows from the session outwards, only as far as alternatives lead.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from scheduling.engine.capacities import Limit, Part, Supplies, Supply, Way
from scheduling.engine.index import DAY, NONE, month_of, to_time, week_of
from scheduling.engine.reasons import Reason
from scheduling.engine.state import State

MOST_REACHED = 3000  # sessions in one search; beyond, nothing is said
SECONDS = 2.0  # for one question

_ROOM, _KNOWN = -1, -2

Step = tuple[int, Way]  # a session and where it would go


class TooLarge(Exception):
    """The search reached more sessions, or took longer, than it may."""


@dataclass(frozen=True)
class Cut:
    """Sessions, and the limits that together let fewer of them be served.

    ``fixed`` names for each limit the pinned sessions that use some of it in every plan; they are not among ``sessions``.
    """

    sessions: tuple[int, ...]
    limits: tuple[Limit, ...]
    fixed: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Capacity:
    """What bounds an instructor, a venue or a class from ``begin`` to ``end`` (None: in the whole plan).

    ``fixed`` are pinned sessions that use some of it whatever else is changed. One session at a time is a limit, too: of the
    moment that the sessions in question share.
    """

    reason: Reason
    who: str
    begin: datetime | None
    end: datetime | None
    limit: int
    fixed: tuple[str, ...]

    @property
    def room(self) -> int:
        """How many more sessions it lets through."""
        return max(0, self.limit - len(self.fixed))


@dataclass(frozen=True)
class Shortage:
    """A proof that not all of some sessions can have an instructor (a venue, a time): every way goes through a capacity.

    With ``keeps_times`` it holds as long as placed sessions keep their starts, else in every plan. ``lacking`` are those of
    the sessions that go without in the plan at hand.
    """

    part: Part
    sessions: tuple[str, ...]
    lacking: tuple[str, ...]
    capacities: tuple[Capacity, ...]
    keeps_times: bool

    @property
    def room(self) -> int:
        """How many of the sessions can be served at most."""
        return sum(c.room for c in self.capacities)


class Flow:
    """The flow that a plan is: who has what, and the search for a way to serve one more session."""

    def __init__(self, supply: Supply, state: State, scope: "Scope") -> None:
        self.supply, self.scope = supply, scope
        self._state, self._placement = state, state.placement
        self._users: dict[int, set[int]] = {}
        self._at: dict[int, int] = {}  # a served session's lowest limit
        self._entered: set[int] = set()

    def cut(self, s: int, lacking: Iterable[int]) -> Cut:
        """Return what keeps an unserved session from being served, once all that can be are; raises TooLarge.

        Others that lack this part and have no way past the same limits are named with it.
        """
        seen = set[int]()
        queue, _ = self._spread(s, seen)
        alike = [
            t for t in lacking if seen and t not in queue and t not in self._at and self._is_within(t, seen)
        ]
        return self._cut([*queue, *alike], {s, *alike}, seen)

    def serve(self, sessions: Iterable[int]) -> list[int]:
        """Serve as many more sessions as can be and return the others; raises TooLarge."""
        dead, unserved = set[int](), []  # whoever gets to a dead limit finds no room behind it
        for s in sessions:
            seen = set(dead)
            _, steps = self._spread(s, seen)
            if steps:
                self._push(steps)
            else:
                dead = seen
                unserved.append(s)
        return unserved

    def _spread(self, s: int, seen: set[int]) -> tuple[list[int], list[Step]]:
        """Return the sessions met on all ways from s, and the steps to the first room that was found."""
        came: dict[int, Step | None] = {s: None}
        queue = [s]
        for u in queue:
            if len(queue) > MOST_REACHED or time.perf_counter() > self.scope.until:
                raise TooLarge
            for way in self._ways(u):
                full = self._climb(u, way, seen)
                if full == _ROOM:
                    return queue, self._steps(came, u, way)
                for t in sorted(self._users.get(full, ())):
                    if t not in came:
                        came[t] = (u, way)
                        queue.append(t)
        return queue, []

    def _push(self, steps: Iterable[Step]) -> None:
        for t, way in steps:
            self._leave(t)
            self._take(t, self.supply.node(t, *way))

    def _ways(self, u: int) -> Iterator[Way]:
        p = self._placement[u]
        for way in self.supply.ways(u):
            if not self.scope.keeps_times or p is None or p.start == way[0]:
                yield way

    def _climb(self, u: int, way: Way, seen: set[int]) -> int:
        """Return the first full limit on the way up, or _ROOM, or _KNOWN where somebody climbed on from before."""
        supply, v = self.supply, self.supply.node(u, *way)
        self._enter(way[1])
        while v != NONE:
            if v in seen:
                return _KNOWN
            seen.add(v)
            if len(self._users.get(v, ())) >= supply.limits[v].most:
                return v
            v = supply.parent[v]
        return _ROOM

    def _enter(self, who: int) -> None:
        """Let the sessions of somebody who is met for the first time take what they have in the plan."""
        if who in self._entered:
            return
        self._entered.add(who)
        for s in self._holders(who):
            p = self._placement[s]
            if p is not None and s not in self._at and self.scope.holds(s):
                self._take(s, self.supply.node(s, p.start, who))

    def _holders(self, who: int) -> list[int]:
        """Return the sessions that have somebody (a venue, the time of a class) in the plan."""
        part, state = self.supply.part, self._state
        if part is Part.CLASS_TIME:
            line = state.of_class[who]
        else:
            line = state.of_instructor[who] if part is Part.INSTRUCTOR else state.of_venue[who]
        return [entry[2] for entry in line]

    def _take(self, s: int, node: int) -> None:
        self._at[s] = node
        while node != NONE:
            self._users.setdefault(node, set()).add(s)
            node = self.supply.parent[node]

    def _leave(self, s: int) -> None:
        node = self._at.pop(s, NONE)
        while node != NONE:
            self._users[node].discard(s)
            node = self.supply.parent[node]

    def _steps(self, came: dict[int, Step | None], last: int, way: Way) -> list[Step]:
        """Return the last session's step first: each makes room for the next."""
        found: list[Step] = [(last, way)]
        before = came[last]
        while before is not None:
            found.append(before)
            before = came[before[0]]
        return found

    def _is_within(self, t: int, seen: set[int]) -> bool:
        """Whether every way of a session leads to limits that were seen."""
        ways = list(self._ways(t))
        nodes = (self.supply.node(t, *way) for way in ways)
        return bool(ways) and all(any(v in seen for v in self._above(node)) for node in nodes)

    def _above(self, node: int) -> Iterator[int]:
        while node != NONE:
            yield node
            node = self.supply.parent[node]

    def _cut(self, reached: Sequence[int], lacking: set[int], seen: set[int]) -> Cut:
        """Return the sessions and the limits around them; pinned sessions are taken off both sides."""
        supply = self.supply
        tops = [v for v in sorted(seen) if not any(u in seen for u in self._above(supply.parent[v]))]
        fixed = {
            t for t in reached if t not in lacking and supply.is_pinned(t) and len(list(self._ways(t))) == 1
        }
        used = tuple(tuple(sorted(fixed & self._users.get(v, set()))) for v in tops)
        kept = tuple(sorted(set(reached) - fixed))
        return Cut(kept, tuple(supply.limits[v] for v in tops), used)


@dataclass(frozen=True)
class Scope:
    """Which sessions are looked at, whether placed ones keep their times, and until when (of the performance counter)."""

    state: State
    span: tuple[int, int] | None
    keeps_times: bool
    until: float

    def holds(self, s: int) -> bool:
        """Whether a session can only be held within the span."""
        if self.span is None:
            return True
        p = self.state.placement[s]
        starts = [p.start] if self.keeps_times and p is not None else self.state.index.starts[s]
        return all(self.span[0] <= start // DAY < self.span[1] for start in starts)


def scopes(state: State, s: int, until: float) -> Iterator[Scope]:
    """Yield the day, week and month that a session is bound to, then everything; last the same with times kept."""
    p = state.placement[s]
    for keeps_times in (False, True):
        starts = [p.start] if keeps_times and p is not None else state.index.starts[s]
        first, last = starts[0] // DAY, starts[-1] // DAY
        for number in (_itself, week_of, month_of):
            if number(first) == number(last):
                yield Scope(state, _span(first, number), keeps_times, until)
        yield Scope(state, None, keeps_times, until)


def _itself(day: int) -> int:
    return day


def _span(day: int, number: Callable[[int], int]) -> tuple[int, int]:
    first, last = day, day + 1
    while number(first - 1) == number(day):
        first -= 1
    while number(last) == number(day):
        last += 1
    return first, last


def lacks(state: State, s: int, part: Part) -> bool:
    """Whether a session needs a part and does not have it."""
    index, p = state.index, state.placement[s]
    if part is Part.INSTRUCTOR:
        return index.needs_instructor[s] and (p is None or p.instructor == NONE)
    if part is Part.VENUE:
        return index.needs_venue[s] and (p is None or p.venue == NONE)
    return p is None


def lacking(state: State, part: Part) -> list[int]:
    """Return the sessions that need a part and do not have it."""
    b, sessions = state.board, state.arrays.sessions
    if part is Part.CLASS_TIME:
        wanting = b.option_of == NONE
    elif part is Part.INSTRUCTOR:
        wanting = (sessions["needs_instructor"] != 0) & (b.who_of == NONE)
    else:
        wanting = (sessions["needs_venue"] != 0) & (b.room_of == NONE)
    return [int(s) for s in np.nonzero(wanting)[0]]


def shortages_of(state: State, s: int, supplies: Supplies, seconds: float = SECONDS) -> tuple[Shortage, ...]:
    """Return why a session, or another one instead, goes without what it lacks: one proof a part where there is one.

    The nearest around the session is given: that of its day, else of its week, and so on. Raises TooLarge.
    """
    until = time.perf_counter() + seconds
    asked = [(part, NONE) for part in (Part.INSTRUCTOR, Part.VENUE) if lacks(state, s, part)]
    if state.placement[s] is None:
        asked = [*((Part.CLASS_TIME, c) for c in state.index.classes[s]), *asked]
    found = []
    for part, klass in asked:
        supply = supplies.of(part, klass)
        waiting = [t for t in lacking(state, part) if supply.needs(t)]
        for scope in scopes(state, s, until):
            cut = _cut_with(Flow(supply, state, scope), s, [t for t in waiting if scope.holds(t)])
            if cut is not None:
                found.append(_named(cut, supply, scope))
                break
    return tuple(found)


def _cut_with(flow: Flow, s: int, waiting: Sequence[int]) -> Cut | None:
    """Return a cut that has s among its sessions, None where everyone can be served."""
    unserved = flow.serve([*(t for t in waiting if t != s), s])
    if s in unserved:
        return flow.cut(s, unserved)
    cuts = (flow.cut(t, unserved) for t in unserved)
    return next((cut for cut in cuts if s in cut.sessions), None)


def shortages(state: State, supplies: Supplies, part: Part, seconds: float = SECONDS) -> list[Shortage]:
    """Return sets of sessions that together need more instructors (or venues) than there are, the largest first.

    None is found when everyone could be served at once as far as this part goes. Raises TooLarge.
    """
    scope = Scope(state, None, False, time.perf_counter() + seconds)
    flow = Flow(supplies.of(part), state, scope)
    unserved = flow.serve(lacking(state, part))
    found: list[Cut] = []
    for s in unserved:
        if not any(s in cut.sessions for cut in found):
            cut = flow.cut(s, unserved)
            found = [other for other in found if not set(other.sessions) <= set(cut.sessions)]
            found.append(cut)
    found.sort(key=lambda cut: (-len(cut.sessions), cut.sessions))
    return [_named(cut, flow.supply, scope) for cut in found]


def _named(cut: Cut, supply: Supply, scope: Scope) -> Shortage:
    """Return a cut with ids and times."""
    problem = supply.index.problem
    names = {
        Part.INSTRUCTOR: [x.id for x in problem.instructors],
        Part.VENUE: [v.id for v in problem.venues],
        Part.CLASS_TIME: [c.id for c in problem.classes],
    }[supply.part]
    capacities = []
    for limit, fixed in zip(cut.limits, cut.fixed, strict=True):
        begin, end = (None, None) if limit.period is None else map(to_time, limit.period)
        who, pinned = names[limit.who], tuple(problem.sessions[t].id for t in fixed)
        capacities.append(Capacity(limit.reason, who, begin, end, limit.most, pinned))
    sessions = tuple(problem.sessions[t].id for t in cut.sessions)
    lacking = tuple(problem.sessions[t].id for t in cut.sessions if lacks(scope.state, t, supply.part))
    return Shortage(supply.part, sessions, lacking, tuple(capacities), scope.keeps_times)
