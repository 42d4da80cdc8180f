"""Two counties with one of everything each: what the access matrix points its addresses at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from werkzeug.routing import Rule

from accounts.access import SYSTEM
from accounts.models import OrgUnit, User
from bases.enums import BaseKind
from bases.models import Closure, OpeningSeason, SpecialHours, TeachingBase
from core import files
from core.codes import paper_code
from core.db import session
from evaluations.enums import CodeMode
from evaluations.models import RatingAppeal, SessionScore
from evaluations.services.appeals import file_appeal
from evaluations.services.feedback import open_round
from exchange.enums import ImportState
from exchange.models import ImportRun
from instructor_pool.enums import (
    AnswerSource,
    AssessmentGrade,
    AssessmentState,
    Consequence,
    CoursewareState,
    Grade,
    HonourKind,
    IncidentGrade,
    PoolAction,
    PoolState,
)
from instructor_pool.models import (
    AppointmentCertificate,
    Assessment,
    AssessmentRun,
    Attachment,
    AvailabilityHint,
    Courseware,
    Honour,
    Instructor,
    Objection,
    Publicity,
    RenewalBatch,
    ReviewBatch,
    Reviewer,
    ReviewPanel,
    TeachingIncident,
    Unavailability,
)
from scheduling.enums import BookingState, HalfDay, ResourceKind, RunState, SessionState
from scheduling.models import Booking, LendingQuota, Loan, MatchRun, Session
from score_forms.enums import Purpose
from score_forms.models import ScoreSheet
from score_forms.services import ensure_default_forms
from score_forms.services.writing import start_draft
from tests.factories.bases import furnish_base
from tests.factories.calls import make_calls
from tests.factories.county import County, make_base, make_class, make_course, make_instructor, make_session
from tests.factories.messages import make_messages
from tests.factories.orders import order_below
from tests.factories.owed import make_owed
from tests.factories.packages import package_and_order
from tests.factories.scheduling import empty_version, plain_policy
from tests.factories.shapes import template_and_roll
from tests.factories.trainees import roster_of
from tests.factories.visits import make_visits

NOW = datetime(2027, 5, 10, 9, 0)
DAY = date(2027, 6, 21)
SPECIAL_DAY = date(2027, 10, 1)


@dataclass
class World:
    """Ids by what they name, inside the county and outside of it."""

    inside: dict[str, int | str] = field(default_factory=dict)
    outside: dict[str, int | str] = field(default_factory=dict)

    def value(self, rule: Rule, name: str, where: str) -> object:
        """What to put for the argument `name` of `rule`."""
        if name == "word":
            return PoolAction.CHECK_ELIGIBILITY.value if "steps" in rule.rule else "reject"
        if name == "verdict":
            return "return"
        return (self.inside if where == "inside" else self.outside)[self._key(rule, name)]

    def _key(self, rule: Rule, name: str) -> str:
        section = rule.rule.strip("/").split("/")[0]
        if rule.endpoint == "teaching.check_in":
            return "code:check-in"
        if rule.endpoint == "attendance.check_in":
            return "code:attendance"
        if name == "form_id" and rule.endpoint.removeprefix("score_forms.") in ("draft", "save", "drop"):
            return "form_id:draft"
        return f"{name}:{section}" if f"{name}:{section}" in self.inside else name


def build_world(county: County) -> World:
    """Fill both counties, inside the running transaction."""
    ensure_default_forms()
    world = World()
    insiders = {login: session().get_one(User, user_id) for login, user_id in county.users.items()}
    world.inside = _furnish(county.unit("嘉祥县"), "本县", insiders)
    world.outside = _furnish(county.unit("邻县"), "邻县", {})
    world.inside["user_id"] = county.users["evaluator2"]
    world.outside["user_id"] = county.users["outsider"]
    return world


def _furnish(owner: OrgUnit, prefix: str, people: dict[str, User]) -> dict[str, int | str]:
    """One of everything in `owner`; people's own things belong to the accounts in `people`, where given."""
    forms = ensure_default_forms()
    course = make_course(owner, f"{prefix}课程")
    teacher = _teacher(owner, prefix, people)
    base = _base(owner, prefix, people)
    klass = make_class(owner, f"{prefix[0]}001", [DAY])
    lesson = make_session(klass, 1, DAY, HalfDay.MORNING, course)
    lesson.start = lesson.told_start = datetime(2027, 6, 21, 8, 30)
    lesson.instructor_id = lesson.told_instructor_id = teacher.id
    lesson.venue_id = lesson.told_venue_id = base.venues[0].id
    lesson.told_hours, lesson.told_course_name = lesson.class_hours, lesson.course_name
    lesson.state = SessionState.PUBLISHED
    taught = make_session(klass, 2, date(2027, 4, 1), HalfDay.MORNING, course, state=SessionState.HELD)
    taught.start = taught.told_start = datetime(2027, 4, 1, 8, 30)
    taught.instructor_id = taught.told_instructor_id = teacher.id
    bookings = [
        _book(lesson, kind, n)
        for kind, n in ((ResourceKind.INSTRUCTOR, teacher.id), (ResourceKind.VENUE, base.venues[0].id))
    ]
    panel = _candidate(owner, prefix, people, forms[Purpose.TRIAL_LECTURE].id)
    away = Unavailability(
        instructor_id=teacher.id,
        starts=datetime(2027, 9, 1),
        ends=datetime(2027, 9, 2),
        grade=Grade.CANNOT,
        source=AnswerSource.SELF,
    )
    honour = Honour(
        instructor_id=teacher.id,
        unit_id=owner.id,
        kind=HonourKind.MASTER_TEACHER,
        document="8号",
        day=date(2027, 4, 1),
        first_year=2026,
        seat=1,
        recorded_at=NOW,
        recorded_by="test",
    )
    session().add(honour)
    hint = AvailabilityHint(instructor_id=teacher.id, text="7月休假")
    closure = Closure(base_id=base.id, first_day=date(2027, 9, 1), last_day=date(2027, 9, 2), recorded_at=NOW)
    run = MatchRun(
        owner_id=owner.id,
        year=2027,
        class_ids=[klass.id],
        title=prefix,
        asked_at=NOW,
        state=RunState.FAILED,
        log={},
    )
    file = ImportRun(
        owner_id=owner.id,
        uploaded_at=NOW,
        file_name="a.xlsx",
        file_size=1,
        sha256="0" * 64,
        year=2027,
        state=ImportState.FAILED,
    )
    ware = Courseware(
        instructor_id=teacher.id,
        course_id=course.id,
        number=1,
        title=prefix,
        state=CoursewareState.SUBMITTED,
        submitted_at=NOW,
        submitted_by=prefix,
    )
    incident = TeachingIncident(
        instructor_id=teacher.id,
        day=NOW.date(),
        grade=IncidentGrade.MINOR,
        what=prefix,
        recorded_at=NOW,
        recorded_by=prefix,
    )
    year = AssessmentRun(
        owner_id=owner.id, year=2026, state=AssessmentState.READY, asked_at=NOW, until=NOW.date(), policy={}
    )
    assessed = Assessment(
        run=year,
        instructor_id=teacher.id,
        days=365,
        period=365,
        hours=0,
        proposed=AssessmentGrade.NOT_GRADED,
        grade=AssessmentGrade.NOT_GRADED,
        consequence=Consequence.UNDECIDED,
    )
    renewed = RenewalBatch(owner_id=owner.id, made_at=NOW, made_by=prefix, lines=[])
    session().add_all([away, hint, closure, run, file, ware, incident, year, assessed, renewed])
    session().flush()
    pages = files.keep("提纲.pdf", b"%PDF-1.4\n" + prefix.encode() + b"\n%%EOF")
    attachment = Attachment(instructor_id=panel.instructor_id, file_id=pages.id, added_at=NOW)
    feedback = open_round(taught, CodeMode.OPEN, hours=24, actor=SYSTEM)
    batch = ReviewBatch(owner_id=owner.id, title=prefix, panel_size=3, opened_at=NOW)
    session().add_all([attachment, batch])
    session().flush()
    panel.batch_id = batch.id
    appeal = _appeal(teacher, taught)
    objection = _objection(owner, prefix)
    certificate = AppointmentCertificate(
        instructor_id=teacher.id,
        owner_id=owner.id,
        number=prefix,
        code=paper_code(16),
        issued_on=NOW.date(),
        valid_from=NOW.date(),
        valid_until=NOW.date(),
    )
    session().add(certificate)
    loan = _loan(owner, teacher, prefix)
    session().flush()
    return {
        "course_id": course.id,
        "instructor_id": teacher.id,
        "honour_id": honour.id,
        "first_id": teacher.id,
        "second_id": make_instructor(owner, f"{prefix}另一人", [course]).id,
        "base_id": base.id,
        "venue_id": base.venues[0].id,
        "class_id": klass.id,
        "session_id": lesson.id,
        "number": empty_version(klass, NOW),
        "policy_id": plain_policy(owner),
        "session_id:scores": taught.id,
        "booking_id": bookings[0].id,
        "booking_id:base-bookings": bookings[1].id,
        "panel_id": panel.id,
        "attachment_id": attachment.id,
        "batch_id": batch.id,
        "objection_id": objection.id,
        "certificate_code": certificate.code,
        "publicity_id": objection.publicity_id,
        "row_id": away.id,
        "hint_id": hint.id,
        **package_and_order(klass, course, base, DAY),
        **order_below(owner, course),
        **template_and_roll(klass),
        "courseware_id": ware.id,
        "incident_id": incident.id,
        "closure_id": closure.id,
        "season_id": _season(base),
        "day": SPECIAL_DAY.isoformat(),
        **furnish_base(base, people, DAY),
        **make_owed(owner, teacher, prefix),
        "loan_id": loan.id,
        "run_id": run.id,
        "run_id:imports": file.id,
        "run_id:instructors": year.id,
        "assessment_id": assessed.id,
        "renewal_id": renewed.id,
        "unit_id": owner.id,
        **make_visits(owner, base),
        "form_id": forms[Purpose.SUPERVISION].id,
        "form_id:draft": start_draft(owner, Purpose.SUPERVISION, actor=SYSTEM).id,
        **make_calls(lesson, bookings[0], teacher.user_id),
        **make_messages(owner, prefix, people.get("organiser")),
        "record_id": 1,
        "code": feedback.token,
        "round_id": feedback.id,
        **roster_of(klass, lesson),
        "appeal_id": appeal.id,
        "score_id": appeal.score_id or 0,
    }


