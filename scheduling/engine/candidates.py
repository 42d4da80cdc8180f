"""Candidates: where one unplaced session can go in a State, and what each possibility would add to the cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.engine.costs import COSTS, CostPart
from scheduling.engine.index import NONE, Bools, Ints
from scheduling.engine.rules import RULES, Rule
from scheduling.engine.rules.allowed import Pinned
from scheduling.engine.state import Placement, State

_KEPT = 2048
_STATIC = [rule for rule in RULES if rule.is_static]
_MOVING = [rule for rule in RULES if not rule.is_static]


def _methods(rules: Sequence[Rule], name: str) -> list[Rule]:
    """Return the rules that have an answer of their own to a question."""
    return [rule for rule in rules if getattr(type(rule), name) is not getattr(Rule, name)]


def _paying(name: str) -> list[CostPart]:
    """Return the cost parts that have an answer of their own to a question."""
    return [part for part in COSTS if getattr(type(part), name) is not getattr(CostPart, name)]


_ON_TIME = _methods(RULES, "time")
_ON_INSTRUCTORS = _methods(_MOVING, "instructors")
_ON_VENUES = _methods(_MOVING, "venues")
_ON_PLACES = _methods(RULES, "places")
_ON_PAIRS = _methods(RULES, "pairs")
_PAY_TIME, _PAY_INSTRUCTORS, _PAY_VENUES = _paying("time"), _paying("instructors"), _paying("venues")
_PAY_PLACES, _PAY_PAIRS = _paying("places"), _paying("pairs")


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
    start: int
    base: int
    who: Ints
    who_added: Ints
    spots: list[
        tuple[int, int, int]
    ]  # (added by venue and place, venue, place), cheapest first, one venue a place


class Candidates:
    """Finds candidates in one State; keeps what depends on the session alone."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._everyone = np.arange(len(state.index.instructor))
        self._everywhere = np.arange(len(state.index.venue))
        self._people: dict[int, Ints] = {}
        self._venues: dict[int, Ints] = {}

    def instructors(self, s: int) -> Ints:
        """Return who is allowed to teach a session, whenever."""
        found = self._people.get(s)
        if found is None:
            found = self._everyone
            for rule in _STATIC:
                found = _without(found, rule.instructors(self.state, s, 0, found))
            _keep(self._people, s, found)
        return found

    def venues(self, s: int) -> Ints:
        """Return which venues are allowed for a session, whenever."""
        found = self._venues.get(s)
        if found is None:
            found = self._everywhere
            for rule in _STATIC:
                found = _without(found, rule.venues(self.state, s, 0, found))
            _keep(self._venues, s, found)
        return found

    def may_lack(self, s: int, part: str) -> bool:
        """Whether a placed session may be without its instructor or venue."""
        index = self.state.index
        session = index.problem.sessions[s]
        current, needs = (
            (index.current_instructor[s], index.needs_instructor[s])
            if part == "instructor"
            else (index.current_venue[s], index.needs_venue[s])
        )
        if part in session.pinned:
            return current == NONE and not (needs and index.whole_only[s])
        return not (needs and index.whole_only[s])

    def is_time_blocked(self, s: int, start: int) -> bool:
        """Whether a rule forbids a start whoever teaches wherever."""
        return any(rule.time(self.state, s, start) for rule in _ON_TIME)

    def rushed(self, s: int, start: int, who: Ints, place: int) -> Bools:
        """Return which of some instructors cannot get to a place then."""
        blocked = np.zeros(len(who), dtype=np.bool_)
        for rule in _ON_PAIRS:
            mask = rule.pairs(self.state, s, start, who, place)
            if mask is not None:
                blocked |= mask
        return blocked

    def free_instructors(self, s: int, start: int) -> Ints:
        """Return who can teach then, travel aside."""
        who = self.instructors(s)
        for rule in _ON_INSTRUCTORS:
            if len(who):
                who = _without(who, rule.instructors(self.state, s, start, who))
        return who

    def free_venues(self, s: int, start: int) -> Ints:
        """Return which venues can be had then."""
        which = self.venues(s)
        for rule in _ON_VENUES:
            if len(which):
                which = _without(which, rule.venues(self.state, s, start, which))
        return which

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
            added = np.zeros(len(which), dtype=np.int64)
            for part in _PAY_VENUES:
                added += part.venues(state, s, start, which)
            added += self._place_costs(s, state.index.venue_place[which])
            which = which[np.sort(np.argsort(added, kind="stable")[: most.venues])]
        if len(who) > most.instructors:
            place = state.index.place_of(s, int(which[0]) if len(which) else NONE)
            added = np.zeros(len(who), dtype=np.int64)
            for part in _PAY_INSTRUCTORS:
                added += part.instructors(state, s, start, who)
            for part in _PAY_PAIRS:
                added += part.pairs(state, s, who, place)
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
        state = self.state
        if self.is_time_blocked(s, start):
            return None
        base = sum(part.time(state, s, start) for part in _PAY_TIME)
        who = self.free_instructors(s, start) if only is None else only
        who_added = np.zeros(len(who), dtype=np.int64)
        for part in _PAY_INSTRUCTORS:
            who_added += part.instructors(state, s, start, who)
        if self.may_lack(s, "instructor"):
            who, who_added = np.append(NONE, who), np.append(0, who_added)
        return _AtStart(start, base, who, who_added, self._places(s, start))

    def _places(self, s: int, start: int) -> list[tuple[int, int, int]]:
        state, index = self.state, self.state.index
        which = self.free_venues(s, start)
        added = np.zeros(len(which), dtype=np.int64)
        for part in _PAY_VENUES:
            added += part.venues(state, s, start, which)
        if self.may_lack(s, "venue"):
            which, added = np.append(which, NONE), np.append(added, 0)
        places = np.append(index.venue_place, NONE)[which]
        if len(which) and which[-1] == NONE:
            places[-1] = index.place_of(s, NONE)
        added = added + self._place_costs(s, places)
        order = np.lexsort((which, added))
        order = order[~self.unreachable(s, start, places[order])]
        _, first = np.unique(places[order], return_index=True)
        order = order[np.sort(first)]
        return list(zip(added[order].tolist(), which[order].tolist(), places[order].tolist(), strict=True))

    def _place_costs(self, s: int, places: Ints) -> Ints:
        """Return what each of some places adds."""
        added = np.zeros(len(places), dtype=np.int64)
        for part in _PAY_PLACES:
            added += part.places(self.state, s, places)
        return added

    def unreachable(self, s: int, start: int, places: Ints) -> Bools:
        """Return at which of some places a session cannot be held then."""
        blocked = np.zeros(len(places), dtype=np.bool_)
        for rule in _ON_PLACES:
            mask = rule.places(self.state, s, start, places)
            if mask is not None:
                blocked |= mask
        return blocked

    def _spot(self, s: int, at: _AtStart, added: int, venue: int, place: int) -> Spot:
        state, first = self.state, 1 if len(at.who) and at.who[0] == NONE else 0
        who = at.who[first:]
        total = at.who_added + (at.base + added)
        blocked = np.zeros(len(at.who), dtype=np.bool_)
        for part in _PAY_PAIRS:
            total[first:] += part.pairs(state, s, who, place)
        blocked[first:] = self.rushed(s, at.start, who, place)
        return Spot(at.start, venue, place, at.who, total, blocked)


