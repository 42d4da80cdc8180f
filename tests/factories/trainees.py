"""People on rosters, entered by the service as an organiser would, and a session they come to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from accounts.access import SYSTEM
from core import clock
from core.db import session
from courses.models import Course
from exchange.models import RosterImport
from scheduling.enums import HalfDay, SessionState
from scheduling.models import Session, TrainingClass
from scheduling.services import after_class
from tests.factories.county import County, make_class, make_session
from trainees.models import Enrolment, Trainee
from trainees.rules import Line
from trainees.services import attending, rosters

IDENTITIES = ("110101199003078515", "11010119900307299X", "110101199003079833", "110101199003074899")
MORNING = datetime(2027, 5, 10, 8, 30)
"""Of the day tests live in."""


def at(moment: datetime) -> None:
    """Make domain time stand at a moment and run on."""
    clock.start_at(moment, since=clock.instant())


def enrol(klass: TrainingClass, *lines: Line) -> list[Enrolment]:
    """Put people on the roster of a class; its lines in order."""
    rosters.enter(klass, lines, actor=SYSTEM)
    stmt = select(Enrolment).where(Enrolment.class_id == klass.id).order_by(Enrolment.position)
    return list(session().scalars(stmt))


def person(name: str) -> Trainee:
    """The one trainee of this name."""
    return session().scalars(select(Trainee).where(Trainee.name == name)).one()


def taught(county: County, number: str = "T001", start: datetime = MORNING) -> Session:
    """A published session of a class of its own, this morning."""
    klass = make_class(county.unit("嘉祥县"), number, [start.date()])
    course = session().get_one(Course, county.courses["嘉祥党史"])
    row = make_session(klass, 1, start.date(), HalfDay.MORNING, course, state=SessionState.PUBLISHED)
    row.start = row.told_start = start
    row.instructor_id = row.told_instructor_id = county.instructors["单雄"]
    row.venue_id = row.told_venue_id = county.venues["东镇党校"]
    row.told_hours, row.told_course_name = row.class_hours, row.course_name
    session().flush()
    return row


def roster_of(klass: TrainingClass, lesson: Session) -> dict[str, int | str]:
    """One trainee of a class, the code of a session, and a file that was imported: ids by what they name."""
    [line] = enrol(klass, Line(f"{klass.number}学员"))
    uploaded = RosterImport(
        class_id=klass.id, uploaded_at=MORNING, file_name="a.xlsx", sha256="0" * 64, finished_at=MORNING
    )
    kept = after_class.add_link(lesson, "回放", "https://example.org/a", actor=SYSTEM)
    agreed = after_class.agree(lesson, "发资料", "张三", MORNING.date(), actor=SYSTEM)
    session().add(uploaded)
    session().flush()
    return {
        "material_id": kept.id,
        "follow_up_id": agreed.id,
        "import_id": uploaded.id,
        "enrolment_id": line.id,
        "trainee_id": line.trainee_id,
        "code:attendance": attending.make_code(lesson.id),
    }
