"""A frozen problem of one plan, with its fingerprint and what stands today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from core import clock
from core.settings import get_setting
from scheduling import engine
from scheduling.engine.pins import contradictions
from scheduling.enums import PackageStage
from scheduling.queries.figures import day_times
from scheduling.snapshots import duties, lending, lessons, people, sites
from scheduling.snapshots.keys import Key, key, number
from scheduling.snapshots.lessons import Lesson
from scheduling.snapshots.records import AnyRow, Records, read
from scheduling.snapshots.spans import joined

LEADER_PERCENT = 20  # of the class hours of main classes [3 §一(三)4]
WEIGHTS = {"duty": 2000, "class_travel": 3, "over_target": 8, "over_twice_target": 20, "same_venue": 15}
"""Duties come before softer wishes; the rest keeps the engine's defaults. The setting `match_weights` overrides."""


@dataclass(frozen=True)
class Snapshot:
    """A problem, which of its sessions the run may move, and, once asked for, its fingerprint."""

    problem: engine.Problem
    free: frozenset[str]
    """Problem ids of the sessions that are not fixed."""
    hopeless: tuple[duties.Hopeless, ...] = ()
    """Outstanding duties that no session of the problem can fulfil."""

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
    loose: int | None = None,
    starts: Sequence[datetime] = (),
    package: int | None = None,
) -> Snapshot:
    """Read the plan of `owner_id` in `year` and freeze it; no class ids means all classes still to come.

    With `package`, the id of an order, only its sessions may move.

    Sessions of other classes and all that is past or agreed stay where they stand, so that limits count
    them. Duties, limits, closures and travel are those of the whole plan. The session `loose` has no pins, and may
    start at `starts`, where given, instead of when it was asked for.
    """
    now = clock.now()
    records = read(owner_id, year)
    chosen = frozenset(class_ids) or frozenset(records.classes)

    def is_chosen(row: AnyRow) -> bool:
        return row.class_id in chosen and package in (None, row.package_order_id)

    sorted_out = lessons.sort_out(records, is_chosen, now, day_times(), (loose, starts))
    return _assemble(records, sorted_out, now)


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
    resources = lending.to_resources(records, rooms)
    kinds = {resource.kind for resource in resources if resource.kind is not None}
    sessions = tuple(
        replace(session, uses=lending.uses_of(records, lesson.row, kinds))
        for session, lesson in zip(
            lessons.to_sessions(records, all_lessons, staff, rooms), all_lessons, strict=True
        )
    )
    bases = {row.id: row for row in records.bases}
    counted = [row.id for row in records.venues if sites.counts_parties(row, bases[row.base_id])]
    others = lending.elsewhere_in(records, rooms, counted, resources, hours)
    classes = _classes(records, {lesson.row.class_id for lesson in all_lessons})
    used = [x.home for x in staff.values()] + [v.place for v in rooms.values()] + [c.home for c in classes]
    due, hopeless = duties.to_duties(records, all_lessons, {number(s.id): s for s in sessions}, staff)
    problem = engine.Problem(
        name=f"{records.owner.id}-{records.year}",
        weights=engine.Weights(**(WEIGHTS | get_setting("match_weights", {}))),
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
    return Snapshot(_without_old_quarrels(problem, free), free, hopeless)


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
