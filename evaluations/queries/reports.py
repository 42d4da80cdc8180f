"""The report of a class: what was taught, what everybody said of it, and the four-part evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from core.db import session
from evaluations import rules
from evaluations.models import ClassClosing, SessionScore
from evaluations.queries import closing, instructors
from evaluations.queries.ratings import shown_rounds
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.figures import gauges_of
from scheduling.queries.sessions import list_sessions
from scheduling.rules import Gauge
from score_forms.enums import Kind
from score_forms.models import ScoreSheet
from score_forms.rules import section_shares


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A session with the mean of its supervisors, and that of its trainees where it may be seen."""

    session: Session
    supervisors: int
    supervisors_mean: Decimal | None
    trainees: int | None
    trainees_mean: Decimal | None


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four parts: its share of the full marks in percent, and its lines (title, points, full mark)."""

    title: str
    percent: Decimal
    lines: tuple[tuple[str, Decimal, int], ...]


@dataclass(frozen=True, slots=True)
class ClassReport:
    """Everything the page, the workbook and the document show."""

    klass: TrainingClass
    lessons: tuple[LessonLine, ...]
    held: int
    cancelled: int
    hours: Decimal
    attendance: int | None
    gauges: tuple[Gauge, ...]
    instructors: instructors.Results
    closing: ClassClosing | None
    parts: tuple[Part, ...]


def report_of(klass: TrainingClass) -> ClassReport:
    """The report of a class, closed or not."""
    rows = [row for row in list_sessions(klass.id)]
    held = [row for row in rows if row.state is SessionState.HELD]
    present = [row.attendance for row in held if row.attendance is not None]
    found = closing.find_closing(klass.id)
    return ClassReport(
        klass=klass,
        lessons=tuple(_lessons(held)),
        held=len(held),
        cancelled=sum(row.state is SessionState.CANCELLED for row in rows),
        hours=sum((row.class_hours for row in held), Decimal(0)),
        attendance=round(sum(present) / len(present)) if present else None,
        gauges=tuple(gauges_of(rows, is_main=klass.is_main)),
        instructors=instructors.results_of_class(klass.id),
        closing=found,
        parts=tuple(_parts(found.sheet)) if found else (),
    )


def _lessons(held: list[Session]) -> list[LessonLine]:
    ids = [row.id for row in held]
    stmt = (
        select(SessionScore.session_id, func.count(), func.avg(ScoreSheet.total))
        .join(ScoreSheet, SessionScore.sheet_id == ScoreSheet.id)
        .where(SessionScore.session_id.in_(ids), SessionScore.excluded_reason == "")
        .group_by(SessionScore.session_id)
    )
    scores = {session_id: (n, _mean(mean)) for session_id, n, mean in session().execute(stmt)}
    rounds = shown_rounds().where(Session.id.in_(ids))
    answers = {session_id: (n, _mean(mean)) for session_id, _round, n, mean in session().execute(rounds)}
    return [
        LessonLine(row, *scores.get(row.id, (0, None)), *answers.get(row.id, (None, None))) for row in held
    ]


def _mean(value: object) -> Decimal:
    return rules.tenth(Decimal(str(value)))


def _parts(sheet: ScoreSheet) -> list[Part]:
    marks = {mark.indicator.key: mark.points for mark in sheet.marks}
    lines = sheet.form.lines
    return [
        Part(
            title,
            percent,
            tuple(
                (line.title, marks.get(line.key, Decimal(0)), line.most)
                for line in lines
                if line.section == title and line.kind is Kind.POINTS
            ),
        )
        for title, percent in section_shares(lines, marks).items()
    ]
