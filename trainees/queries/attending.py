"""Attendance of a session: the list with what is known of everybody, counts, and who stands behind a scanned code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Statement
from scheduling.models import Session
from trainees.enums import Came, RecordedBy
from trainees.models import Attendance, Enrolment, Trainee
from trainees.queries import columns

TONES = {Came.PRESENT: "ok", Came.LEAVE: "info", Came.ABSENT: "bad"}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one session."""

    enrolled: int = 0
    present: int = 0
    leave: int = 0
    absent: int = 0

    @property
    def unknown(self) -> int:
        """Of whom nothing is recorded yet."""
        return self.enrolled - self.present - self.leave - self.absent


def tally_of(row: Session) -> Tally:
    """How many came, are on leave, are missing."""
    return tallies_of(row.class_id, [row.id])[row.id]


def tallies_of(class_id: int, session_ids: list[int]) -> dict[int, Tally]:
    """The same for several sessions of a class."""
    enrolled = select(func.count()).select_from(Enrolment).where(Enrolment.class_id == class_id)
    count = session().scalar(enrolled) or 0
    stmt = (
        select(Attendance.session_id, *(func.count(case((Attendance.came == came, 1))) for came in Came))
        .where(Attendance.session_id.in_(session_ids))
        .group_by(Attendance.session_id)
    )
    known = {row[0]: Tally(count, row[1], row[2], row[3]) for row in session().execute(stmt)}
    return {session_id: known.get(session_id, Tally(count)) for session_id in session_ids}


def _badge(row: Any) -> Badge:
    if row.Attendance is None:
        return Badge(gettext("未登记"), "idle")
    return Badge(row.Attendance.came.label, TONES[row.Attendance.came])  # type: ignore[arg-type]


def _how(row: Any) -> str | None:
    found = row.Attendance
    if found is None:
        return None
    by = found.by if found.source is RecordedBy.LIST else found.source.label
    return " · ".join(part for part in (f"{found.at:%H:%M}", by, found.reason) if part)


def _in_state(stmt: Statement, value: str) -> Statement:
    return stmt.where(Attendance.came.is_(None) if value == "unknown" else Attendance.came == Came(value))


SHEET: Table[Any] = Table(
    name="attendance",
    title=lazy_gettext("考勤"),
    columns=[
        *columns.LINE,
        Column("post", lazy_gettext("职务"), lambda r: r.Enrolment.post, default=False),
        Column("came", lazy_gettext("考勤"), _badge, sort=Attendance.came, kind="badge", note=_how),
    ],
    filters=[
        Filter(
            "came",
            lazy_gettext("考勤"),
            _in_state,
            lambda: [*Came.choices(), ("unknown", gettext("未登记"))],
        ),
        columns.UNIT,
    ],
    search=Trainee.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="position",
    page_size=100,
    row_key=lambda r: r.Enrolment.id,
)


def sheet_table(row: Session) -> BoundTable[Any]:
    """Everybody on the roster with what is recorded for this session."""
    stmt = (
        select(Enrolment, Attendance)
        .join(Enrolment.trainee)
        .outerjoin(Attendance, and_(Attendance.enrolment_id == Enrolment.id, Attendance.session_id == row.id))
        .where(Enrolment.class_id == row.class_id)
        .options(contains_eager(Enrolment.trainee))
    )
    return SHEET.bind(session(), stmt)


def find_by_tail(class_id: int, name: str, tail: str) -> Enrolment | None:
    """Who on the roster has this name and these last four of the telephone or identity number; None unless just one."""
    stmt = (
        select(Enrolment)
        .join(Enrolment.trainee)
        .where(Enrolment.class_id == class_id, Trainee.name == name)
        .options(contains_eager(Enrolment.trainee))
        .limit(20)
    )
    found = [
        e for e in session().scalars(stmt) if tail in (e.trainee.identity_tail, (e.trainee.phone or "")[-4:])
    ]
    return found[0] if len(found) == 1 else None


def find_scanned(session_id: int) -> Session | None:
    """The session a signed code names, with its class."""
    return session().scalar(
        select(Session).where(Session.id == session_id).options(joinedload(Session.training_class))
    )


def came_by_session(session_id: int) -> dict[int, Attendance]:
    """Enrolment id → what is recorded."""
    stmt = select(Attendance).where(Attendance.session_id == session_id)
    return {a.enrolment_id: a for a in session().scalars(stmt)}
