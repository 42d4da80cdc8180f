"""Sessions as the engine sees them: what is fixed because it was held, told or lies outside the run, and what is free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from courses.enums import Method
from scheduling import engine
from scheduling.engine.model import PARTS
from scheduling.enums import PackageStage, ResourceKind, SessionState
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR
from scheduling.queries.policies import policy_of
from scheduling.rules import DayTimes
from scheduling.rules.answers import is_frozen
from scheduling.rules.packages import package_starts
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.lending import asks_for
from scheduling.snapshots.records import AnyRow, Records
from scheduling.snapshots.spans import Span
from scheduling.snapshots.topics import Ends, ends_of, topic_of

CAMPUS, PRACTICE = "campus", "practice"
NOBODY = "none"  # a topic no one teaches, a feature no room has: an empty allow-list would mean that none is needed


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a session stands: start, ids of instructor and venue."""

    start: datetime | None
    instructor: int | None
    venue: int | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """A session that goes into the problem."""

    row: AnyRow
    minutes: int
    stand: Stand
    starts: tuple[datetime, ...]
    is_free: bool
    pinned: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    """The pinned parts that are pinned because people agreed to them: nothing else may push them out."""

    @property
    def span(self) -> Span | None:
        """The time it takes where it stands."""
        start = self.stand.start
        return None if start is None else (start, start + timedelta(minutes=self.minutes))


def sort_out(
    records: Records,
    is_chosen: Callable[[AnyRow], bool],
    now: datetime,
    times: DayTimes,
    loose: tuple[int | None, Sequence[datetime]] = (None, ()),
) -> list[Lesson]:
    """What enters the problem: free sessions of chosen classes still to come, and everything that stands.

    `is_chosen` takes a session. Sessions in the past and those not chosen are fixed where they stand;
    what has no place and cannot get one any more is left out. The session `loose` has no pins, and starts
    of its own where they are given: a person is about to place it by hand. A package of which one part is fixed is fixed as a whole.
    """
    people, rooms = {row.id for row in records.people}, {row.id for row in records.venues}
    days = policy_of(records.owner.id).freeze_days
    free = {
        row.id: _frozen(_free(records, row, now, times), now, days) if is_chosen(row) else None
        for row in records.sessions
    }
    begun = {row.package_order_id for row in records.sessions if free[row.id] is None} - {None}
    found = []
    for row in records.sessions:
        lesson = free[row.id] if row.package_order_id not in begun else None
        lesson = lesson or _fixed(row)
        if lesson is not None:
            lesson = replace(lesson, stand=_known(lesson.stand, people, rooms))
            found.append(_loosened(lesson, loose[1]) if row.id == loose[0] and lesson.is_free else lesson)
    return found


def only_one(lessons: Iterable[Lesson], session_id: int) -> list[Lesson]:
    """All but one stand where they stand; what stands nowhere is left out."""
    parts, found = frozenset(PARTS), []
    for lesson in lessons:
        start = lesson.stand.start
        if lesson.row.id == session_id or not lesson.is_free:
            found.append(lesson)
        elif start is not None:
            found.append(replace(lesson, is_free=False, starts=(start,), pinned=parts, told=parts))
    return found


def _loosened(lesson: Lesson, starts: Sequence[datetime]) -> Lesson:
    """Without pins; a part of a package that has its time keeps it, for the package moves as a whole."""
    start = lesson.stand.start
    if starts:
        stays = () if start is None else (start,)
        return replace(lesson, pinned=frozenset(), starts=tuple(sorted({*starts, *stays})))
    is_tied = lesson.row.package_order_id is not None and start is not None
    return replace(lesson, pinned=frozenset(), starts=(start,) if is_tied and start else lesson.starts)


def _known(stand: Stand, people: Collection[int], rooms: Collection[int]) -> Stand:
    """The stand without people and rooms that this plan may not draw on."""
    return Stand(
        stand.start,
        stand.instructor if stand.instructor in people else None,
        stand.venue if stand.venue in rooms else None,
    )


