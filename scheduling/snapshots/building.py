"""A frozen problem of one plan, with its fingerprint and what stands today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from core import clock
from core.settings import get_setting
from scheduling import engine
from scheduling.engine.pins import contradictions
from scheduling.enums import PackageStage
from scheduling.queries.figures import day_times
from scheduling.rules.match_policies import weights_of
from scheduling.snapshots import duties, lending, lessons, people, sites
from scheduling.snapshots.keys import Key, key, number
from scheduling.snapshots.lessons import Lesson
from scheduling.snapshots.nearby import Count, Hand, near_of
from scheduling.snapshots.records import AnyRow, Records, read
from scheduling.snapshots.site_records import counts_parties
from scheduling.snapshots.spans import joined

LEADER_PERCENT = 20  # of the class hours of main classes [3 §一(三)4]


@dataclass(frozen=True)
class Snapshot:
    """A problem, which of its sessions the run may move, and, once asked for, its fingerprint."""

    problem: engine.Problem
    free: frozenset[str]
    """Problem ids of the sessions that are not fixed."""
    hopeless: tuple[duties.Hopeless, ...] = ()
    """Outstanding duties that no session of the problem can fulfil."""
    target: int | None = None
    """A fair number of sessions for a person in the year, where the problem has only part of it; else it says so itself."""
    outside: Mapping[str, Count] = field(default_factory=dict)
    """Problem ids of people to how many sessions they have beyond the problem."""
    month: tuple[int, int] | None = None
    """The month of which `outside` counts sessions that are not in the problem."""
    taken: Mapping[str, sites.RoomTimes] = field(default_factory=dict)
    """By problem id: rooms that sessions have which are not in the problem; there the rooms are just busy."""

    @cached_property
    def current(self) -> engine.Plan:
        """The working plan."""
        placed = (s for s in self.problem.sessions if s.current.start is not None)
        return engine.Plan(
            self.problem.name,
            tuple(
                engine.Assignment(s.id, s.current.start, s.current.instructor, s.current.venue)
                for s in placed
            ),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Changes with everything that the engine is given."""
        return _digest(self._document)

    @cached_property
    def digests(self) -> dict[str, str]:
        """A short digest of every object, to tell later what has changed."""
        found: dict[str, str] = {}
        for kind, items in self._document.items():
            if isinstance(items, list):
                found |= {f"{kind}:{item['id']}": _digest(item)[:10] for item in items}
            else:
                found[kind] = _digest(items)[:10]
        return found

    @cached_property
    def _document(self) -> dict[str, object]:
        document = engine.dump_problem(self.problem)
        document.pop("name")
        return document


def build_problem(
    owner_id: int,
    year: int,
    class_ids: Collection[int] = (),
    *,
    hand: Hand | None = None,
    package: int | None = None,
) -> Snapshot:
    """Read the plan of `owner_id` in `year` and freeze it; no class ids means all classes still to come.

    With `package`, the id of an order, only its sessions may move.

    Sessions of other classes and all that is past or agreed stay where they stand, so that limits count
    them. Duties, limits, closures and travel are those of the whole plan. The session that a `hand` has picked up has
    no pins.
    """
    now = clock.now()
    loose: tuple[int | None, Sequence[datetime]] = (
        (None, ()) if hand is None else (hand.session_id, hand.starts)
    )
    near = near_of(owner_id, year, hand) if hand is not None and not class_ids else None
    records = read(owner_id, year, near)
    chosen = frozenset(class_ids) or frozenset(records.classes)

    def is_chosen(row: AnyRow) -> bool:
        return row.class_id in chosen and package in (None, row.package_order_id)

    def sort_out(found: Records) -> list[Lesson]:
        return lessons.sort_out(found, is_chosen, now, day_times(), loose)

    if near is None:
        return _assemble(records, sort_out(records), now)
    alone = replace(records, sessions=_with_package(records.sessions, near.session_id))
    mine = next((lesson for lesson in sort_out(alone) if lesson.row.id == near.session_id), None)
    if mine is not None:
        records = duties.narrowed(records, mine)
    return _assemble(records, lessons.only_one(sort_out(records), near.session_id), now)


def _with_package(rows: Iterable[AnyRow], session_id: int) -> list[AnyRow]:
    """One session, and those of the package it is a part of: what it takes to say whether it is free."""
    of_one = [row for row in rows if row.id == session_id]
    orders = {row.package_order_id for row in of_one} - {None}
    return [row for row in rows if row.package_order_id in orders] if orders else of_one


def weighted(snapshot: Snapshot, levels: Mapping[str, int]) -> Snapshot:
    """The same problem where other wishes matter more or less; see `rules.match_policies`."""
    return replace(snapshot, problem=replace(snapshot.problem, weights=_weights(levels)))


def _weights(levels: Mapping[str, int]) -> engine.Weights:
    return engine.Weights(**(weights_of(levels) | get_setting("match_weights", {})))


def plan_of(snapshot: Snapshot) -> engine.Plan:
    """The working plan as the engine's, so that `check` runs on it."""
    return snapshot.current


