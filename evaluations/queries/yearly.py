"""What the four sources say of everybody in a pool in one year, in a bounded number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, case, func, select

from core.db import session
from evaluations.models import FeedbackRound, SessionScore, TraineeAnswer
from evaluations.queries.ratings import shown_rounds
from evaluations.rules import tenth
from instructor_pool.enums import AssessmentGrade, EngagementMode, IncidentGrade, PoolState
from instructor_pool.models import Assessment, AssessmentRun, Instructor, StateChange, TeachingIncident
from instructor_pool.rules.assessment import Figures
from instructor_pool.rules.life import IN_POOL
from scheduling.enums import BookingState, ResourceKind, SessionState
from scheduling.models import Booking, Session
from scheduling.queries.reliability import is_late, late_days
from score_forms.models import ScoreSheet

Mean = tuple[Decimal, int, int]
NOTHING = (None, 0, 0)


def figures_of_year(owner_id: int, first: date, until: date) -> dict[int, Figures]:
    """Figures of every appointed person in the pool of `owner_id`, both days included: eight statements.

    Who came later has no such year. Invited people come per occasion and seconded ones belong to who sends them: neither has a year here.
    """
    people = _people(owner_id)
    feedback, supervision = _feedback(owner_id, first, until), _supervision(owner_id, first, until)
    taught = _taught(owner_id, first, until)
    incidents, late = _incidents(owner_id, first, until), _late(owner_id, first, until)
    last = _last_grades(owner_id, first.year - 1)
    period = (until - first).days + 1
    found = {}
    for person_id, since in people.items():
        if since is not None and since > until:
            continue
        mean, rounds, answers = feedback.get(person_id, NOTHING)
        marks, sheets, vetoes = supervision.get(person_id, NOTHING)
        sessions, hours = taught.get(person_id, (0, Decimal(0)))
        found[person_id] = Figures(
            days=max((until - max(since or first, first)).days + 1, 0),
            period=period,
            feedback=mean,
            feedback_sessions=rounds,
            feedback_answers=answers,
            supervision=marks,
            supervision_sheets=sheets,
            vetoes=vetoes,
            sessions=sessions,
            hours=hours,
            minor=incidents[person_id, IncidentGrade.MINOR],
            serious=incidents[person_id, IncidentGrade.SERIOUS],
            late=late[person_id],
            last_grade=last.get(person_id),
        )
    return found


def _of_pool(owner_id: int) -> ColumnElement[bool]:
    return (Instructor.owner_id == owner_id) & (Instructor.engagement_mode == EngagementMode.APPOINTED)


def _people(owner_id: int) -> Mapping[int, date | None]:
    """Everybody assessed, with the day they came: the first appointment known, or the start of the term if earlier."""
    came = (
        select(StateChange.instructor_id, func.min(StateChange.at).label("at"))
        .where(StateChange.after == PoolState.APPOINTED)
        .group_by(StateChange.instructor_id)
        .subquery()
    )
    stmt = (
        select(Instructor.id, Instructor.term_start, came.c.at)
        .outerjoin(came, came.c.instructor_id == Instructor.id)
        .where(_of_pool(owner_id), Instructor.state.in_(IN_POOL))
    )
    return {
        person_id: min((d for d in (start, at.date() if at else None) if d is not None), default=None)
        for person_id, start, at in session().execute(stmt.order_by(Instructor.id))
    }


def _held(first: date, until: date) -> ColumnElement[bool]:
    begins, ends = datetime.combine(first, time()), datetime.combine(until + timedelta(days=1), time())
    return (Session.state == SessionState.HELD) & (Session.start >= begins) & (Session.start < ends)


def _feedback(owner_id: int, first: date, until: date) -> Mapping[int, Mean]:
    """(mean, sessions, answers): each session is one score, the mean of its trainees, once it may be seen."""
    found = shown_rounds().join(Instructor, Session.instructor_id == Instructor.id)
    answers, mean = func.count(TraineeAnswer.key), func.avg(TraineeAnswer.total)
    rounds = (
        found.where(_of_pool(owner_id), _held(first, until), FeedbackRound.excluded_reason == "")
        .with_only_columns(
            Session.instructor_id.label("person"), mean.label("mean"), answers.label("answers")
        )
        .group_by(Session.instructor_id)
        .subquery()
    )
    stmt = select(rounds.c.person, func.avg(rounds.c.mean), func.count(), func.sum(rounds.c.answers))
    return _means(stmt.group_by(rounds.c.person))


def _supervision(owner_id: int, first: date, until: date) -> Mapping[int, Mean]:
    """(mean, sheets, vetoes) of what supervisors scored."""
    vetoes = func.sum(case((ScoreSheet.vetoed.is_(True), 1), else_=0))
    stmt = (
        select(SessionScore.instructor_id, func.avg(ScoreSheet.total), func.count(), vetoes)
        .join(ScoreSheet, SessionScore.sheet_id == ScoreSheet.id)
        .join(Session, SessionScore.session_id == Session.id)
        .join(Instructor, SessionScore.instructor_id == Instructor.id)
        .where(_of_pool(owner_id), _held(first, until), SessionScore.excluded_reason == "")
        .group_by(SessionScore.instructor_id)
    )
    return _means(stmt)


def _means(stmt: Select[int, Decimal, int, int]) -> Mapping[int, Mean]:
    return {
        person: (tenth(Decimal(str(mean))), int(n), int(more))
        for person, mean, n, more in session().execute(stmt)
    }


def _taught(owner_id: int, first: date, until: date) -> Mapping[int, tuple[int, Decimal]]:
    """(sessions, class hours) held."""
    stmt = (
        select(Session.instructor_id, func.count(), func.sum(Session.class_hours))
        .join(Instructor, Session.instructor_id == Instructor.id)
        .where(_of_pool(owner_id), _held(first, until))
        .group_by(Session.instructor_id)
    )
    return {
        person: (n, tenth(Decimal(str(hours))))
        for person, n, hours in session().execute(stmt)
        if person is not None
    }


def _incidents(owner_id: int, first: date, until: date) -> Counter[tuple[int, IncidentGrade]]:
    """Incidents that were not revoked, by person and grade [3 §六(二)]."""
    stmt = (
        select(TeachingIncident.instructor_id, TeachingIncident.grade, func.count())
        .join(Instructor)
        .where(
            _of_pool(owner_id),
            TeachingIncident.day.between(first, until),
            TeachingIncident.revoked_at.is_(None),
        )
        .group_by(TeachingIncident.instructor_id, TeachingIncident.grade)
    )
    return Counter({(person, grade): n for person, grade, n in session().execute(stmt)})


def _late(owner_id: int, first: date, until: date) -> Counter[int]:
    """Noes that came too late for somebody else to be found in peace."""
    stmt = (
        select(Booking.resource_id, Booking.day, Booking.answered_at)
        .join(Instructor, Booking.resource_id == Instructor.id)
        .where(_of_pool(owner_id), Booking.kind == ResourceKind.INSTRUCTOR, Booking.day.between(first, until))
        .where(Booking.state == BookingState.DECLINED)
    )
    most = late_days()
    return Counter(person for person, day, at in session().execute(stmt) if is_late(day, at, most))


def _last_grades(owner_id: int, year: int) -> Mapping[int, AssessmentGrade]:
    """The published grades of the year before, whichever pool gave them."""
    stmt = (
        select(Assessment.instructor_id, Assessment.grade)
        .join(Assessment.run)
        .join(Assessment.instructor)
        .where(_of_pool(owner_id), AssessmentRun.year == year, AssessmentRun.published_at.is_not(None))
    )
    return {person: grade for person, grade in session().execute(stmt)}
