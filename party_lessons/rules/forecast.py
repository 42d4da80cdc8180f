"""Who can still be served by the sessions that are left: exact, by matching on a bipartite graph.

Every session has one teacher. An obligation can be served only if others give way when the most that can
be served is the same without it: serving it then costs another. A lesson that passes the tests of several
posts of one person serves them all, so people with overlapping posts are tried both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

MOST_SHARERS = 8  # people with overlapping posts tried both ways within one component: 2^8 matchings


@dataclass(frozen=True, slots=True)
class Demand:
    """An obligation still short of `missing` lessons, and the sessions its person could teach for it."""

    ref: int
    person: int
    missing: int
    sessions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many eligible sessions are left, and whether serving it makes others give way.

    `near` counts sessions before the right people that the person cannot teach as things stand.
    """

    left: int
    is_crowded: bool
    near: int = 0


@dataclass(frozen=True, slots=True)
class _Seat:
    """One lesson wanted; `worth` obligations are served by it."""

    sessions: frozenset[int]
    worth: int
    refs: tuple[int, ...]


def forecast(demands: Sequence[Demand]) -> dict[int, Outlook]:
    """The outlook of every demand by its `ref`. Demands of one person may share a session."""
    outlooks: dict[int, Outlook] = {}
    for component in _components(demands):
        crowded = _crowded(component)
        for demand in component:
            outlooks[demand.ref] = Outlook(len(demand.sessions), demand.ref in crowded)
    return outlooks


def _components(demands: Sequence[Demand]) -> list[list[Demand]]:
    """Demands that compete, directly or through others: they share sessions or a person."""
    root = list(range(len(demands)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    first: dict[tuple[str, int], int] = {}
    for i, demand in enumerate(demands):
        for key in [("person", demand.person), *(("session", s) for s in demand.sessions)]:
            if key in first:
                root[find(i)] = find(first[key])
            else:
                first[key] = i
    groups: dict[int, list[Demand]] = defaultdict(list)
    for i, demand in enumerate(demands):
        groups[find(i)].append(demand)
    return list(groups.values())


def _crowded(component: Sequence[Demand]) -> set[int]:
    """Refs without which as much could be served: each costs another its lesson."""
    sharers = _sharers(component)
    if not sharers:
        return _missable([seat for demand in component for seat in _seats([demand])])
    most = _most(component, sharers)
    crowded = set()
    for demand in component:
        others = [d for d in component if d.ref != demand.ref]
        if most - _most(others, _sharers(others)) < demand.missing:
            crowded.add(demand.ref)
    return crowded


def _sharers(demands: Iterable[Demand]) -> list[int]:
    """People with two obligations that one session could serve, the first few of them."""
    mine: dict[int, list[Demand]] = defaultdict(list)
    for demand in demands:
        mine[demand.person].append(demand)
    shared = [
        p for p, own in mine.items() if len(own) > 1 and sum(len(d.sessions) for d in own) > len(_union(own))
    ]
    return sorted(shared)[:MOST_SHARERS]


def _union(demands: Iterable[Demand]) -> frozenset[int]:
    return frozenset().union(*(d.sessions for d in demands))


def _most(demands: Sequence[Demand], sharers: Sequence[int]) -> int:
    """The most lessons owed that can be served, over every way the sharers may combine."""
    mine: dict[int, list[Demand]] = defaultdict(list)
    for demand in demands:
        mine[demand.person].append(demand)
    fixed = [seat for person, own in mine.items() if person not in sharers for seat in _seats(own)]
    ways = [_ways(mine[person]) for person in sharers]
    return max(_value([*fixed, *(seat for way in choice for seat in way)]) for choice in product(*ways))


def _ways(own: Sequence[Demand]) -> list[list[_Seat]]:
    """Every way to meet one person's demands by lessons that each serve one or several of them."""
    if not own:
        return [[]]
    first, others = own[0], own[1:]
    ways = []
    for size in range(len(own)):
        for partners in combinations(others, size):
            together = (first, *partners)
            shared = frozenset.intersection(*(d.sessions for d in together))
            if size and not shared:
                continue
            less = [replace(d, missing=d.missing - 1) if d in together else d for d in own]
            seat = _Seat(shared, len(together), tuple(d.ref for d in together))
            ways += [[seat, *rest] for rest in _ways([d for d in less if d.missing])]
    return ways


def _seats(demands: Iterable[Demand]) -> list[_Seat]:
    return [_Seat(d.sessions, 1, (d.ref,)) for d in demands for _ in range(d.missing)]


def _value(seats: Sequence[_Seat]) -> int:
    """The greatest worth that can be seated: heavier seats first is optimal, as seatings form a matroid."""
    heavy_first = sorted(seats, key=lambda seat: -seat.worth)
    taken = _match([seat.sessions for seat in heavy_first])
    return sum(heavy_first[i].worth for i in taken.values())


def _match(wanted: Sequence[frozenset[int]]) -> dict[int, int]:
    """A maximum matching by augmenting paths: session → index of the seat. Earlier seats are never given up."""
    taken: dict[int, int] = {}
    for start in range(len(wanted)):
        parents: dict[int, int] = {}
        stack, free = [start], None
        while stack and free is None:
            seat = stack.pop()
            for session in sorted(wanted[seat] - parents.keys()):
                parents[session] = seat
                if session not in taken:
                    free = session
                    break
                stack.append(taken[session])
        _turn(taken, parents, free, start)
    return taken


def _turn(taken: dict[int, int], parents: Mapping[int, int], free: int | None, start: int) -> None:
    """Give the free session to the end of the path and hand every other one back towards its start."""
    held = {seat: session for session, seat in taken.items()} if free is not None else {}
    while free is not None:
        seat = parents[free]
        taken[free] = seat
        free = held[seat] if seat != start else None


def _missable(seats: Sequence[_Seat]) -> set[int]:
    """Refs that some maximum matching leaves out: those an alternating path reaches from an unseated one."""
    wanted = [seat.sessions for seat in seats]
    taken = _match(wanted)
    stack = [i for i in range(len(seats)) if i not in taken.values()]
    reached = set(stack)
    while stack:
        for session in wanted[stack.pop()]:
            seat = taken[session]
            if seat not in reached:
                reached.add(seat)
                stack.append(seat)
    return {ref for i in reached for ref in seats[i].refs}
