"""Lessons held outside the system: reported by a unit, confirmed or refused by the organiser; what proves lessons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock, files
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from core.words import labelled
from instructor_pool.models import Instructor
from notifications import services as notifications
from party_lessons.enums import ClassKind, EvidenceKind, ReportState
from party_lessons.models import Evidence, ReportedLesson
from party_lessons.queries.reports import find_report
from party_lessons.services import credits

LONGEST_DECISION, MOST_FILES = 300, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a unit says of a lesson; `minutes` of the clock."""

    day: date
    minutes: int
    title: str
    class_kind: ClassKind
    place: str = ""
    audience: str = ""
    heads: int = 0
    form: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    data: bytes


def report(holder: Instructor, unit: OrgUnit, said: Said, *, actor: Actor) -> ReportedLesson:
    """Report a lesson; it counts for nothing yet. RuleBroken for a day to come, Conflict when it was reported before."""
    if said.day > clock.today():
        sentence = gettext("这一课还没有上，上完再报。")
        raise RuleBroken(sentence, [Violation("day", sentence, "day")])
    if find_report(holder.id, said.day, said.title) is not None:
        raise Conflict(gettext("%(who)s 这一天的这一课已经报送过。", who=holder.name))
    row = ReportedLesson(
        holder=holder, unit=unit, day=said.day, minutes=said.minutes, title=said.title, class_kind=said.class_kind,
        place=said.place, audience=said.audience, heads=said.heads, form=said.form, note=said.note,
        state=ReportState.REPORTED, reported_at=clock.now(), reported_by=actor.name, reported_by_id=actor.user_id,
    )  # fmt: skip
    session().add(row)
    session().flush()
    audit.note(session(), gettext("报送讲课：%(who)s《%(title)s》", who=holder.name, title=said.title))
    return row


def confirm(row: ReportedLesson, *, actor: Actor, seen: int | None = None) -> int:
    """It was held as reported; answers how many obligations it counts for. Conflict when it was decided before."""
    _decide(row, ReportState.CONFIRMED, "", actor, seen)
    counted = credits.count_report(row, actor=actor)
    _tell(row, gettext("讲课报送已确认：%(title)s", title=row.title))
    return counted


def refuse(row: ReportedLesson, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """It does not count; RuleBroken without a reason, Conflict when it was decided before."""
    text = reason.strip()
    if not text or len(text) > LONGEST_DECISION:
        sentence = gettext("请写明不通过的理由，不超过 %(most)s 字。", most=LONGEST_DECISION)
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    _decide(row, ReportState.REFUSED, text, actor, seen)
    _tell(row, gettext("讲课报送未通过：%(title)s", title=row.title))


def _decide(row: ReportedLesson, state: ReportState, text: str, actor: Actor, seen: int | None) -> None:
    row.expect_version(seen)
    if row.state is not ReportState.REPORTED:
        raise Conflict(gettext("这条报送已经处理过了。"))
    row.state, row.decision = state, text
    row.decided_at, row.decided_by = clock.now(), actor.name
    audit.note(session(), labelled(state.label, f"{row.holder.name}《{row.title}》"))
    session().flush()


def _tell(row: ReportedLesson, title: str) -> None:
    if row.reported_by_id is not None:
        body = f"{row.holder.name} · {row.day.isoformat()}" + (f"\n{row.decision}" if row.decision else "")
        is_own = row.reported_by_id == row.holder.user_id
        address = "/duties/mine" if is_own else f"/duties/reports/{row.id}"
        notifications.queue(row.reported_by_id, "duty_report", title, body, address)


def attach(
    lesson: ReportedLesson | int, kind: EvidenceKind, upload: Upload, *, known: int, actor: Actor
) -> Evidence:
    """Attach what proves a reported lesson, or a session by its id; `known` are there already. RuleBroken for other files."""
    if known >= MOST_FILES:
        sentence = gettext("每课最多附 %(most)s 份材料。", most=MOST_FILES)
        raise RuleBroken(sentence, [Violation("file", sentence, "file")])
    kept = files.keep(upload.name, upload.data, field="file", kinds=files.DOCUMENTS | files.PICTURES)
    row = Evidence(
        session_ref=lesson if isinstance(lesson, int) else None,
        report_id=None if isinstance(lesson, int) else lesson.id,
        kind=kind,
        file=kept,
        added_at=clock.now(),
        added_by=actor.name,
    )
    session().add(row)
    session().flush()
    audit.note(session(), gettext("附上讲课材料：%(name)s", name=kept.name))
    if isinstance(lesson, ReportedLesson):
        session().refresh(lesson, ["evidence"])
    return row
