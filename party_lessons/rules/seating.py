"""A fullest seating of lessons owed in sessions, by augmenting paths, and whom some fullest seating leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from party_lessons.rules.demands import Cap, Demand, fill


@dataclass
class Seating:
    """One seat for each lesson owed; demands go by their place in `demands`."""

    demands: Sequence[Demand]
    demand_of: Sequence[int]
    """By seat."""
    taken: dict[int, int]
    """Session → seat."""
    short: set[int]
    """Demands that some fullest seating leaves short, limits and sharing left aside."""
    seats_of: Mapping[int, Sequence[int]]
    """By demand."""

    def entangled(self, bound: Mapping[int, Sequence[Cap]]) -> set[int]:
        """Demands of bound people who find no place of their own among what they hold and what nobody does.

        For everybody else the seating stands: nobody who is short wants a session that is free.
        """
        return {
            place
            for person, places in self._places.items()
            if person in bound
            if self.short.intersection(places) or not self._settle(places, bound[person])
            for place in places
        }

    def _settle(self, places: Sequence[int], caps: Sequence[Cap]) -> bool:
        seats = {seat for place in places for seat in self.seats_of[place]}
        a_seat = min(seats)
        own = [self.demands[place] for place in places]
        free = [[s for s in d.sessions if self.taken.get(s, a_seat) in seats] for d in own]
        found = fill([replace(d, sessions=mine) for d, mine in zip(own, free, strict=True)], caps)
        if found is None:
            return False
        for session in {session for d in own for session in d.sessions if self.taken.get(session) in seats}:
            del self.taken[session]
        # Who sits where among one person's own seats is all the same.
        self.taken.update(dict.fromkeys(found, a_seat))
        return True

    def around(self, entangled: Set[int]) -> set[int]:
        """These demands, those that are short, and whoever holds what any of them wants, and so on."""
        found = set(entangled) | self.short
        waiting = list(found)
        seen: set[int] = set()
        while waiting:
            for session in self.demands[waiting.pop()].sessions:
                if session in self.taken and session not in seen:
                    seen.add(session)
                    holder = self.demand_of[self.taken[session]]
                    # A person's demands hang together.
                    for place in self._of_person(holder):
                        if place not in found:
                            found.add(place)
                            waiting.append(place)
        return found

    def _of_person(self, place: int) -> Sequence[int]:
        return self._places[self.demands[place].person]

    @cached_property
    def _places(self) -> Mapping[int, Sequence[int]]:
        """By person."""
        people: defaultdict[int, list[int]] = defaultdict(list)
        for place, demand in enumerate(self.demands):
            people[demand.person].append(place)
        return people


def seat(demands: Sequence[Demand]) -> Seating:
    """A fullest seating."""
    demand_of = [i for i, demand in enumerate(demands) for _ in range(demand.missing)]
    taken, short = _match([demands[i].sessions for i in demand_of])
    seats_of: defaultdict[int, list[int]] = defaultdict(list)
    for number, place in enumerate(demand_of):
        seats_of[place].append(number)
    return Seating(demands, demand_of, taken, {demand_of[number] for number in short}, seats_of)


def components(demands: Sequence[Demand], places: Iterable[int]) -> list[list[int]]:
    """Places of demands that compete, directly or through others: they share sessions or a person."""
    root = {place: place for place in places}

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    first: dict[tuple[str, int], int] = {}
    for place in root:
        demand = demands[place]
        for key in [("person", demand.person), *(("session", s) for s in demand.sessions)]:
            root[find(place)] = find(first.setdefault(key, place))
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place in sorted(root):
        groups[find(place)].append(place)
    return list(groups.values())


def _match(wanted: Sequence[Collection[int]]) -> tuple[dict[int, int], set[int]]:
    """A maximum matching by augmenting paths: session → index of the seat.

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
