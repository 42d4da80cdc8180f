"""Who can still be served by the sessions that are left: exact, by matching on a bipartite graph.

Every session has one teacher. An obligation can be served only if others give way when the most that can
be served is the same without it: serving it then costs another. A lesson that passes the tests of several
posts of one person serves them all, so people with overlapping posts are tried both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations, product

MOST_SHARERS = 8
"""People with overlapping posts tried both ways within one component: 2^8 seatings."""
MOST_SEATS = 1_000_000
"""Seats looked at for one component; where more would be needed, fewer sharers are tried, none in the end."""


@dataclass(frozen=True, slots=True)
class Demand:
    """An obligation still short of `missing` lessons, and the sessions its person could teach for it."""

    ref: int
    person: int
    missing: int
    sessions: Collection[int]


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

    sessions: Collection[int]
    worth: int


def forecast(demands: Sequence[Demand]) -> dict[int, Outlook]:
    """The outlook of every demand by its `ref`. Demands of one person may share a session."""
    crowded: set[int] = set()
    for component in _components(_tight(demands)):
        crowded |= _crowded(component)
    return {d.ref: Outlook(len(d.sessions), d.ref in crowded) for d in demands}


def _tight(demands: Sequence[Demand]) -> list[Demand]:
    """Demands that some fullest seating leaves out.

    Every other has a seat among lessons that none of these could take, so it is served whatever happens to them,
    and whoever shares lessons there frees none for them.
    """
    seats = [i for i, demand in enumerate(demands) for _ in range(demand.missing)]
    _taken, short = _match([demands[i].sessions for i in seats])
    return [demands[i] for i in sorted({seats[seat] for seat in short})]


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
    """Refs of tight demands without which as much could be served: each costs another its lesson."""
    sharers = _sharers(component)[: _most_tried(component)]
    if not sharers:
        return {demand.ref for demand in component}
    most = _most(component, sharers)
    crowded = set()
    for demand in component:
        others = [d for d in component if d.ref != demand.ref]
        if most - _most(others, sharers) < demand.missing:
            crowded.add(demand.ref)
    return crowded


def _most_tried(component: Sequence[Demand]) -> int:
    """How many sharers are tried both ways: each doubles the seatings, of so many demands, for each demand."""
    room = MOST_SEATS // len(component) ** 2
    return min(MOST_SHARERS, max(0, room.bit_length() - 1))


def _sharers(demands: Iterable[Demand]) -> list[int]:
    """People with two obligations that one session could serve."""
    mine: dict[int, list[Demand]] = defaultdict(list)
    for demand in demands:
        mine[demand.person].append(demand)
    return sorted(
        p for p, own in mine.items() if len(own) > 1 and sum(len(d.sessions) for d in own) > len(_union(own))
    )


def _union(demands: Iterable[Demand]) -> frozenset[int]:
    return frozenset[int]().union(*(d.sessions for d in demands))


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
            shared = frozenset(first.sessions).intersection(*(d.sessions for d in partners))
            if size and not shared:
                continue
            less = [replace(d, missing=d.missing - 1) if d in together else d for d in own]
            seat = _Seat(shared, len(together))
            ways += [[seat, *rest] for rest in _ways([d for d in less if d.missing])]
    return ways


def _seats(demands: Iterable[Demand]) -> list[_Seat]:
    return [_Seat(d.sessions, 1) for d in demands for _ in range(d.missing)]


def _value(seats: Sequence[_Seat]) -> int:
    """The greatest worth that can be seated: heavier seats first is optimal, as seatings form a matroid."""
    heavy_first = sorted(seats, key=lambda seat: -seat.worth)
    taken, _short = _match([seat.sessions for seat in heavy_first])
    return sum(heavy_first[seat].worth for seat in taken.values())


def _match(wanted: Sequence[Collection[int]]) -> tuple[dict[int, int], set[int]]:
    """A maximum matching by augmenting paths: session → index of the seat. Earlier seats are never given up.

    With it the seats that some maximum matching leaves out: those that the searches in vain came by. What such a
    search has seen is seen by no later one, as no free session can ever be reached from there [Hungarian trees].
    """
    taken: dict[int, int] = {}
    held: dict[int, int] = {}
    shut: set[int] = set()
    short: set[int] = set()
    for start in range(len(wanted)):
        parents, free = _search(wanted, start, taken, shut)
        if free is None:
            shut |= parents.keys()
            short |= {start, *(taken[session] for session in parents)}
        while free is not None:
            seat = parents[free]
            # Each seat of the path hands what it held back towards the start.
            before = held.get(seat)
            taken[free], held[seat] = seat, free
            free = before
    return taken, short


def _search(
    wanted: Sequence[Collection[int]], start: int, taken: Mapping[int, int], shut: Set[int]
) -> tuple[dict[int, int], int | None]:
    """An alternating path from a seat to a free session: session → seat it was reached from, and the free one."""
    parents: dict[int, int] = {}
    stack = [start]
    while stack:
        seat = stack.pop()
        for session in wanted[seat]:
            if session not in taken:
                parents[session] = seat
                return parents, session
            if session not in parents and session not in shut:
                parents[session] = seat
                stack.append(taken[session])
    return parents, None
