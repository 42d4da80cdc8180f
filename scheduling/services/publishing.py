"""Publishing a class: what is complete is told to people, and what was told before follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from scheduling.enums import SessionState
from scheduling.models import Booking, ScheduleVersion, Session, TrainingClass
from scheduling.queries import figures
from scheduling.queries import sessions as session_queries
from scheduling.services import checking, claiming, crediting, following, freezing, telling, tying

LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Published:
    """What one publishing did."""

    version: ScheduleVersion
    told: tuple[Session, ...]
    """Sessions new or changed in this version."""
    left_out: tuple[Session, ...]
    """Sessions that lack a part and were not published."""
    messages: int
    """How many messages went out."""
    by_hand: int
    """New bookings whose person or base has no account: the organiser asks them."""


def publish(
    klass: TrainingClass,
    *,
    actor: Actor,
    note: str = "",
    only: Collection[int] | None = None,
    is_changed: bool = False,
) -> Published:
    """Publish every complete session whose plan people have not been told yet; of `only` some, where given.

    `is_changed`: sessions were taken back, which alone is worth a version.

    One publisher a level at a time. RuleBroken when nothing is new, when a hard rule is broken (each named),
    or when `note` gives no reason although the class misses a ratio [1 §1, 3 §一(三)] or takes the last lesson
    that could serve somebody's duty [0 §16]; NotAllowed when it does and the actor may not answer for duties. Conflict
    when time is taken.
    Answers to bookings that stay as they are remain.
    """
    _lock(klass)
    following.refuse_shut(klass)
    rows = session_queries.list_sessions(klass.id)
    due, left_out = sort_out(rows)
    due = due if only is None else [row for row in due if row.id in only]
    if not due and not is_changed:
        sentence = (
            gettext("没有可以发布的内容：课次还没排齐。")
            if left_out
            else gettext("和已发布的课表一样，没有改动。")
        )
        raise RuleBroken(sentence)
    for row in due:
        freezing.refuse_frozen(row, (row.start, row.instructor_id, row.venue_id))
    broken = checking.violations_of(klass, due)
    if broken:
        raise RuleBroken(gettext("有 %(count)s 处不符合排课规则，没有发布。", count=len(broken)), broken)
    _refuse_ratios(klass, rows, note)
    again = {row.id: (row.told_venue_id, row.told_course_name) for row in due}
    lost_before = crediting.impossible(klass)
    settled = claiming.settle(due)
    for row in due:
        _tell(row)
    tying.restage(due)
    version = add_version(klass, rows, actor, note)
    session().flush()
    crediting.plan(due, actor=actor)
    _refuse_lost_duties(klass, lost_before, note, actor)
    asked = [b for b in settled.asked if b.kind.is_asked]
    reached = telling.asked(asked)
    messages = reached + telling.withdrawn(settled.released)
    messages += telling.changed([b for b in settled.kept if _is_news(b, again)])
    following.tell(due, following.Turn.PUBLISHED, actor=actor)
    audit.note(session(), f"{klass.name} v{version.number}")
    return Published(version, tuple(due), tuple(left_out), messages, len(asked) - reached)


def sort_out(rows: Sequence[Session]) -> tuple[list[Session], list[Session]]:
    """The sessions of a class that would be told now, and those that wait because they, or their package, lack a part."""
    waiting = tying.held_back(rows)
    due = [row for row in rows if row.is_live and row.is_complete and not row.is_told]
    left_out = [row for row in rows if row.is_live and not row.is_complete]
    return (
        [row for row in due if row.id not in waiting],
        left_out + [row for row in due if row.id in waiting],
    )


def _lock(klass: TrainingClass) -> None:
    """Wait for anybody else who publishes in this level, then see everything afresh."""
    session().flush()
    session().scalar(select(OrgUnit.id).where(OrgUnit.id == klass.owner_id).with_for_update())
    session().expire_all()


def _refuse_ratios(klass: TrainingClass, rows: Sequence[Session], note: str) -> None:
    missed = [gauge for gauge in figures.gauges_of(rows, is_main=klass.is_main) if not gauge.is_met]
    if missed and not note.strip():
        violations = [Violation(f"ratio_{gauge.kind}", gauge.missing, "note") for gauge in missed]
        raise RuleBroken(gettext("学时比例没有达到，请写明原因再发布。"), violations)


def _refuse_lost_duties(klass: TrainingClass, before: Collection[int], note: str, actor: Actor) -> None:
    """Who can no longer be served is exempted before, or the reason is written down by somebody who may exempt."""
    lost = {duty: who for duty, who in crediting.impossible(klass).items() if duty not in before}
    if lost and not note.strip():
        sentence = gettext("发布后有人的讲党课任务不再有可用课次，请写明原因再发布。")
        said = [gettext("%(who)s今年的讲党课任务将没有可用课次。", who=who) for who in lost.values()]
        raise RuleBroken(sentence, [Violation("duty_lost", text, "note") for text in said])
    if lost:
        crediting.leave_behind(lost, klass, note.strip(), actor=actor)


def _tell(row: Session) -> None:
    row.state = SessionState.PUBLISHED
    row.told_start, row.told_instructor_id, row.told_venue_id = row.start, row.instructor_id, row.venue_id
    row.told_hours, row.told_course_name = row.class_hours, row.course_name


def _is_news(booking: Booking, before: dict[int, tuple[int | None, str]]) -> bool:
    """A booking that stands, whose place or course people knew differently."""
    row = booking.lesson
    return (
        booking.kind.is_asked
        and before[row.id][1] != ""
        and before[row.id] != (row.told_venue_id, row.told_course_name)
    )


def add_version(klass: TrainingClass, rows: Sequence[Session], actor: Actor, note: str) -> ScheduleVersion:
    """Keep the timetable of a class, as people are told it now, under the next number."""
    klass.published_version += 1
    version = ScheduleVersion(
        class_id=klass.id,
        number=klass.published_version,
        published_at=clock.now(),
        published_by=actor.name,
        note=note.strip()[:LONGEST_NOTE],
        rows=[_row(row) for row in rows if row.state in (SessionState.PUBLISHED, SessionState.HELD)],
    )
    session().add(version)
    return version


def _row(row: Session) -> dict[str, object]:
    """One line of the timetable as people were told it, with the names of that day."""
    session().expire(row, ["told_instructor", "told_venue"])
    return {
        "session": row.id,
        "position": row.position,
        "start": row.told_start.isoformat(timespec="minutes") if row.told_start else None,
        "course": row.told_course_name,
        "method": row.method.value,
        "hours": float(row.told_hours or row.class_hours),
        "instructor_id": row.told_instructor_id,
        "instructor": row.told_instructor.name if row.told_instructor else "",
        "venue_id": row.told_venue_id,
        "venue": row.told_venue.base.name if row.told_venue else "",
    }


def clash_sentence(klass: TrainingClass) -> str:
    """After a lost race: what stands in the way of the class now, or nothing when it cannot be found."""
    due, _left_out = sort_out(session_queries.list_sessions(klass.id))
    return claiming.find_clash(due)