def _free(records: Records, row: AnyRow, now: datetime, times: DayTimes) -> Lesson | None:
    """A session that the run may still move, else None."""
    starts = tuple(start for start in _starts(records, row, times) if start > now)
    if row.state is SessionState.HELD or not starts or (row.start is not None and row.start <= now):
        return None
    stand = Stand(row.start, row.instructor_id, row.venue_id)
    if row.start is not None and row.start not in starts:
        starts = tuple(sorted((*starts, row.start)))
    told = frozenset(_told_parts(records, row)) if row.state is SessionState.PUBLISHED else frozenset()
    wished = {"start": row.pinned_start, "instructor": row.pinned_instructor, "venue": row.pinned_venue}
    held = {"start": stand.start, "instructor": stand.instructor, "venue": stand.venue}
    pinned = {part for part, is_pinned in wished.items() if is_pinned and held[part] is not None}
    if stage_of_order(records, row) is PackageStage.TOLD:
        pinned.add("start")  # its parts were told one with another; another time is for the whole of it
    return Lesson(row, _minutes(row.class_hours), stand, starts, True, frozenset(pinned | told), told)


def _frozen(lesson: Lesson | None, now: datetime, days: int) -> Lesson | None:
    """What was published and is near keeps all it has; only a part that fell out is filled."""
    if lesson is None or lesson.row.state is not SessionState.PUBLISHED:
        return lesson
    if not is_frozen(lesson.row.told_start, now, days):
        return lesson
    stand = lesson.stand
    has = {"start": stand.start, "instructor": stand.instructor, "venue": stand.venue}
    return replace(lesson, pinned=lesson.pinned | {part for part, value in has.items() if value is not None})


def _starts(records: Records, row: AnyRow, times: DayTimes) -> list[datetime]:
    """When it was asked for; parts of a package whenever its days have room."""
    order = records.orders.get(row.package_order_id)
    if order is None:
        return times.starts(row.day, row.half_day)
    return package_starts(order.first_day, order.last_day, _minutes(row.class_hours), times)


def stage_of_order(records: Records, row: AnyRow) -> PackageStage | None:
    """How far the package is that a session is a part of; None for other sessions."""
    order = records.orders.get(row.package_order_id)
    return None if order is None else order.stage


def heads_of(records: Records, row: AnyRow) -> int:
    """The people who come: those a package was ordered for, else the whole class."""
    order = records.orders.get(row.package_order_id)
    size: int = records.classes[row.class_id].size if order is None else order.people
    return size


def _told_parts(records: Records, row: AnyRow) -> Iterator[str]:
    """Parts of the working plan that people were told and agreed to: moving them means asking again."""
    if row.start is None or row.start != row.told_start:
        return
    yield "start"
    for part, kind, now, told in (
        ("instructor", ResourceKind.INSTRUCTOR, row.instructor_id, row.told_instructor_id),
        ("venue", ResourceKind.VENUE, row.venue_id, row.told_venue_id),
    ):
        if now is not None and now == told and (row.id, kind, now) in records.accepted:
            yield part


def _fixed(row: AnyRow) -> Lesson | None:
    """A session that stays where it stands; None when it stands nowhere."""
    is_told = row.state in (SessionState.PUBLISHED, SessionState.HELD) and row.told_start is not None
    if is_told:
        stand = Stand(row.told_start, row.told_instructor_id, row.told_venue_id)
        hours = row.told_hours or row.class_hours
    else:
        stand, hours = Stand(row.start, row.instructor_id, row.venue_id), row.class_hours
    if stand.start is None:
        return None
    parts = frozenset({"start", "instructor", "venue"})
    return Lesson(row, _minutes(hours), stand, (stand.start,), False, parts, parts)


def _minutes(hours: Any) -> int:
    return int(hours * MINUTES_PER_CLASS_HOUR)


