"""What waits in the pool, for the workbench."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for
from flask_babel import gettext
from sqlalchemy import func, select

from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit, User
from core import clock
from core.db import session
from core.todo import Todo, Urgency
from instructor_pool.enums import AssessmentState, Consequence, CoursewareState, PoolState
from instructor_pool.models import AvailabilityHint, Instructor, Reviewer, ReviewPanel
from instructor_pool.queries.assessment import count_ready, waiting_in
from instructor_pool.queries.courseware import count_waiting
from instructor_pool.queries.people import waiting_for_account
from instructor_pool.rules.life import BOOKABLE

_ORGANISER_STEPS = (
    PoolState.NOMINATED, PoolState.ELIGIBILITY_CHECKED, PoolState.REVIEWED, PoolState.APPROVED, PoolState.LETTER_SIGNED,
)  # fmt: skip


def todos(actor: Actor) -> list[Todo]:
    """The actor's lines of the pool; a handful of counting statements, none a person."""
    found: list[Todo] = []
    if actor.can(P.CANDIDATE_SCORE):
        found += _reviews(actor)
    if actor.can(P.POOL_EDIT):
        found += _organising(actor.scope(P.POOL_EDIT))
        found += _follow_up(actor.scope(P.POOL_EDIT), Consequence.WARNING)
    if actor.can(P.POOL_APPROVE):
        found += _approving(actor.scope(P.POOL_APPROVE))
        found += _years_to_publish(actor.scope(P.POOL_APPROVE))
        found += _follow_up(actor.scope(P.POOL_APPROVE), Consequence.EXIT)
    if actor.can(P.COURSEWARE_REVIEW):
        found += _courseware(actor.scope(P.COURSEWARE_REVIEW))
    if actor.can(P.ACTIVATION_ISSUE):
        found += _accounts(actor.scope(P.ACTIVATION_ISSUE))
    return [line for line in found if line.count]


def _count(scope: Scope, *conditions: object) -> int:
    stmt = select(func.count()).select_from(Instructor).join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    return session().scalar(stmt.where(scope.clause(OrgUnit.path), *conditions)) or 0  # type: ignore[arg-type]


def _reviews(actor: Actor) -> list[Todo]:
    stmt = select(func.count(), func.min(ReviewPanel.due)).select_from(Reviewer).join(ReviewPanel)
    n, due = (
        session()
        .execute(
            stmt.where(
                Reviewer.user_id == actor.user_id,
                Reviewer.sheet_id.is_(None),
                ReviewPanel.closed_at.is_(None),
            )
        )
        .one()
    )
    soon = due is not None and due <= clock.today() + timedelta(days=2)
    text = gettext("%(n)s 位候选人等您评审", n=n)
    return [
        Todo(text, url_for("instructor_pool.reviews"), n, "reviews", Urgency.NOW if soon else Urgency.SOON)
    ]


def _organising(scope: Scope) -> list[Todo]:
    today = clock.today()
    waiting = _count(scope, Instructor.state.in_(_ORGANISER_STEPS))
    over = _count(scope, Instructor.state.in_(BOOKABLE), Instructor.term_end < today)
    lines = [
        Todo(
            gettext("%(n)s 位候选人等待下一步", n=waiting),
            url_for("instructor_pool.candidates"),
            waiting,
            "candidates",
        ),
        Todo(
            gettext("%(n)s 位讲师聘期已满,不能再排课", n=over),
            url_for("instructor_pool.renewals", term="over"),
            over,
            "terms_over",
            Urgency.NOW,
        ),
    ]
    for days, urgency in ((30, Urgency.SOON), (90, Urgency.LATER)):
        since = today if days == 30 else today + timedelta(days=31)
        n = _count(
            scope,
            Instructor.state.in_(BOOKABLE),
            Instructor.term_end >= since,
            Instructor.term_end <= today + timedelta(days=days),
        )
        text = gettext("%(n)s 位讲师聘期在 %(days)s 天内到期", n=n, days=days)
        lines.append(
            Todo(text, url_for("instructor_pool.renewals", term=str(days)), n, f"terms_{days}", urgency)
        )
    hints = session().scalar(
        select(func.count())
        .select_from(AvailabilityHint)
        .join(Instructor, AvailabilityHint.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), AvailabilityHint.settled_at.is_(None))
    )
    text = gettext("%(n)s 条备注可能影响排课,请确认", n=hints)
    lines.append(Todo(text, url_for("instructor_pool.hints"), hints or 0, "hints"))
    return lines


def _approving(scope: Scope) -> list[Todo]:
    n = _count(scope, Instructor.state == PoolState.PUBLICISED)
    url = url_for("instructor_pool.candidates", state=PoolState.PUBLICISED.value)
    return [Todo(gettext("%(n)s 位候选人公示中,等您批准", n=n), url, n, "approvals")]


def _years_to_publish(scope: Scope) -> list[Todo]:
    n = count_ready(scope)
    url = url_for("instructor_pool.assessments", state=AssessmentState.READY.value)
    return [Todo(gettext("%(n)s 个年度考核已算好,等您公布", n=n), url, n, "assessments")]


def _follow_up(scope: Scope, consequence: Consequence) -> list[Todo]:
    n, run_id = waiting_in(scope, consequence)
    if not n:
        return []
    text = (
        gettext("%(n)s 位讲师考核建议退出,等您决定", n=n)
        if consequence is Consequence.EXIT
        else gettext("%(n)s 位讲师考核建议警示", n=n)
    )
    url = url_for(
        "instructor_pool.assessment_run", run_id=run_id, consequence=consequence.value, follow="waiting"
    )
    return [Todo(text, url, n, f"assessment_{consequence.value}")]


def _courseware(scope: Scope) -> list[Todo]:
    n = count_waiting(scope)
    url = url_for("instructor_pool.courseware_list", state=CoursewareState.SUBMITTED.value)
    return [Todo(gettext("%(n)s 份课件等待审核", n=n), url, n, "courseware")]


def _accounts(scope: Scope) -> list[Todo]:
    stmt = (
        select(func.count())
        .select_from(Instructor)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .outerjoin(User, Instructor.user_id == User.id)
        .where(scope.clause(OrgUnit.path), waiting_for_account())
    )
    n = session().scalar(stmt) or 0
    text = gettext("%(n)s 位讲师还没有激活账号", n=n)
    return [Todo(text, url_for("instructor_pool.activation"), n, "activation", Urgency.LATER)]
