"""Outstanding party-lesson duties and the sessions that would fulfil them [0 §16, 1 §17]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from core.db import among
from party_lessons.rules import LessonFacts, PostFacts, eligible
from scheduling import engine
from scheduling.enums import SessionState
from scheduling.models import ClassParticipant, TrainingClass
from scheduling.queries.lessons import Place, audience_of
from scheduling.queries.participants import participants_where
from scheduling.rules.duty_order import Urgency, priorities
from scheduling.snapshots.keys import Key, key, number
from scheduling.snapshots.lessons import Lesson
from scheduling.snapshots.nearby import credits_for, lessons_of_year
from scheduling.snapshots.records import Records, with_more


@dataclass(frozen=True, slots=True)
class Hopeless:
    """An outstanding duty without a session that could fulfil it: ids of the obligation and of its person."""

    obligation: int
    instructor: int
    need: int


def to_duties(
    records: Records,
    lessons: Sequence[Lesson],
    sessions: Mapping[int, engine.Session],
    people: Mapping[int, engine.Instructor],
) -> tuple[tuple[engine.Duty, ...], tuple[Hopeless, ...]]:
    """Duties that held lessons have not fulfilled yet, each with the eligible sessions its holder could teach.

    Those that no session is left for come apart: the engine can do nothing about them. The earlier deadline has the higher
    priority, and of equals whoever has fewer sessions to spare.
    """
    posts = {row.id: row for row in records.posts}
    here = {lesson.row.id for lesson in lessons}
    # What is planned elsewhere, or was held, is served; what is planned here the run may still move.
    served = Counter(
        row.obligation_id for row in records.credits if row.is_held or row.session_ref not in here
    )
    ahead = [x for x in lessons if x.row.id in sessions and x.row.state is not SessionState.HELD]
    units = _attending(records, ahead)
    facts = {x.row.id: lesson_facts(records, x, units) for x in ahead if x.row.is_party_lesson}
    by_holder = None if records.near is None else _by_holder(records.near.session_id, ahead)
    found: list[engine.Duty] = []
    urgencies: list[Urgency] = []
    hopeless: list[Hopeless] = []
    for due in records.obligations:
        post, need = posts.get(due.post_id), due.need - served[due.id]
        scheme = records.schemes[due.scheme_id]
        if post is None or need <= 0 or not scheme.is_on:
            continue
        who = people.get(post.holder_id)
        owed = PostFacts(post.holder_id, post.unit_path, post.kind, post.starts, post.ends, post.unit_level)
        mine = [
            sessions[session_id].id
            for session_id, lesson in _offered(facts, by_holder, post.holder_id)
            if who is not None
            and could_teach(who, sessions[session_id])
            and lesson.day <= due.deadline
            and eligible(owed, lesson, scheme)
        ]
        if who is not None and mine:
            found.append(engine.Duty(key(Key.DUTY, due.id), who.id, tuple(mine), need))
            # Near one session nobody has counted what else is left for them.
            left = need if by_holder is not None else sum(is_open_to(who, sessions[number(n)]) for n in mine)
            urgencies.append((due.deadline, left - need))
        else:
            hopeless.append(Hopeless(due.id, post.holder_id, need))
    ranked = zip(found, priorities(urgencies), strict=True)
    return tuple(replace(duty, priority=priority) for duty, priority in ranked), tuple(hopeless)


def _by_holder(near: int, ahead: Iterable[Lesson]) -> Mapping[int, list[int]]:
    """Where only one session may move: what each holder has already, and that session; 0 for who has nothing."""
    found: dict[int, list[int]] = {0: [near]}
    for lesson in ahead:
        if lesson.stand.instructor is not None and lesson.row.id != near:
            found.setdefault(lesson.stand.instructor, [near]).append(lesson.row.id)
    return found


def _offered(
    facts: Mapping[int, LessonFacts], by_holder: Mapping[int, list[int]] | None, holder: int
) -> Iterable[tuple[int, LessonFacts]]:
    """The lessons that might count for a holder."""
    if by_holder is None:
        return facts.items()
    return [(n, facts[n]) for n in by_holder.get(holder, by_holder[0]) if n in facts]


def narrowed(records: Records, lesson: Lesson) -> Records:
    """Only duties that this lesson would count for, with all that their holders have in the year."""
    posts = {row.id: row for row in records.posts}
    facts = lesson_facts(records, lesson, _attending(records, [lesson]))
    due = []
    for row in records.obligations:
        post, scheme = posts.get(row.post_id), records.schemes[row.scheme_id]
        if post is None or not scheme.is_on:
            continue
        owed = PostFacts(post.holder_id, post.unit_path, post.kind, post.starts, post.ends, post.unit_level)
        if eligible(owed, facts, scheme):
            due.append(row)
    holders = {posts[row.post_id].holder_id for row in due}
    more = with_more(records, lessons_of_year(records.owner.id, records.year, holders))
    return replace(more, obligations=due, credits=credits_for([row.id for row in due]))


def could_teach(who: engine.Instructor, session: engine.Session) -> bool:
    """Whether topic and allow-list let somebody teach a session at all."""
    return who.id in session.instructors if session.instructors is not None else session.topic in who.topics


def is_open_to(who: engine.Instructor, session: engine.Session) -> bool:
    """Whether nobody else is fixed for a session, and somebody has time at one of its starts."""
    if "instructor" in session.pinned and session.current.instructor != who.id:
        return False
    length = timedelta(minutes=session.minutes)
    return any(
        not any(begin < start + length and start < end for begin, end in who.busy) for start in session.starts
    )


def _attending(records: Records, lessons: Iterable[Lesson]) -> Mapping[int, frozenset[str]]:
    """By class of the plan, or of the party lessons near one session, that is for several units: their paths."""
    if records.near is not None:
        few = {lesson.row.class_id for lesson in lessons if lesson.row.is_party_lesson}
        return participants_where(among(ClassParticipant.class_id, few)) if few else {}
    return participants_where(TrainingClass.owner_id == records.owner.id, TrainingClass.year == records.year)


def lesson_facts(records: Records, lesson: Lesson, units: Mapping[int, frozenset[str]]) -> LessonFacts:
    """A session as the duty sees it; `units` are those that attend a class, where it names them."""
    row, klass, owner = lesson.row, records.classes[lesson.row.class_id], records.owner.path
    unit, town = records.units.get(klass.host_id), records.units.get(klass.town_id)
    host = None if unit is None else Place(unit.path, unit.level)
    people = audience_of(
        klass.order_kind,
        owner,
        host,
        None if town is None else town.path,
        is_main=klass.is_main,
        units=units.get(row.class_id, frozenset()),
    )
    return LessonFacts(
        session_ref=row.id,
        day=row.day if lesson.stand.start is None else lesson.stand.start.date(),
        minutes=lesson.minutes,
        is_party_lesson=bool(row.is_party_lesson),
        host_path=people.host_path,
        area_path=people.area_path,
        audience_paths=people.audience_paths,
        class_kind=people.class_kind,
    )