def added_parts(state: State, s: int, placement: Placement) -> dict[str, int]:
    """Return what placing an unplaced session adds to each cost part (parts of 0 are named too)."""
    index = state.index
    place = index.place_of(s, placement.venue)
    who, which = np.array([placement.instructor]), np.array([placement.venue])
    parts: dict[str, int] = {}
    for part in COSTS:
        amount = part.time(state, s, placement.start) + int(np.sum(part.places(state, s, np.array([place]))))
        if placement.instructor != NONE:
            amount += int(np.sum(part.instructors(state, s, placement.start, who))) + int(
                np.sum(part.pairs(state, s, who, place))
            )
        if placement.venue != NONE:
            amount += int(np.sum(part.venues(state, s, placement.start, which)))
        parts[part.name] = amount
    return parts


def added_cost(state: State, s: int, placement: Placement | None) -> int:
    """Return what placing an unplaced session adds to the cost."""
    return 0 if placement is None else sum(added_parts(state, s, placement).values())


def is_possible(candidates: Candidates, s: int, placement: Placement) -> bool:
    """Whether no rule blocks a placement of an unplaced session."""
    state, start = candidates.state, placement.start
    place = state.index.place_of(s, placement.venue)
    who, which = np.array([placement.instructor]), np.array([placement.venue])
    if candidates.is_time_blocked(s, start) or candidates.unreachable(s, start, np.array([place]))[0]:
        return False
    if placement.instructor == NONE:
        if not candidates.may_lack(s, "instructor"):
            return False
    elif any(
        _hits(rule.instructors(state, s, start, who)) or _hits(rule.pairs(state, s, start, who, place))
        for rule in RULES
    ):
        return False
    if placement.venue == NONE:
        return candidates.may_lack(s, "venue")
    return not any(_hits(rule.venues(state, s, start, which)) for rule in RULES)


def must_place(state: State, s: int) -> bool:
    """Whether a session's pins keep it from being left out."""
    return Pinned.must_place(state, s)


def _hits(mask: Bools | None) -> bool:
    return mask is not None and bool(mask.any())


def _without(found: Ints, mask: Bools | None) -> Ints:
    return found if mask is None else found[~mask]


def _keep(kept: dict[int, Ints], s: int, found: Ints) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[s] = found