def to_sessions(
    records: Records,
    lessons: Iterable[Lesson],
    people: Mapping[int, engine.Instructor],
    rooms: Mapping[int, engine.Venue],
) -> tuple[engine.Session, ...]:
    """The engine's sessions; people and rooms are those of the problem, by row id."""
    of_base: dict[int, dict[str, tuple[str, ...]]] = {}
    for row in records.venues:
        if row.id in rooms:
            of_base.setdefault(row.base_id, {})[rooms[row.id].id] = rooms[row.id].features
    ends = ends_of(records)
    return tuple(
        _free_session(
            records, _only_allowed(records, lesson, _topic(ends, lesson.row), people), people, of_base, ends
        )
        if lesson.is_free
        else _fixed_session(records, lesson, rooms, ends)
        for lesson in lessons
    )


def _only_allowed(
    records: Records, lesson: Lesson, topic: str, people: Mapping[int, engine.Instructor]
) -> Lesson:
    """A hand's pin does not hold for somebody whose courseware is not cleared, or who is not lent for it.

    What was told and agreed stays.
    """
    row, who = lesson.row, lesson.stand.instructor
    if who is None or "instructor" in lesson.told:
        return lesson
    if _may_teach(row, topic, people, who) and who not in records.not_lent(row.class_id, row.day):
        return lesson
    return replace(lesson, pinned=lesson.pinned - {"instructor"})


def _may_teach(row: AnyRow, topic: str, people: Mapping[int, engine.Instructor], who: int) -> bool:
    """Whether the courseware is cleared [3 §五(六)]; a course outside the catalogue has none to clear."""
    return row.course_id is None or (who in people and topic in people[who].topics)


def _free_session(
    records: Records,
    lesson: Lesson,
    people: Mapping[int, engine.Instructor],
    of_base: Mapping[int, Mapping[str, tuple[str, ...]]],
    ends: Ends,
) -> engine.Session:
    row, topic = lesson.row, _topic(ends, lesson.row)
    allowed: tuple[str, ...] | None = ()
    needs_instructor = row.method is not Method.ON_SITE
    if needs_instructor:
        topic, allowed = _teachers(records, lesson, topic, people)
    venues, features = _rooms(records, lesson, of_base)
    leader = engine.Leader.REQUIRED if row.leader_required and needs_instructor else engine.Leader.ANY
    return engine.Session(
        id=key(Key.SESSION, row.id),
        topic=topic,
        minutes=lesson.minutes,
        hours=float(row.class_hours),
        starts=lesson.starts,
        classes=(key(Key.CLASS, row.class_id),),
        heads=heads_of(records, row),
        instructors=allowed,
        venues=venues,
        features=features,
        leader=leader,
        current=_current(lesson.stand),
        pinned=_pins(lesson),
    )


def _pins(lesson: Lesson) -> tuple[str, ...]:
    """Pinned parts; without a start to stand on, a pinned person or room is a wish (see `_teachers`)."""
    return tuple(part for part in PARTS if part in lesson.pinned) if lesson.stand.start is not None else ()


def _topic(ends: Ends, row: AnyRow) -> str:
    return NOBODY if row.course_id is None else topic_of(ends, row.course_id, row.day)


def _teachers(
    records: Records, lesson: Lesson, topic: str, people: Mapping[int, engine.Instructor]
) -> tuple[str, tuple[str, ...] | None]:
    """Topic and allow-list: the one wanted or pinned; without who declined or is not lent; None for everyone qualified."""
    row = lesson.row
    not_lent = {
        i for i in records.not_lent(row.class_id, row.day) if i in people and topic in people[i].topics
    }
    declined = records.declined.get(row.id, frozenset()) | not_lent
    stand = lesson.stand.instructor
    if "instructor" in lesson.pinned and stand is not None:
        return topic, (key(Key.INSTRUCTOR, stand),)
    if row.wanted_instructor_id in people and row.wanted_instructor_id not in declined:
        wanted = sorted({row.wanted_instructor_id, stand} - {None})
        able = [i for i in wanted if i not in not_lent and _may_teach(row, topic, people, i)]
        cleared = tuple(key(Key.INSTRUCTOR, i) for i in able)
        return (topic, cleared) if cleared else (NOBODY, None)
    if not declined:
        return topic, None
    others = tuple(x.id for i, x in people.items() if topic in x.topics and i not in declined)
    return (topic, others) if others else (NOBODY, None)


