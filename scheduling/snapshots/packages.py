"""An ordered package on the organiser's desk: where and when all its parts fit, found by the engine as one piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from flask_babel import gettext

from accounts.models import OrgUnit
from bases.models import TeachingBase
from scheduling import engine
from scheduling.engine.candidates import Candidates
from scheduling.engine.construct import insert
from scheduling.engine.distances import kilometres, travel_minutes
from scheduling.models import PackageOrder, Session
from scheduling.queries import names
from scheduling.snapshots.building import Snapshot, build_problem, plan_of
from scheduling.snapshots.keys import Key, key, number
from scheduling.wording import reason_text

_ROADS = engine.Problem("roads")
"""Speed and detour of a problem that says nothing else."""
MOST_REASONS = 3
NOT_MEANT = frozenset(
    {
        engine.Reason.TOPIC,
        engine.Reason.FEATURES,
        engine.Reason.VENUE_LIST,
        engine.Reason.INSTRUCTOR_LIST,
        engine.Reason.INSTRUCTOR_NOT_NEEDED,
    }
)


class Spot(Protocol):
    """What a session is to have."""

    @property
    def start(self) -> datetime | None: ...
    @property
    def instructor_id(self) -> int | None: ...
    @property
    def venue_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class PartSpot:
    """Where one part would be: time, person, room, and minutes on the way from the part before."""

    row: Session
    start: datetime
    end: datetime
    instructor_id: int | None
    who: str
    venue_id: int | None
    where: str
    travel: int | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """All parts placed, or none and why."""

    parts: Sequence[PartSpot] = ()
    obstacles: Sequence[str] = ()


def problem_of(order: PackageOrder) -> Snapshot:
    """The plan of the class's year, in which only the sessions of this order may move."""
    klass = order.training_class
    return build_problem(klass.owner_id, klass.year, [klass.id], package=order.id)


def plan_with(snapshot: Snapshot, choices: Mapping[int, Spot]) -> tuple[engine.Plan, engine.Plan]:
    """The working plan, and the same with these sessions where they are chosen."""
    before = plan_of(snapshot)
    chosen = tuple(
        engine.Assignment(
            key(Key.SESSION, session_id),
            spot.start,
            None if spot.instructor_id is None else key(Key.INSTRUCTOR, spot.instructor_id),
            None if spot.venue_id is None else key(Key.VENUE, spot.venue_id),
        )
        for session_id, spot in choices.items()
    )
    mine = {a.session for a in chosen}
    kept = tuple(a for a in before.assignments if a.session not in mine)
    return before, engine.Plan(before.problem, (*kept, *chosen))


def suggest(order: PackageOrder) -> Suggestion:
    """Where the engine would put the whole package, the rest of the plan as it is. Nothing is written."""
    snapshot = problem_of(order)
    sessions = [key(Key.SESSION, row.id) for row in order.sessions]
    if not snapshot.free.issuperset(sessions):
        return Suggestion(obstacles=[gettext("这几天已经过去，或已经没有可用的时段，请改期。")])
    index = engine.Index(snapshot.problem)
    state = engine.State.of_plan(index, plan_of(snapshot))
    unit = tuple(index.session[name] for name in sessions)
    for s in unit:
        state.clear(s)
    insert(Candidates(state), unit)
    if not all(state.is_whole(s) for s in unit):
        return Suggestion(obstacles=_obstacles(snapshot, order))
    mine = set(sessions)
    return Suggestion(_spots(snapshot, order, [a for a in state.assignments() if a.session in mine]))


def _spots(snapshot: Snapshot, order: PackageOrder, placed: Sequence[engine.Assignment]) -> list[PartSpot]:
    of_session = {a.session: a for a in placed}
    known = names.of_problem({n for a in placed for n in (a.instructor, a.venue) if n is not None})
    venues = {venue.id: venue.place for venue in snapshot.problem.venues}
    places = {place.id: place for place in snapshot.problem.places}
    found: list[PartSpot] = []
    last: engine.Place | None = None
    for row in order.sessions:
        at = of_session[key(Key.SESSION, row.id)]
        if at.start is None:
            continue
        here = places.get(venues.get(at.venue or "") or "")
        found.append(
            PartSpot(
                row=row,
                start=at.start,
                end=at.start + timedelta(minutes=row.minutes),
                instructor_id=None if at.instructor is None else number(at.instructor),
                who=known.get(at.instructor or "", ""),
                venue_id=None if at.venue is None else number(at.venue),
                where=known.get(at.venue or "", ""),
                travel=_minutes(last, here) if found else None,
            )
        )
        last = here
    return found


def _minutes(a: engine.Place | None, b: engine.Place | None) -> int | None:
    return None if a is None or b is None else travel_minutes(kilometres(a, b), _ROADS)


def _obstacles(snapshot: Snapshot, order: PackageOrder) -> list[str]:
    """Which parts have no place even by themselves, and why; else that they do not fit together."""
    mine = {key(Key.SESSION, row.id) for row in order.sessions}
    alone = replace(
        snapshot.problem, series=tuple(r for r in snapshot.problem.series if not mine.issuperset(r.sessions))
    )
    index = engine.Index(alone)
    before = plan_of(snapshot)
    rest = replace(before, assignments=tuple(a for a in before.assignments if a.session not in mine))
    found = []
    for row in order.sessions:
        state = engine.State.of_plan(index, rest)
        s = index.session[key(Key.SESSION, row.id)]
        insert(Candidates(state), (s,))
        if state.is_whole(s):
            continue
        told = engine.explain_in(state, key(Key.SESSION, row.id))
        what = gettext("、").join(dict.fromkeys(reason_text(str(reason)) for reason in _worst(told)))
        facts = {"n": row.package_position, "course": row.course_name, "what": what}
        found.append(gettext("第 %(n)s 节“%(course)s”没有合适的安排：%(what)s。", **facts))
    return found or [gettext("每一节单独都排得下，但按先后顺序和路程放不进这几天。请改期，或多用一天。")]


def _worst(told: engine.Explanation) -> list[engine.Reason]:
    """What stands in the way of most; who was never meant counts only where there is nobody else."""
    counts = {**told.blocked, **told.venues_blocked, **told.times_blocked}
    meant = {reason: n for reason, n in counts.items() if reason not in NOT_MEANT}
    return sorted(meant or counts, key=lambda reason: -counts[reason])[:MOST_REASONS]


def ways_between(stops: Sequence[TeachingBase | None]) -> list[int | None]:
    """Minutes by road from each stop to the next; None where a place is not known yet. One fewer than stops."""
    places = [None if base is None else _place(base) for base in stops]
    return [_minutes(a, b) for a, b in pairwise(places)]


def _place(base: TeachingBase) -> engine.Place | None:
    """The base's own place, else its township's, as for matching."""
    at: TeachingBase | OrgUnit | None = base
    if base.latitude is None or base.longitude is None:
        at = base.town
    if at is None or at.latitude is None or at.longitude is None:
        return None
    return engine.Place(str(base.id), at.latitude, at.longitude)
