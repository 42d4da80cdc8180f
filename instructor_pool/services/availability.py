"""When a person is away: said by the person, recorded for the person, or confirmed from a remark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import AnswerSource, DayPart, Grade
from instructor_pool.models import AvailabilityHint, Instructor, Unavailability, WeeklyTime
from instructor_pool.rules.calendars import occurrences
from instructor_pool.rules.remarks import Stretch, suggested

LONGEST = timedelta(days=731)
MOST_STRETCHES = 120


@dataclass(frozen=True, slots=True)
class UsualWeek:
    """A weekly pattern: weekday (0 = Monday) and part to grade; what is left out can. Both days are included."""

    grades: Mapping[tuple[int, DayPart], Grade]
    reason: str = ""
    first_day: date | None = None
    last_day: date | None = None


def mark_unavailable(
    person: Instructor,
    stretches: Sequence[Stretch],
    *,
    grade: Grade,
    reason: str = "",
    source: AnswerSource,
    actor: Actor,
) -> list[Unavailability]:
    """Record stretches of local time; those recorded already are left out. RuleBroken for past or endless ones."""
    now = clock.now()
    if (
        any(s.ends <= s.starts or s.ends - s.starts > LONGEST for s in stretches)
        or len(stretches) > MOST_STRETCHES
    ):
        raise _refused("span", gettext("起止日期不对：结束不能早于开始，一次最多登记两年。"), "last")
    coming = [s for s in stretches if s.ends > now]
    if not coming:
        raise _refused("past", gettext("这段时间已经过去，不用再登记。"), "last")
    if grade is Grade.CAN:
        _refuse_idle_words(person, coming)
    known = {(row.starts, row.ends, row.grade) for row in queries.list_unavailability(person.id)}
    rows = [
        Unavailability(
            instructor_id=person.id,
            starts=s.starts,
            ends=s.ends,
            grade=grade,
            reason=reason.strip()[:120],
            source=source,
            recorded_by_id=actor.user_id,
        )
        for s in coming
        if (s.starts, s.ends, grade) not in known
    ]
    if not rows:
        raise _refused("known", gettext("这段时间已经登记过了。"), "first")
    session().add_all(rows)
    session().flush()
    return rows


def _refuse_idle_words(person: Instructor, stretches: Sequence[Stretch]) -> None:
    """A dated "can" lifts the weekly pattern; refuse it where it would lift nothing."""
    first, last = min(s.starts for s in stretches), max(s.ends for s in stretches)
    usual = list(occurrences(queries.list_weekly(person.id), first, last))
    dated = [row for row in queries.list_unavailability(person.id, first) if row.grade is not Grade.CAN]
    for stretch in stretches:
        if any(row.starts < stretch.ends and stretch.starts < row.ends for row in dated):
            raise _refused(
                "dated", gettext("这段时间里登记过不能授课或尽量不排，请先删掉那条登记。"), "first"
            )
        if not any(row.starts < stretch.ends and stretch.starts < row.ends for row in usual):
            raise _refused("free", gettext("这段时间不在每周不能授课的时间里，不用登记可以授课。"), "grade")


def set_weekly(
    person: Instructor,
    week: UsualWeek,
    *,
    source: AnswerSource,
    actor: Actor,
) -> list[WeeklyTime]:
    """Replace the weekly pattern. RuleBroken when it would never hold."""
    if week.last_day is not None and week.last_day < max(week.first_day or date.min, clock.today()):
        raise _refused("never", gettext("结束日期不能早于开始日期，也不能早于今天。"), "last_day")
    wanted = {key: grade for key, grade in week.grades.items() if grade is not Grade.CAN}
    kept = {(row.weekday, row.part): row for row in queries.list_weekly(person.id)}
    for key, row in kept.items():
        if key not in wanted:
            session().delete(row)
    rows = []
    for (weekday, part), grade in wanted.items():
        row = kept.get((weekday, part)) or WeeklyTime(instructor_id=person.id, weekday=weekday, part=part)
        row.grade, row.reason, row.source = grade, week.reason.strip()[:120], source
        row.first_day, row.last_day, row.recorded_by_id = week.first_day, week.last_day, actor.user_id
        rows.append(row)
    session().add_all(rows)
    session().flush()
    audit.note(session(), gettext("%(name)s 每周的时间", name=person.name))
    return rows


def _refused(code: str, sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(code, sentence, subject)])


def remove_unavailability(row: Unavailability, *, actor: Actor) -> None:
    """Take a stretch back; what has passed stays as it was."""
    if row.ends <= clock.now():
        raise RuleBroken(gettext("这段时间已经过去，不能再删。"))
    session().delete(row)
    session().flush()


def add_hint(person: Instructor, text: str, *, actor: Actor) -> AvailabilityHint | None:
    """Keep a remark to be confirmed as availability; None when it is kept already."""
    text = text.strip()[:200]
    if not text or queries.find_hint(person.id, text) is not None:
        return None
    hint = AvailabilityHint(instructor_id=person.id, text=text)
    session().add(hint)
    session().flush()
    return hint


def accept_hint(hint: AvailabilityHint, *, grade: Grade = Grade.CANNOT, actor: Actor) -> list[Unavailability]:
    """Confirm the suggested reading of a remark for the rest of the year; RuleBroken when it cannot be read."""
    _refuse_settled(hint)
    today = clock.today()
    stretches = suggested(hint.text, today.year, today)
    if not stretches:
        raise RuleBroken(gettext("这条备注读不出具体日期，请在讲师的时间页里登记，再把备注标为已处理。"))
    rows = mark_unavailable(
        hint.instructor, stretches, grade=grade, reason=hint.text, source=AnswerSource.IMPORT, actor=actor
    )
    hint.settled_at, hint.accepted = clock.now(), True
    session().flush()
    return rows


def dismiss_hint(hint: AvailabilityHint, *, actor: Actor) -> None:
    """Settle a remark without recording anything."""
    _refuse_settled(hint)
    hint.settled_at, hint.accepted = clock.now(), False
    session().flush()


def _refuse_settled(hint: AvailabilityHint) -> None:
    if hint.settled_at is not None:
        raise RuleBroken(gettext("这条备注已经处理过了。"))
