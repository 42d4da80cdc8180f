"""Outstanding party-lesson duties and the sessions that would fulfil them [0 §16, 1 §17]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from party_lessons.rules import LessonFacts, PostFacts, SchemeFacts, eligible
from scheduling import engine
from scheduling.enums import SessionState
from scheduling.queries.lessons import Place, area_of, attending
from scheduling.snapshots.keys import Key, key
from scheduling.snapshots.lessons import Lesson
from scheduling.snapshots.records import AnyRow, Records


def to_duties(
    records: Records,
    lessons: Iterable[Lesson],
    sessions: Mapping[int, engine.Session],
    people: Mapping[int, engine.Instructor],
) -> tuple[engine.Duty, ...]:
    """Duties that held lessons have not fulfilled yet, each with the eligible sessions its holder could teach."""
    posts = {row.id: row for row in records.posts}
    schemes = {row.kind: row for row in records.schemes if row.is_on}
    held = Counter(row.obligation_id for row in records.credits)
    ahead = [
        lesson
        for lesson in lessons
        if lesson.row.id in sessions and lesson.row.state is not SessionState.HELD
    ]
    facts = {lesson.row.id: lesson_facts(records, lesson) for lesson in ahead if lesson.row.is_party_lesson}
    found = []
    for due in records.obligations:
        post, need = posts.get(due.post_id), due.need - held[due.id]
        if post is None or need <= 0 or post.kind not in schemes or post.holder_id not in people:
            continue
        who, scheme = (
            people[post.holder_id],
            SchemeFacts(post.kind, least_minutes=schemes[post.kind].least_minutes),
        )
        mine = [
            sessions[session_id].id
            for session_id, lesson in facts.items()
            if lesson.day <= due.deadline
            and eligible(_post_facts(post), lesson, scheme)
            and could_teach(who, sessions[session_id])
        ]
        if mine:
            found.append(engine.Duty(key(Key.DUTY, due.id), who.id, tuple(mine), need))
    return tuple(found)


def could_teach(who: engine.Instructor, session: engine.Session) -> bool:
    """Whether topic and allow-list let somebody teach a session at all."""
    return who.id in session.instructors if session.instructors is not None else session.topic in who.topics


def _post_facts(post: AnyRow) -> PostFacts:
    return PostFacts(post.holder_id, post.unit_path, post.kind, post.starts, post.ends)


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