def _assemble(records: Records, all_lessons: list[Lesson], now: datetime) -> Snapshot:
    stands = [lesson.stand for lesson in all_lessons]
    wanted = {lesson.row.wanted_instructor_id for lesson in all_lessons if lesson.is_free}
    staff = people.to_instructors(
        records,
        {i for i in {s.instructor for s in stands} | wanted if i is not None},
        lessons.of_people(all_lessons),
    )
    hours = lessons.hours_of(all_lessons)
    rooms = sites.to_venues(
        records,
        {v for v in (s.venue for s in stands) if v is not None},
        lessons.of_rooms(all_lessons),
        hours,
        now,
    )
    rooms, taken = sites.filled(rooms, records.taken)
    resources = lending.to_resources(records, rooms)
    kinds = {resource.kind for resource in resources if resource.kind is not None}
    sessions = tuple(
        replace(session, uses=lending.uses_of(records, lesson.row, kinds))
        for session, lesson in zip(
            lessons.to_sessions(records, all_lessons, staff, rooms), all_lessons, strict=True
        )
    )
    bases = {row.id: row for row in records.bases}
    counted = [row.id for row in records.venues if counts_parties(row, bases[row.base_id])]
    others = lending.elsewhere_in(records, rooms, counted, resources, hours)
    classes = _classes(records, {lesson.row.class_id for lesson in all_lessons})
    used = [x.home for x in staff.values()] + [v.place for v in rooms.values()] + [c.home for c in classes]
    due, hopeless = duties.to_duties(records, all_lessons, {number(s.id): s for s in sessions}, staff)
    problem = engine.Problem(
        name=f"{records.owner.id}-{records.year}",
        weights=_weights({}),
        places=sites.to_places(records, used),
        instructors=tuple(staff.values()),
        venues=tuple(rooms.values()),
        resources=resources,
        classes=classes,
        sessions=(*sessions, *others),
        series=(*_series(all_lessons, sessions), *_packages(records, all_lessons)),
        duties=due,
    )
    free = frozenset(key(Key.SESSION, lesson.row.id) for lesson in all_lessons if lesson.is_free)
    outside = {key(Key.INSTRUCTOR, person): count for person, count in records.outside.items()}
    target = None if records.near is None else records.near.target
    if records.near is None:
        # A run would stop at what contradicts itself; a hand that places one session takes the rest as it is.
        problem = _without_old_quarrels(problem, free)
    month = records.near.month if records.near is not None else None
    return Snapshot(problem, free, hopeless, target, outside, month, taken)


def _classes(records: Records, used: Collection[int]) -> tuple[engine.TrainingClass, ...]:
    bases = {row.id: row for row in records.bases}
    found = []
    for row in records.classes.values():
        if row.id in used:
            base = bases.get(row.main_base_id)
            home = (
                people.place_of_unit(records, row.town_id)
                if base is None
                else sites.place_of_base(records, base)
            )
            percent = LEADER_PERCENT if row.is_main else 0
            found.append(engine.TrainingClass(key(Key.CLASS, row.id), row.size, home, percent))
    return tuple(found)


def _series(all_lessons: Iterable[Lesson], sessions: Iterable[engine.Session]) -> Iterable[engine.Series]:
    """The indoor sessions of a class would rather stay in one room."""
    indoors: dict[str, list[str]] = {}
    for session in sessions:
        if lessons.CAMPUS in session.features or (
            session.features == () and session.venues and session.needs_instructor
        ):
            indoors.setdefault(session.classes[0], []).append(session.id)
    for klass, members in indoors.items():
        if len(members) > 1:
            yield engine.Series(f"{klass}-room", tuple(members), min_days=0, same_venue=True)


def _packages(records: Records, all_lessons: Iterable[Lesson]) -> Iterable[engine.Series]:
    """Ordered packages that may move: parts in order, all of them or none.

    One that people were told of keeps its times, and only a decline can have left it with a gap, which is no reason
    to take back the rest.
    """
    parts: dict[int, list[AnyRow]] = {}
    for lesson in all_lessons:
        if lesson.is_free and lesson.row.package_order_id in records.orders:
            parts.setdefault(lesson.row.package_order_id, []).append(lesson.row)
    for order_id, rows in parts.items():
        in_order = sorted(rows, key=lambda row: row.package_position)
        yield engine.Series(
            f"p{order_id}",
            tuple(key(Key.SESSION, row.id) for row in in_order),
            min_days=0,
            ordered=True,
            together=records.orders[order_id].stage is not PackageStage.TOLD,
        )


def _without_old_quarrels(problem: engine.Problem, free: frozenset[str]) -> engine.Problem:
    """Fixed sessions that clash among themselves leave the problem; their people and rooms are taken at that time.

    What was held or told is a fact, even where it broke a limit of today; it must not stop a run.
    """
    while True:
        wrong = {v.session for v in contradictions(problem) if v.session is not None} - free
        if not wrong:
            return problem
        gone = [s for s in problem.sessions if s.id in wrong]
        problem = replace(
            problem,
            sessions=tuple(s for s in problem.sessions if s.id not in wrong),
            instructors=tuple(
                replace(x, busy=_taken(x.busy, gone, "instructor", x.id)) for x in problem.instructors
            ),
            venues=tuple(
                replace(v, busy=_taken(v.busy, gone, "venue", v.id)) if v.groups == 1 else v
                for v in problem.venues
            ),
            series=tuple(
                replace(r, sessions=tuple(s for s in r.sessions if s not in wrong)) for r in problem.series
            ),
            duties=tuple(
                replace(d, sessions=tuple(s for s in d.sessions if s not in wrong)) for d in problem.duties
            ),
        )


def _taken(
    busy: tuple[engine.model.Interval, ...], gone: Iterable[engine.Session], part: str, name: str
) -> tuple[engine.model.Interval, ...]:
    more = [
        (s.current.start, s.current.start + timedelta(minutes=s.minutes))
        for s in gone
        if getattr(s.current, part) == name and s.current.start is not None
    ]
    return tuple(joined([*busy, *more])) if more else busy


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