def _rooms(
    records: Records, lesson: Lesson, of_base: Mapping[int, Mapping[str, tuple[str, ...]]]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Allow-list and features: rooms of the right kind, of the wanted base, without those that declined.

    Where nothing is left the session asks for a feature no room has: an empty list would mean that none is needed.
    """
    row = lesson.row
    kind = PRACTICE if row.method is Method.ON_SITE else CAMPUS
    refused = {key(Key.VENUE, v) for v in records.refused.get(row.id, ())}
    features = (kind, *asks_for(records, row.id))
    wanted = _wanted_bases(records, row)
    if wanted is None and not refused:
        return None, features
    # The organiser's word is above the kind of a place, not above what it has.
    must_have = set(features if wanted is None else features[1:])
    rooms = {
        v: found
        for base_id in (of_base if wanted is None else wanted)
        for v, found in of_base.get(base_id, {}).items()
        if row.wanted_venue_id is None or v == key(Key.VENUE, row.wanted_venue_id)
    }
    allowed = [v for v, found in rooms.items() if v not in refused and must_have <= set(found)]
    return (tuple(allowed), features) if allowed else (None, (NOBODY,))


def _wanted_bases(records: Records, row: AnyRow) -> list[int] | None:
    """The base that is wished for, or those of a theme; None where any of the right kind will do."""
    if row.wanted_base_id is not None:
        return [row.wanted_base_id]
    if row.wanted_theme is not None:
        return [base.id for base in records.bases if base.theme is row.wanted_theme]
    return None


def _fixed_session(
    records: Records, lesson: Lesson, rooms: Mapping[int, engine.Venue], ends: Ends
) -> engine.Session:
    """A session that stands, with only as many rules as it needs to take its place."""
    row, stand, heads = lesson.row, lesson.stand, heads_of(records, lesson.row)
    room = rooms[stand.venue].capacity if stand.venue is not None else heads
    return engine.Session(
        id=key(Key.SESSION, row.id),
        topic=_topic(ends, row),
        minutes=lesson.minutes,
        hours=lesson.minutes / MINUTES_PER_CLASS_HOUR,
        starts=lesson.starts,
        classes=(key(Key.CLASS, row.class_id),),
        heads=min(heads, room),
        instructors=() if stand.instructor is None else (key(Key.INSTRUCTOR, stand.instructor),),
        venues=() if stand.venue is None else (key(Key.VENUE, stand.venue),),
        current=_current(stand),
        pinned=PARTS,
    )


def _current(stand: Stand) -> engine.Current:
    return engine.Current(
        stand.start,
        None if stand.instructor is None else key(Key.INSTRUCTOR, stand.instructor),
        None if stand.venue is None else key(Key.VENUE, stand.venue),
    )


def hours_of(lessons: Iterable[Lesson]) -> dict[date, Span]:
    """By day, in order: from the first possible start of a free lesson to the last possible end."""
    found: dict[date, Span] = {}
    for lesson in lessons:
        for start in lesson.starts if lesson.is_free else ():
            end = start + timedelta(minutes=lesson.minutes)
            first, last = found.get(start.date(), (start, end))
            found[start.date()] = (min(first, start), max(last, end))
    return dict(sorted(found.items()))


def of_people(lessons: Iterable[Lesson]) -> dict[int, list[Span]]:
    """By instructor: the time of lessons that stay whatever their calendar says now."""
    return _agreed(lessons, "instructor")


def of_rooms(lessons: Iterable[Lesson]) -> dict[int, list[Span]]:
    """By venue: the time of lessons that stay whatever its opening times say now."""
    return _agreed(lessons, "venue")


def _agreed(lessons: Iterable[Lesson], part: str) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for lesson in lessons:
        row_id: int | None = getattr(lesson.stand, part)
        if row_id is not None and lesson.span is not None and part in lesson.told:
            found.setdefault(row_id, []).append(lesson.span)
    return found
