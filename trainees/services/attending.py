"""Who came: by a code scanned from the screen, or ticked on the list. Each counts once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext
from sqlalchemy import delete, exists, select

from accounts.access import Actor
from core import audit, clock, passing_codes
from core.db import session
from core.errors import RuleBroken, Violation
from core.settings import get_setting
from core.throttle import admit, is_spent
from scheduling.enums import SessionState
from scheduling.models import Session
from trainees.enums import Came, RecordedBy
from trainees.models import Attendance, Enrolment
from trainees.queries import attending as queries
from trainees.rules import OPENS_BEFORE, plain_name, why_no_code
from trainees.services import hours

CODE_MINUTES = 5
"""How long a shown code serves [common]; the setting `attendance_code_minutes` overrides."""
_PURPOSE = "attendance"
WRONG_TRIES = 8
WRONG_WINDOW = timedelta(minutes=15)
LONGEST_REASON = 200


def make_code(session_id: int) -> str:
    """What the screen shows now; a new one takes its place before it runs out."""
    return passing_codes.make(_PURPOSE, session_id, get_setting("attendance_code_minutes", CODE_MINUTES))


def read_code(code: str) -> int | None:
    """The session a code names, None when it is not known or has run out."""
    return passing_codes.read(_PURPOSE, code)


def check_in(row: Session, name: str, tail: str) -> Enrolment:
    """A trainee finds the own line and is there; twice counts once.

    RuleBroken with one and the same sentence whether the name, the four characters or both are not on the roster,
    and when a name was tried too often.
    """
    why = why_no_code(row.state, row.start, row.end, clock.now())
    if why:
        raise RuleBroken(why)
    name, tail = plain_name(name), tail.strip().upper()
    who = f"{row.id}|{name}"
    if is_spent("roster-name", who, most=WRONG_TRIES):
        raise RuleBroken(gettext("试的次数太多，请过一刻钟再试，或请班主任登记。"))
    found = queries.find_by_tail(row.class_id, name, tail) if len(tail) == 4 else None
    if found is None:
        raise RuleBroken(gettext("名册上没有找到，请核对姓名和后四位，或请班主任登记。"))
    _record(row, [found.id], Came.PRESENT, RecordedBy.CODE, ("", found.trainee.name))
    audit.note(session(), row.full_name)
    return found


def count_wrong(row: Session, name: str) -> None:
    """A try that found nobody: so many for one name of one session, and no more."""
    admit("roster-name", f"{row.id}|{plain_name(name)}", most=WRONG_TRIES, window=WRONG_WINDOW)


def mark(
    row: Session, enrolments: Sequence[Enrolment], came: Came | None, *, reason: str = "", actor: Actor
) -> int:
    """Record what became of some, or None to take the record back; leave needs a reason. Says how many."""
    _refuse(row, came)
    if not enrolments:
        raise RuleBroken(gettext("请先选择学员。"))
    reason = reason.strip()[:LONGEST_REASON]
    if came is Came.LEAVE and not reason:
        sentence = gettext("请写明请假原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    ids = [e.id for e in enrolments]
    if came is None:
        gone = delete(Attendance).where(Attendance.session_id == row.id, Attendance.enrolment_id.in_(ids))
        session().execute(gone)
        hours.credit_people(ids, row)
    else:
        _record(row, ids, came, RecordedBy.LIST, (reason if came is Came.LEAVE else "", actor.name))
    audit.note(session(), f"{row.full_name} {len(ids)}")
    return len(ids)


def mark_rest(row: Session, came: Came, *, actor: Actor) -> int:
    """Everybody of whom nothing is recorded yet; says how many."""
    _refuse(row, came)
    known = exists().where(Attendance.enrolment_id == Enrolment.id, Attendance.session_id == row.id)
    stmt = select(Enrolment.id).where(Enrolment.class_id == row.class_id, ~known.correlate(Enrolment))
    ids = list(session().scalars(stmt.order_by(Enrolment.id)))
    if ids:
        _record(row, ids, came, RecordedBy.LIST, ("", actor.name))
        audit.note(session(), f"{row.full_name} {len(ids)}")
    return len(ids)


def _refuse(row: Session, came: Came | None) -> None:
    """Leave is asked for beforehand; the rest is known only when the session begins."""
    if row.state not in (SessionState.PUBLISHED, SessionState.HELD):
        raise RuleBroken(gettext("这个课次没有发布或已取消，不能登记考勤。"))
    if came is not Came.LEAVE and (row.start is None or row.start - OPENS_BEFORE > clock.now()):
        raise RuleBroken(gettext("还没有到上课时间，开课前一小时起可以登记。"))


def _record(row: Session, ids: Sequence[int], came: Came, source: RecordedBy, said: tuple[str, str]) -> None:
    """Write it down once each; `said` is the reason and who recorded it."""
    reason, by = said
    stmt = select(Attendance).where(Attendance.session_id == row.id)
    known = {a.enrolment_id: a for a in session().scalars(stmt.where(Attendance.enrolment_id.in_(ids)))}
    changed = []
    for enrolment_id in ids:
        found = known.get(enrolment_id)
        if found is not None and (found.came, found.reason) == (came, reason):
            continue
        if found is None:
            found = Attendance(session_id=row.id, enrolment_id=enrolment_id, class_id=row.class_id)
            session().add(found)
        found.came, found.source, found.reason = came, source, reason
        found.at, found.by = clock.now(), by
        changed.append(enrolment_id)
    session().flush()
    if changed:
        hours.credit_people(changed, row)
