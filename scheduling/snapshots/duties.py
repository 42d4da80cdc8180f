"""Outstanding party-lesson duties and the sessions that would fulfil them [0 §16, 1 §17]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from party_lessons.rules import LessonFacts, PostFacts, SchemeFacts, eligible
from scheduling import engine
from scheduling.enums import SessionState
from scheduling.queries.lessons import Place, area_of, attending
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.lessons import Lesson
from scheduling.snapshots.records import Records


@dataclass(frozen=True, slots=True)
class Hopeless:
    """An outstanding duty without a session that could fulfil it: ids of the obligation and of its person."""

    obligation: int
    instructor: int
    need: int


def to_duties(
    records: Records,
    lessons: Iterable[Lesson],
    sessions: Mapping[int, engine.Session],
    people: Mapping[int, engine.Instructor],
) -> tuple[tuple[engine.Duty, ...], tuple[Hopeless, ...]]:
    """Duties that held lessons have not fulfilled yet, each with the eligible sessions its holder could teach.

    Those that no session is left for come apart: the engine can do nothing about them.
    """
    posts = {row.id: row for row in records.posts}
    schemes = {
        row.kind: SchemeFacts(row.kind, least_minutes=row.least_minutes)
        for row in records.schemes
        if row.is_on
    }
    held = Counter(row.obligation_id for row in records.credits)
    ahead = [x for x in lessons if x.row.id in sessions and x.row.state is not SessionState.HELD]
    facts = {x.row.id: lesson_facts(records, x) for x in ahead if x.row.is_party_lesson}
    found, hopeless = [], []
    for due in records.obligations:
        post, need = posts.get(due.post_id), due.need - held[due.id]
        if post is None or need <= 0 or post.kind not in schemes:
            continue
        who = people.get(post.holder_id)
        owed = PostFacts(post.holder_id, post.unit_path, post.kind, post.starts, post.ends)
        mine = [
            sessions[session_id].id
            for session_id, lesson in facts.items()
            if who is not None
            and could_teach(who, sessions[session_id])
            and lesson.day <= due.deadline
            and eligible(owed, lesson, schemes[post.kind])
        ]
        if who is not None and mine:
            found.append(engine.Duty(key(Key.DUTY, due.id), who.id, tuple(mine), need))
        else:
            hopeless.append(Hopeless(due.id, post.holder_id, need))
    return tuple(found), tuple(hopeless)


def could_teach(who: engine.Instructor, session: engine.Session) -> bool:
    """Whether topic and allow-list let somebody teach a session at all."""
    return who.id in session.instructors if session.instructors is not None else session.topic in who.topics


def lesson_facts(records: Records, lesson: Lesson) -> LessonFacts:
    """A session as the duty sees it."""
    row, klass, owner = lesson.row, records.classes[lesson.row.class_id], records.owner.path
    unit, town = records.units.get(klass.host_id), records.units.get(klass.town_id)
    host = None if unit is None else Place(unit.path, unit.level)
    return LessonFacts(
        session_ref=row.id,
        day=row.day if lesson.stand.start is None else lesson.stand.start.date(),
        minutes=lesson.minutes,
        is_party_lesson=bool(row.is_party_lesson),
        host_path="" if host is None else host.path,
        area_path=area_of(owner, host),
        audience_paths=frozenset(
            {attending(klass.order_kind, owner, host, None if town is None else town.path)}
        ),
    )
