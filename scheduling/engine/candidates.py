"""Candidates: where one unplaced session can go in a State, and what each possibility would add to the cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from scheduling.engine import kernel, kernel_lists
from scheduling.engine.costs import COSTS
from scheduling.engine.index import NONE, Bools, Ints
from scheduling.engine.reasons import Reason
from scheduling.engine.rules import RULES
from scheduling.engine.state import Placement, State


@dataclass(frozen=True)
class Most:
    """How many instructors and venues to look at for one start of a session."""

    instructors: int
    venues: int


@dataclass(frozen=True)
class Spot:
    """One start and venue for a session, and who could teach it there: position 0 of ``who`` may be NONE (nobody yet).

    ``added[n]`` is the change of cost with ``who[n]``; ``blocked[n]`` says that they cannot get there in time.
    """

    start: int
    venue: int
    place: int
    who: Ints
    added: Ints
    blocked: Bools


@dataclass(frozen=True)
class Choice:
    """A possible placement and the change of cost that it brings."""

    placement: Placement
    added: int


@dataclass(frozen=True)
class _AtStart:
    option: int
    start: int
    base: int
    who: Ints
    who_added: Ints
    spots: list[
        tuple[int, int, int]
    ]  # (added by venue and place, venue, place), cheapest first, one venue a place


class Candidates:
    """Finds candidates in one State, with the kernel's answers."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._on = state.arrays, state.board

    def instructors(self, s: int) -> Ints:
        """Return who is allowed to teach a session, whenever."""
        return kernel_lists.people_of(*self._on, s, self._first(s))

    def venues(self, s: int) -> Ints:
        """Return which venues are allowed for a session, whenever."""
        return kernel_lists.rooms_of(*self._on, s, self._first(s))

    def _first(self, s: int) -> int:
        """Return any option of a session, for what is the same at all of them."""
        return int(self.state.arrays.sessions["option"][s])

    def may_lack(self, s: int, part: str) -> bool:
        """Whether a placed session may be without its instructor or venue."""
        return bool(kernel_lists.can_lack(*self._on, s)[part == "venue"])

    def is_time_blocked(self, s: int, start: int) -> bool:
        """Whether a rule forbids a start whoever teaches wherever."""
        return self.time_mask(s, start) != 0

    def time_mask(self, s: int, start: int) -> int:
        """Return the rules that forbid a start, as a mask; see ``mask_reasons``."""
        option = self.state.option(s, start)
        return _NO_SUCH_START if option == NONE else int(kernel.time_mask(*self._on, s, option))

    def instructor_masks(self, s: int, start: int, who: Ints) -> Ints:
        """Return the rules in the way of each of some instructors then, as masks."""
        return kernel_lists.instructor_masks(*self._on, s, self.state.option(s, start), who)

    def venue_masks(self, s: int, start: int, which: Ints) -> Ints:
        """Return the rules in the way of each of some venues then, as masks."""
        return kernel_lists.venue_masks(*self._on, s, self.state.option(s, start), which)

    def place_mask(self, s: int, start: int, place: int) -> int:
        """Return the rules that keep a session from a place (NONE: unknown) then, as a mask."""
        return int(kernel.place_mask(*self._on, s, self.state.option(s, start), place))

    def pair_masks(self, s: int, start: int, who: Ints, place: int) -> Ints:
        """Return the rules that keep each of some instructors from a place then, as masks."""
        return kernel_lists.pair_masks(*self._on, s, self.state.option(s, start), who, place)

    def mask_of(self, s: int, placement: Placement) -> int:
        """Return the rules that keep an unplaced session from a placement, as a mask."""
        option = self.state.option(s, placement.start)
        if option == NONE:
            return _NO_SUCH_START
        return int(kernel.mask_of(*self._on, s, option, placement.instructor, placement.venue))

    def rushed(self, s: int, start: int, who: Ints, place: int) -> Bools:
        """Return which of some instructors cannot get to a place then."""
        return kernel_lists.rushed_pairs(*self._on, s, self.state.option(s, start), who, place)

    def free_instructors(self, s: int, start: int) -> Ints:
        """Return who can teach then, travel aside."""
        return kernel_lists.free_people(*self._on, s, self.state.option(s, start))

    def free_venues(self, s: int, start: int) -> Ints:
        """Return which venues can be had then."""
        return kernel_lists.free_rooms(*self._on, s, self.state.option(s, start))

    def time_cost(self, s: int, start: int, *, alone: bool) -> int:
        """Return what a start adds by itself; ``alone``: without the parts that tie sessions together."""
        asked = kernel.time_alone if alone else kernel.time_adds
        return int(asked(*self._on, s, self.state.option(s, start)))

    def people_costs(self, s: int, start: int, who: Ints, *, alone: bool) -> Ints:
        """Return what each of some instructors (0 for NONE) adds then, the way aside."""
        return kernel_lists.people_costs(*self._on, s, self.state.option(s, start), who, alone)

    def room_costs(self, s: int, start: int, which: Ints, *, alone: bool) -> Ints:
        """Return what each of some venues (or NONE) and its place add then."""
        return kernel_lists.room_costs(*self._on, s, self.state.option(s, start), which, alone)

    def way_costs(self, s: int, who: Ints, place: int) -> Ints:
        """Return what the way of each of some instructors to a place adds."""
        return kernel_lists.way_costs(*self._on, s, self._first(s), who, place)

    def options(self, s: int, start: int, most: Most | None = None) -> tuple[Ints, Ints]:
        """Return who can teach then and which venues can be had, travel among free sessions aside; NONE where that may be.

        With ``most``, only so many of each that add least as things are.
        """
        who, which = self.free_instructors(s, start), self.free_venues(s, start)
        index = self.state.index
        which = which[~self.unreachable(s, start, index.venue_place[which])]
        if most is not None:
            who, which = self._promising(s, start, (who, which), most)
        if self.may_lack(s, "instructor"):
            who = np.append(NONE, who)
        if self.may_lack(s, "venue"):
            which = np.append(NONE, which)
        return who, which

    def _promising(self, s: int, start: int, found: tuple[Ints, Ints], most: Most) -> tuple[Ints, Ints]:
        """Return the cheapest venues, and the instructors who are cheapest at the cheapest of them."""
        state, (who, which) = self.state, found
        if len(which) > most.venues:
            added = self.room_costs(s, start, which, alone=False)
            which = which[np.sort(np.argsort(added, kind="stable")[: most.venues])]
        if len(who) > most.instructors:
            place = state.index.place_of(s, int(which[0]) if len(which) else NONE)
            added = self.people_costs(s, start, who, alone=False) + self.way_costs(s, who, place)
            who = who[np.sort(np.argsort(added, kind="stable")[: most.instructors])]
        return who, which

    def spots(self, s: int, starts: Sequence[int] | None = None) -> Iterator[Spot]:
        """Yield every possible start and venue (only the cheapest venue of each place), with everyone who is free then."""
        for start in self.state.index.starts[s] if starts is None else starts:
            at = self._at(s, start)
            if at is None:
                continue
            for added, venue, place in at.spots:
                yield self._spot(s, at, added, venue, place)

    def best(self, s: int, starts: Sequence[int] | None = None, below: int | None = None) -> Choice | None:
        """Return the cheapest candidate, None when there is none or none adds less than ``below``."""
        found: Choice | None = None
        for start in self.state.index.starts[s] if starts is None else starts:
            at = self._at(s, start)
            if at is None or not len(at.who):
                continue
            least = at.base + int(at.who_added.min())
            for added, venue, place in at.spots:
                if below is not None and least + added >= below:
                    break
                spot = self._spot(s, at, added, venue, place)
                costs = np.where(spot.blocked, np.iinfo(np.int64).max, spot.added)
                n = int(costs.argmin())
                if not spot.blocked[n] and (below is None or spot.added[n] < below):
                    below = int(spot.added[n])
                    found = Choice(Placement(start, int(spot.who[n]), venue), below)
        return found

    def best_of(self, s: int, start: int, instructor: int) -> Choice | None:
        """Return the cheapest candidate with one instructor at one start, asking no instructor rule but travel."""
        at = self._at(s, start, np.array([instructor]))
        found: Choice | None = None
        if at is None:
            return None
        for added, venue, place in at.spots:
            spot = self._spot(s, at, added, venue, place)
            if not spot.blocked[-1] and (found is None or spot.added[-1] < found.added):
                found = Choice(Placement(start, instructor, venue), int(spot.added[-1]))
        return found

    def _at(self, s: int, start: int, only: Ints | None = None) -> _AtStart | None:
        if self.is_time_blocked(s, start):
            return None
        who = self.free_instructors(s, start) if only is None else only
        if self.may_lack(s, "instructor"):
            who = np.append(NONE, who)
        who_added = self.people_costs(s, start, who, alone=False)
        base = self.time_cost(s, start, alone=False)
        return _AtStart(self.state.option(s, start), start, base, who, who_added, self._places(s, start))

    def _places(self, s: int, start: int) -> list[tuple[int, int, int]]:
        index = self.state.index
        which = self.free_venues(s, start)
        if self.may_lack(s, "venue"):
            which = np.append(which, NONE)
        added = self.room_costs(s, start, which, alone=False)
        places = np.append(index.venue_place, NONE)[which]
        if len(which) and which[-1] == NONE:
            places[-1] = index.place_of(s, NONE)
        order = np.lexsort((which, added))
        order = order[~self.unreachable(s, start, places[order])]
        _, first = np.unique(places[order], return_index=True)
        order = order[np.sort(first)]
        return list(zip(added[order].tolist(), which[order].tolist(), places[order].tolist(), strict=True))

    def unreachable(self, s: int, start: int, places: Ints) -> Bools:
        """Return at which of some places a session cannot be held then."""
        return kernel_lists.blocked_places(*self._on, s, self.state.option(s, start), places)

    def _spot(self, s: int, at: _AtStart, added: int, venue: int, place: int) -> Spot:
        first = 1 if len(at.who) and at.who[0] == NONE else 0
        who = at.who[first:]
        total = at.who_added + (at.base + added)
        blocked = np.zeros(len(at.who), dtype=np.bool_)
        total[first:] += self.way_costs(s, who, place)
        blocked[first:] = self.rushed(s, at.start, who, place)
        return Spot(at.start, venue, place, at.who, total, blocked)


