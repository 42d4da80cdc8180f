"""One session on the organiser's desk: ranked people, rooms, bases and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from threading import Lock

import numpy as np

from scheduling import engine
from scheduling.engine.candidates import Candidates, added_parts, mask_reasons
from scheduling.engine.index import NONE, Ints, to_minutes, to_time
from scheduling.engine.rank import candidate
from scheduling.snapshots.building import Snapshot, plan_of
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.rooms_in_use import RoomsInUse

MOST_NEAR = 4
"""Rooms tried for a person in whose way the room of now stands."""
PROOF_SECONDS = 2.0  # somebody waits for the page


@dataclass(frozen=True, slots=True)
class Option:
    """A room or a time for the session, the rest as it stands: what it would change, or why it cannot be."""

    start: datetime
    instructor: str | None
    venue: str | None
    delta: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    reasons: tuple[engine.Reason, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether no rule is in the way."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Loads:
    """How much somebody teaches in the working plan: sessions in the session's month and in the year."""

    month: int
    year: int


class Desk:
    """A session whose pins are off, in the working plan of its whole year."""

    def __init__(self, snapshot: Snapshot, session_id: int) -> None:
        self.snapshot = snapshot
        self.name = key(Key.SESSION, session_id)
        self.index = engine.Index(snapshot.problem)
        self._state = engine.State.of_plan(self.index, plan_of(snapshot))
        self._lock = Lock()

    @property
    def is_free(self) -> bool:
        """Whether the session can still be placed: not past, held or cancelled."""
        return self.name in self.snapshot.free

    @property
    def session(self) -> engine.Session:
        """The session as the engine sees it."""
        return self.snapshot.problem.sessions[self.index.session[self.name]]

    def ranking(self, top: int | None = None) -> engine.Ranking:
        """Who could teach it, cheapest first, all or so many of them, and everyone else with reasons."""
        top = len(self.index.instructor) + 1 if top is None else top
        with self._lock:
            found = engine.rank_in(self._state, self.name, top, self._more())
        if self.snapshot.target is None:
            return found
        mine = tuple(self._with_load(c) for c in found.candidates)
        return replace(found, candidates=mine, excluded=self._in_use.told_of_all(found.excluded))

    def _more(self) -> Ints | None:
        """What the year's load costs of each instructor, and of nobody, where the problem does not say it."""
        if self.snapshot.target is None:
            return None
        loads = [self._load_cost(x.id) for x in self.snapshot.problem.instructors]
        return np.array([*loads, 0], dtype=np.int64)

    def _with_load(self, found: engine.Candidate) -> engine.Candidate:
        """The same with what the year's load costs, which a problem that has only part of it does not say."""
        more, less = self._load_parts(found.instructor), self._load_parts(self.session.current.instructor)
        if more == less:
            return found
        change = dict(found.parts)
        for sign, parts in ((1, more), (-1, less)):
            for name, amount in parts.items():
                change[name] = change.get(name, 0) + sign * amount
        change = {name: amount for name, amount in change.items() if amount}
        return replace(found, parts=change, delta=sum(change.values()))

    def _load_parts(self, who: str | None) -> dict[str, int]:
        amount = 0 if who is None else self._load_cost(who)
        return {"over_target": amount} if amount else {}

    def _load_cost(self, who: str) -> int:
        """What one more session costs for somebody who has as many as they have in the year."""
        target, after = self.snapshot.target, self._year.get(who, 0) + 1
        if target is None or after <= target:
            return 0
        weights = self.snapshot.problem.weights
        return weights.over_target + weights.over_twice_target * (after > 2 * target)

    @cached_property
    def _year(self) -> dict[str, int]:
        """Sessions of everyone in the year, this one aside."""
        found = {who: count.year for who, count in self.snapshot.outside.items()}
        for a in plan_of(self.snapshot).assignments:
            if a.instructor is not None and a.start is not None and a.session != self.name:
                found[a.instructor] = found.get(a.instructor, 0) + 1
        return found

    def explanation(self, *, proves: bool) -> dict[str, object]:
        """Why it stands as it does and what would help, as JSON values; proving what is lacking takes most of the time."""
        with self._lock:
            supplies = engine.Supplies(self.index) if proves else None
            return engine.explanation_document(
                engine.explain_in(self._state, self.name, supplies, PROOF_SECONDS)
            )

    @contextmanager
    def _in_hand(self) -> Iterator[engine.Placement | None]:
        """The session taken out of the plan, and put back where it stood; nobody else asks the desk meanwhile."""
        s = self.index.session[self.name]
        with self._lock:
            before = self._state.clear(s)
            try:
                yield before
            finally:
                self._state.place(s, before)

    def now(self) -> dict[str, int]:
        """What the session adds to the cost where it stands; empty while it is unplaced."""
        s = self.index.session[self.name]
        with self._in_hand() as before:
            if before is None:
                return {}
            added = added_parts(self._state, s, before) | self._load_parts(self.session.current.instructor)
            return {n: a for n, a in added.items() if a}

    def rooms(self, like: engine.Candidate | None, top: int = 30) -> list[Option]:
        """Rooms of the right kind, possible ones first, cheapest first; `like` gives time and person while open."""
        s = self.index.session[self.name]
        with self._in_hand() as before:
            base = before or self._placement(like)
            return [] if base is None else self._rooms(s, before, base, top)

    def _rooms(
        self, s: int, before: engine.Placement | None, base: engine.Placement, top: int
    ) -> list[Option]:
        """All rules and amounts are asked once for all rooms, and once a place for what depends on the way there."""
        candidates, start = Candidates(self._state), base.start
        which = candidates.venues(s)
        who = np.array([base.instructor] if base.instructor != NONE else [], dtype=np.int64)
        always = candidates.time_mask(s, start) | _union(candidates.instructor_masks(s, start, who))
        masks = candidates.venue_masks(s, start, which).tolist()
        added = candidates.room_costs(s, start, which, alone=False).tolist()
        places = [self.index.place_of(s, v) for v in which.tolist()]
        by_place = {place: self._at_place(candidates, s, (start, place), who) for place in set(places)}
        order = sorted(
            range(len(which)),
            key=lambda n: (
                masks[n] | always | by_place[places[n]][0] != 0,
                added[n] + by_place[places[n]][1],
                int(which[n]),
            ),
        )
        found = []
        for n in order[:top]:
            to = engine.Placement(start, base.instructor, int(which[n]))
            option = self._change(before, to)
            mask = masks[n] | always | by_place[places[n]][0]
            found.append(replace(option, reasons=self._reasons(mask, to)))
        return found

    def _at_place(self, candidates: Candidates, s: int, at: tuple[int, int], who: Ints) -> tuple[int, int]:
        """What keeps the session from a place at a start, as a mask, and what the way there costs."""
        start, place = at
        barred = candidates.place_mask(s, start, place) | _union(candidates.pair_masks(s, start, who, place))
        return barred, int(candidates.way_costs(s, who, place).sum())

    def times(self) -> list[Option]:
        """Every time that was asked for: with the person and room it has now, else with the best then."""
        s = self.index.session[self.name]
        with self._in_hand() as before:
            candidates = Candidates(self._state)
            return [self._time(candidates, before, start) for start in self.index.starts[s]]

    def stand_ins(self, top: int = 200) -> list[Option]:
        """Whoever else could teach it when and where it is now, cheapest first; nobody while it has no time."""
        s = self.index.session[self.name]
        with self._in_hand() as before:
            return [] if before is None else self._stand_ins(s, before, top)

    def _stand_ins(self, s: int, before: engine.Placement, top: int) -> list[Option]:
        candidates, place = Candidates(self._state), self.index.place_of(s, before.venue)
        who = candidates.free_instructors(s, before.start)
        who = who[who != before.instructor]
        costs = candidates.people_costs(s, before.start, who, alone=False)
        costs = costs + candidates.way_costs(s, who, place)
        options = [
            self._option(candidates, before, engine.Placement(before.start, instructor, before.venue))
            for instructor in who[np.argsort(costs, kind="stable")[:top]].tolist()
        ]
        return sorted((option for option in options if option.is_possible), key=lambda option: option.delta)

    def board(self, venues: Collection[str]) -> list[Option]:
        """Every time with every one of these venues that can be booked at all, the person as now."""
        s = self.index.session[self.name]
        known = [self.index.venue[name] for name in venues if name in self.index.venue]
        with self._in_hand() as before:
            candidates = Candidates(self._state)
            who = NONE if before is None else before.instructor
            return [
                self._option(candidates, before, engine.Placement(start, who, venue))
                for venue in known
                for start in self.index.starts[s]
            ]

    def sites(self, venues: Mapping[int, Collection[str]]) -> list[tuple[int, Option]]:
        """Every time with the best room of each of some bases: with the person it has now, else with the best then.

        Rooms that cannot be booked at all are passed over, and so are bases that have no others.
        """
        s = self.index.session[self.name]
        rooms = {
            base: [self.index.venue[v] for v in sorted(mine) if v in self.index.venue]
            for base, mine in venues.items()
        }
        with self._in_hand() as before:
            candidates = Candidates(self._state)
            return [
                (base, self._with_somebody(candidates, before, start, room))
                for start in self.index.starts[s]
                for base, room in self._best_rooms(candidates, start, rooms)
            ]

    def _best_rooms(
        self, candidates: Candidates, start: int, rooms: Mapping[int, Sequence[int]]
    ) -> Iterator[tuple[int, int]]:
        """Of each base the room that can be had, and of those the one that adds least."""
        s = self.index.session[self.name]
        which = np.array([room for mine in rooms.values() for room in mine], dtype=np.int64)
        masks = candidates.venue_masks(s, start, which)
        added = candidates.room_costs(s, start, which, alone=False)
        grade = {room: (bool(m), int(a)) for room, m, a in zip(which.tolist(), masks, added, strict=True)}
        for base, mine in rooms.items():
            if mine:
                yield base, min(mine, key=lambda room: grade[room])

    def _with_somebody(
        self, candidates: Candidates, before: engine.Placement | None, start: int, room: int
    ) -> Option:
        """The person of now where that can be; else, of those who are free and get there in time, who adds least."""
        s = self.index.session[self.name]
        now = NONE if before is None else before.instructor
        as_is = self._option(candidates, before, engine.Placement(start, now, room))
        if candidates.time_mask(s, start) or (now != NONE and as_is.is_possible):
            return as_is
        place = self.index.place_of(s, room)
        who = candidates.free_instructors(s, start)
        who = who[~candidates.rushed(s, start, who, place)]
        if not len(who):
            return as_is
        costs = candidates.people_costs(s, start, who, alone=False) + candidates.way_costs(s, who, place)
        best = int(who[int(costs.argmin())])
        other = self._option(candidates, before, engine.Placement(start, best, room))
        return other if other.is_possible else as_is

    def people(self, who: Collection[str]) -> list[Option]:
        """Every time with each of these people, in the room it has now or, where that cannot be, in a near one that can."""
        s = self.index.session[self.name]
        known = [self.index.instructor[name] for name in who if name in self.index.instructor]
        with self._in_hand() as before:
            candidates = Candidates(self._state)
            return [
                self._option(candidates, before, to)
                for start in self.index.starts[s]
                for to in self._with_each(candidates, before, start, known)
            ]

    def _with_each(
        self, candidates: Candidates, before: engine.Placement | None, start: int, known: Sequence[int]
    ) -> list[engine.Placement]:
        s = self.index.session[self.name]
        free = (
            candidates.free_venues(s, start)
            if candidates.time_mask(s, start) == 0
            else np.array([], dtype=int)
        )
        added = candidates.room_costs(s, start, free, alone=False)
        near = free[np.argsort(added, kind="stable")][:MOST_NEAR].tolist()
        rooms = [*([] if before is None or before.venue == NONE else [before.venue]), *near] or [NONE]
        ways = ([engine.Placement(start, person, room) for room in rooms] for person in known)
        return [next((to for to in mine if candidates.mask_of(s, to) == 0), mine[0]) for mine in ways]

    def _time(self, candidates: Candidates, before: engine.Placement | None, start: int) -> Option:
        s = self.index.session[self.name]
        as_is = None
        if before is not None:
            as_is = self._option(candidates, before, engine.Placement(start, before.instructor, before.venue))
            if as_is.is_possible:
                return as_is
        best = candidates.best(s, [start])
        if best is not None:
            return self._option(candidates, before, best.placement)
        return as_is or self._option(candidates, before, engine.Placement(start, NONE, NONE))

    def _placement(self, like: engine.Candidate | None) -> engine.Placement | None:
        if like is None:
            return None
        who = NONE if like.instructor is None else self.index.instructor[like.instructor]
        where = NONE if like.venue is None else self.index.venue[like.venue]
        return engine.Placement(to_minutes(like.start), who, where)

    def _option(
        self, candidates: Candidates, before: engine.Placement | None, to: engine.Placement
    ) -> Option:
        s = self.index.session[self.name]
        option = self._change(before, to)
        return replace(option, reasons=self._reasons(candidates.mask_of(s, to), to))

    def _reasons(self, mask: int, to: engine.Placement) -> tuple[engine.Reason, ...]:
        """The rules of a mask: a room that somebody has is not closed."""
        venue = None if to.venue == NONE else self.snapshot.problem.venues[to.venue].id
        return mask_reasons(mask if venue is None else self._in_use.told(mask, venue, to_time(to.start)))

    @cached_property
    def _in_use(self) -> RoomsInUse:
        return RoomsInUse(self.snapshot, self.session)

    def _change(self, before: engine.Placement | None, to: engine.Placement) -> Option:
        found = self._with_load(candidate(self._state, self.index.session[self.name], before, to))
        return Option(found.start, found.instructor, found.venue, found.delta, found.parts)

    def loads(self, month: tuple[int, int], people: Iterable[str]) -> dict[str, Loads]:
        """Sessions of some people in `month` (year, month) and in the year, as the working plan has them."""
        is_counted = self.snapshot.month == month
        outside, people = self.snapshot.outside, list(people)
        in_month = Counter({who: outside[who].month for who in people if is_counted and who in outside})
        for a in plan_of(self.snapshot).assignments:
            if a.instructor is not None and a.start is not None and a.session != self.name:
                in_month[a.instructor] += (a.start.year, a.start.month) == month
        return {who: Loads(in_month[who], self._year.get(who, 0)) for who in people}

    def half_km(self, venue: str | None, people: Iterable[str]) -> dict[str, int | None]:
        """Half kilometres from some people's homes to a venue (the class's own place while open); None where unknown."""
        s = self.index.session[self.name]
        place = self.index.place_of(s, NONE if venue is None else self.index.venue[venue])
        if place == NONE:
            return {}
        row = self.index.distances.half_km(place)
        homes = {who: int(self.index.home[self.index.instructor[who]]) for who in people}
        return {who: None if home == NONE else int(row[home]) for who, home in homes.items()}


def _union(masks: Ints) -> int:
    return int(np.bitwise_or.reduce(masks, initial=0))