def _loan(owner: OrgUnit, teacher: Instructor, prefix: str) -> Loan:
    """The level above asks for somebody of the unit, which lends."""
    assert owner.parent_id is not None
    session().add(LendingQuota(unit_id=owner.id, year=2027, most=9, lent=0))
    loan = Loan(
        instructor_id=teacher.id,
        lender_id=owner.id,
        borrower_id=owner.parent_id,
        first_day=DAY,
        last_day=DAY,
        sessions=1,
        purpose=prefix,
        asked_at=NOW,
        asked_by="test",
    )
    session().add(loan)
    session().flush()
    return loan


def _appeal(teacher: Instructor, lesson: Session) -> RatingAppeal:
    """A score by somebody who left, and the instructor's word against it."""
    form = ensure_default_forms()[Purpose.SUPERVISION]
    sheet = ScoreSheet(form_id=form.id, filled_at=NOW, total=Decimal(60))
    session().add(sheet)
    session().flush()
    scorer = session().query(User).filter_by(login="outsider").one()
    score = SessionScore(
        session_id=lesson.id, instructor_id=teacher.id, scorer_id=scorer.id, sheet_id=sheet.id, scored_at=NOW
    )
    session().add(score)
    session().flush()
    return file_appeal(teacher, score, "不符合实际", actor=SYSTEM)


