"""Shortage: sessions that need more than there is of instructors, venues or time of a class, proved by a minimum cut.

A session is a unit of flow into one of the (start, instructor) pairs that are open to it when nothing else is planned; from
there it goes through what limits the instructor. Where no further unit can be sent, the sessions reached in the residual
graph need more than the capacities that bound them hold: each way to staff one of them uses one of these capacities (Hall's
theorem). The network leaves out whatever would only make it tighter (travel, series, the time of the class), so that a
shortage is a shortage in every plan. It grows from the session outwards, only as far as alternatives lead.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scheduling.engine.capacities import Limit, Part, Supplies, Supply, Way
from scheduling.engine.index import NONE
from scheduling.engine.state import State

MOST_REACHED = 3000  # sessions; beyond, nothing is said
SECONDS = 2.0  # for one search

_ROOM, _KNOWN = -1, -2

Step = tuple[int, Way]  # a session and where it would go


class TooLarge(Exception):
    """The search reached more sessions, or took longer, than it may."""


@dataclass(frozen=True)
class Cut:
    """Sessions, and the limits that together let fewer of them be served.

    ``fixed`` names for each limit the pinned sessions that use some of it in every plan; they are not among ``sessions``.
    """

    part: Part
    sessions: tuple[int, ...]
    limits: tuple[Limit, ...]
    fixed: tuple[tuple[int, ...], ...]
    keeps_times: bool

    @property
    def room(self) -> int:
        """How many of the sessions can be served at most."""
        return sum(
            max(0, limit.most - len(fixed)) for limit, fixed in zip(self.limits, self.fixed, strict=True)
        )


class Flow:
    """The flow that a plan is: who has what, and the search for a way to serve one more session."""

    def __init__(
        self, supply: Supply, state: State, *, keeps_times: bool = False, seconds: float = SECONDS
    ) -> None:
        self.supply, self.keeps_times = supply, keeps_times
        self._placement, self._seconds = state.placement, seconds
        self._users: dict[int, set[int]] = {}
        self._at: dict[int, int] = {}  # a served session's lowest limit
        self._holding: dict[int, list[int]] | None = None
        self._entered: set[int] = set()

    def search(self, s: int, lacking: Iterable[int] = ()) -> Cut | list[Step]:
        """Return what keeps s from being served whatever else is changed, or the steps that would serve it.

        Others that lack this part and have no way past the same limits are named with it. Raises TooLarge.
        """
        seen = set[int]()
        queue, steps = self._spread(s, seen)
        if steps:
            return steps
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
        until = time.perf_counter() + self._seconds
        for u in queue:
            if len(queue) > MOST_REACHED or time.perf_counter() > until:
                raise TooLarge
            for way in self._ways(u):
                full = self._climb(way, seen)
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
            self._take(t, way[0])

    def _ways(self, u: int) -> Iterator[Way]:
        p = self._placement[u]
        for way in self.supply.ways(u):
            if not self.keeps_times or p is None or p.start == way[1]:
                yield way

    def _climb(self, way: Way, seen: set[int]) -> int:
        """Return the first full limit on the way up, or _ROOM, or _KNOWN where somebody climbed on from before."""
        supply, v = self.supply, way[0]
        self._enter(way[2])
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
        if self._holding is None:
            self._holding = {}
            for s, p in enumerate(self._placement):
                for given in self.supply.given(s, p) if p is not None else ():
                    self._holding.setdefault(given, []).append(s)
        for s in self._holding.get(who, ()):
            p = self._placement[s]
            if p is not None and s not in self._at:
                self._take(s, self.supply.node(s, p.start, who))

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
        return self.supply.needs(t) and all(
            any(v in seen for v in self._above(way[0])) for way in self._ways(t)
        )

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
        return Cut(supply.part, kept, tuple(supply.limits[v] for v in tops), used, self.keeps_times)


def lacks(state: State, s: int, part: Part) -> bool:
    """Whether a session needs a part and does not have it."""
    index, p = state.index, state.placement[s]
    if part is Part.INSTRUCTOR:
        return index.needs_instructor[s] and (p is None or p.instructor == NONE)
    if part is Part.VENUE:
        return index.needs_venue[s] and (p is None or p.venue == NONE)
    return p is None


def shortage_of(state: State, s: int, supplies: Supplies) -> tuple[Cut, ...]:
    """Return why a session cannot get what it lacks, whatever is changed; at most one cut a part; raises TooLarge.

    Where times would have to change, the cut says so (``keeps_times``): it holds as long as placed sessions keep theirs.
    """
    found = []
    asked = [(part, NONE) for part in (Part.INSTRUCTOR, Part.VENUE) if lacks(state, s, part)]
    if state.placement[s] is None:
        asked = [*((Part.CLASS_TIME, c) for c in state.index.classes[s]), *asked]
    for part, klass in asked:
        supply = supplies.of(part, klass)
        others = [t for t in range(len(state.placement)) if t != s and lacks(state, t, part)]
        for keeps_times in (False, True) if part is not Part.CLASS_TIME else (False,):
            cut = Flow(supply, state, keeps_times=keeps_times).search(s, others)
            if isinstance(cut, Cut):
                found.append(cut)
                break
    return tuple(found)


def shortages(state: State, supplies: Supplies, part: Part) -> list[Cut]:
    """Return sets of sessions that together need more instructors (or venues) than there are, the largest first.

    None is found when everyone could be served at once as far as this part goes. Raises TooLarge.
    """
    flow = Flow(supplies.of(part), state)
    unserved = flow.serve(s for s in range(len(state.placement)) if lacks(state, s, part))
    found: list[Cut] = []
    for s in unserved:
        if any(s in cut.sessions for cut in found):
            continue
        cut = flow.search(s, unserved)
        if isinstance(cut, Cut):
            found = [other for other in found if not set(other.sessions) <= set(cut.sessions)]
            found.append(cut)
    return sorted(found, key=lambda cut: (-len(cut.sessions), cut.sessions))