def added_parts(state: State, s: int, placement: Placement) -> dict[str, int]:
    """Return what placing an unplaced session adds to each cost part (parts of 0 are named too)."""
    option = state.option(s, placement.start)
    amounts = kernel.parts_of(state.arrays, state.board, s, option, placement.instructor, placement.venue)
    return {part.name: amount for part, amount in zip(COSTS, amounts.tolist(), strict=True)}


def added_cost(state: State, s: int, placement: Placement | None) -> int:
    """Return what placing an unplaced session adds to the cost."""
    if placement is None:
        return 0
    option = state.option(s, placement.start)
    return int(kernel.added_by(state.arrays, state.board, s, option, placement.instructor, placement.venue))


def is_possible(candidates: Candidates, s: int, placement: Placement) -> bool:
    """Whether no rule blocks a placement of an unplaced session."""
    return candidates.mask_of(s, placement) == 0


def must_place(state: State, s: int) -> bool:
    """Whether a session's pins keep it from being left out."""
    return bool(kernel.must_place(state.arrays, s))


@lru_cache(maxsize=4096)
def mask_reasons(mask: int) -> tuple[Reason, ...]:
    """Return the reasons of the rules in a mask."""
    return tuple(rule.reason for n, rule in enumerate(RULES) if mask >> n & 1)


_NO_SUCH_START = sum(1 << n for n, rule in enumerate(RULES) if rule.reason is Reason.START)