def _teacher(owner: OrgUnit, prefix: str, people: dict[str, User]) -> Instructor:
    account = people.get("instructor")
    if account is not None:
        # The account belongs to somebody of the small county already; the matrix wants it here.
        session().query(Instructor).filter_by(user_id=account.id).one().user_id = None
        session().flush()
    return make_instructor(owner, f"{prefix}讲师", [], user_id=account.id if account else None)


def _base(owner: OrgUnit, prefix: str, people: dict[str, User]) -> TeachingBase:
    manager = people.get("manager")
    base = make_base(
        owner, f"{prefix}基地", BaseKind.MAIN_CAMPUS, owner, manager_id=manager.id if manager else None
    )
    session().add(SpecialHours(base_id=base.id, day=SPECIAL_DAY, opens=time(8), closes=time(12)))
    session().flush()
    return base


def _season(base: TeachingBase) -> int:
    row = OpeningSeason(base_id=base.id, name="夏季", begins=601, ends=831)
    session().add(row)
    session().flush()
    return row.id


def _book(lesson: Session, kind: ResourceKind, resource_id: int) -> Booking:
    row = Booking(session_id=lesson.id, kind=kind, resource_id=resource_id, day=DAY)
    row.from_unit, row.to_unit, row.seat, row.state, row.asked_at = 34, 43, 0, BookingState.HELD, NOW
    session().add(row)
    session().flush()
    return row


def _candidate(owner: OrgUnit, prefix: str, people: dict[str, User], form_id: int) -> ReviewPanel:
    person = make_instructor(
        owner, f"{prefix}候选人", [], state=PoolState.ELIGIBILITY_CHECKED, term_start=None, term_end=None
    )
    seats = [people[login] for login in ("evaluator", "evaluator2", "evaluator3") if login in people]
    panel = ReviewPanel(
        instructor_id=person.id,
        form_id=form_id,
        opened_at=NOW,
        reviewers=[Reviewer(user_id=u.id) for u in seats],
    )
    session().add(panel)
    session().flush()
    return panel


def _objection(owner: OrgUnit, prefix: str) -> Objection:
    person = make_instructor(
        owner, f"{prefix}公示人", [], state=PoolState.PUBLICISED, term_start=None, term_end=None
    )
    shown = Publicity(
        instructor_id=person.id, starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=7), opened_at=NOW
    )
    row = Objection(
        publicity=shown, statement=prefix, received_on=NOW.date(), recorded_at=NOW, recorded_by=prefix
    )
    row.raised_by = "匿名"
    session().add_all([shown, row])
    session().flush()
    return row
