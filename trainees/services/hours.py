"""Class hours credited: reckoned from who was present at held sessions, whenever either changes [0 §7]."""

from __future__ import annotations

from sqlalchemy import Select, delete, extract, func, insert, literal, select

from core.db import session
from scheduling.enums import SessionState
from scheduling.models import Session
from trainees.enums import Came
from trainees.models import Attendance, CreditedHours, Enrolment, Trainee


def credit_session(row: Session) -> None:
    """After a session was held, or its holding was taken back: reckon everybody on its roster anew."""
    if row.start is not None:
        recount(select(Enrolment.trainee_id).where(Enrolment.class_id == row.class_id), row.start.year)


def credit_people(enrolment_ids: list[int], row: Session) -> None:
    """After the attendance of some changed; only held sessions count."""
    if row.state is SessionState.HELD and row.start is not None:
        recount(select(Enrolment.trainee_id).where(Enrolment.id.in_(enrolment_ids)), row.start.year)


def recount(people: Select[int], year: int) -> None:
    """Write down what the people `people` selects have in a year. They wait for one another, in order of their ids."""
    session().flush()
    session().execute(
        select(Trainee.id).where(Trainee.id.in_(people)).order_by(Trainee.id).with_for_update()
    ).all()
    gone = delete(CreditedHours).where(CreditedHours.trainee_id.in_(people), CreditedHours.year == year)
    session().execute(gone.execution_options(synchronize_session=False))
    earned = (
        select(Enrolment.trainee_id, literal(year), func.sum(Session.class_hours), func.count())
        .select_from(Attendance)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(Session, Session.id == Attendance.session_id)
        .where(
            Enrolment.trainee_id.in_(people),
            Attendance.came == Came.PRESENT,
            Session.state == SessionState.HELD,
            extract("year", Session.start) == year,
        )
        .group_by(Enrolment.trainee_id)
    )
    session().execute(insert(CreditedHours).from_select(["trainee_id", "year", "hours", "sessions"], earned))
