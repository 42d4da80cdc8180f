"""When a person is away: said by the person, recorded for the person, or confirmed from a remark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext

from accounts.access import Actor
from core import clock
from core.db import session
from core.errors import RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import AnswerSource, Grade
from instructor_pool.models import AvailabilityHint, Instructor, Unavailability
from instructor_pool.rules.remarks import Stretch, suggested

LONGEST = timedelta(days=731)
MOST_STRETCHES = 120


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
        raise _refused("span", gettext("起止日期不对:结束不能早于开始,一次最多登记两年。"), "last")
    coming = [s for s in stretches if s.ends > now]
    if not coming:
        raise _refused("past", gettext("这段时间已经过去,不用再登记。"), "last")
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


def _refused(code: str, sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(code, sentence, subject)])


def remove_unavailability(row: Unavailability, *, actor: Actor) -> None:
    """Take a stretch back; what has passed stays as it was."""
    if row.ends <= clock.now():
        raise RuleBroken(gettext("这段时间已经过去,不能再删。"))
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
        raise RuleBroken(gettext("这条备注读不出具体日期,请在讲师的时间页里登记,再把备注标为已处理。"))
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
