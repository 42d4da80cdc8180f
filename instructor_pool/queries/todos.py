"""What waits in the pool, for the workbench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, exists, func, select

from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit, User
from core import clock
from core.db import session
from core.todo import Todo, Urgency
from instructor_pool.enums import AssessmentState, Consequence, CoursewareState, PoolState
from instructor_pool.models import AvailabilityHint, Instructor, Objection, Publicity, Reviewer, ReviewPanel
from instructor_pool.queries.assessment import ready_to_publish, waiting_in
from instructor_pool.queries.courseware import waiting_for_review
from instructor_pool.queries.duplicates import count_duplicates
from instructor_pool.queries.people import waiting_for_account
from instructor_pool.rules.life import BOOKABLE

_ORGANISER_STEPS = (
    PoolState.NOMINATED, PoolState.ELIGIBILITY_CHECKED, PoolState.REVIEWED, PoolState.APPROVED, PoolState.LETTER_SIGNED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line before it is counted: `number` counts what waits, `line` says it when there is any."""

    number: Select[int]
    line: Callable[[int], Todo]


def todos(actor: Actor) -> list[Todo]:
    """The actor's lines of the pool, all counted in one statement but those that also ask which or until when."""
    found: list[Todo] = []
    waiting: list[Waiting] = []
    if actor.can(P.CANDIDATE_SCORE):
        found += _reviews(actor)
    if actor.can(P.POOL_EDIT):
        waiting += _organising(actor.scope(P.POOL_EDIT))
        found += _follow_up(actor.scope(P.POOL_EDIT), Consequence.WARNING)
    if actor.can(P.POOL_APPROVE):
        waiting += _approving(actor.scope(P.POOL_APPROVE))
        found += _follow_up(actor.scope(P.POOL_APPROVE), Consequence.EXIT)
    if actor.can(P.COURSEWARE_REVIEW):
        waiting.append(_courseware(actor.scope(P.COURSEWARE_REVIEW)))
    if actor.can(P.ACTIVATION_ISSUE):
        waiting.append(_accounts(actor.scope(P.ACTIVATION_ISSUE)))
    return found + _counted(waiting)


def _counted(waiting: list[Waiting]) -> list[Todo]:
    if not waiting:
        return []
    numbers = session().execute(select(*(each.number.scalar_subquery() for each in waiting))).one()
    return [each.line(n) for each, n in zip(waiting, numbers, strict=True) if n]


def _people(scope: Scope, *conditions: ColumnElement[bool]) -> Select[int]:
    stmt = select(func.count()).select_from(Instructor).join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    return stmt.where(scope.clause(OrgUnit.path), *conditions)


def _reviews(actor: Actor) -> list[Todo]:
    mine = (Reviewer.user_id == actor.user_id, Reviewer.sheet_id.is_(None), ReviewPanel.closed_at.is_(None))
    stmt = select(func.count(), func.min(ReviewPanel.due)).select_from(Reviewer).join(ReviewPanel)
    n, due = session().execute(stmt.where(*mine)).one()
    if not n:
        return []
    soon = due is not None and due <= clock.today() + timedelta(days=2)
    text = gettext("%(n)s 位候选人等您评审", n=n)
    return [
        Todo(text, url_for("instructor_pool.reviews"), n, "reviews", Urgency.NOW if soon else Urgency.SOON)
    ]


def _organising(scope: Scope) -> list[Waiting]:
    return [_steps(scope), *_terms(scope), _hints(scope), _doubles(scope), _objections(scope)]


def _steps(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.candidates")
    return Waiting(
        _people(scope, Instructor.state.in_(_ORGANISER_STEPS)),
        lambda n: Todo(gettext("%(n)s 位候选人等待下一步", n=n), url, n, "candidates"),
    )


def _terms(scope: Scope) -> list[Waiting]:
    today = clock.today()

    def ending(first: int, last: int, urgency: Urgency) -> Waiting:
        url = url_for("instructor_pool.renewals", term=str(last))
        between = Instructor.term_end.between(today + timedelta(days=first), today + timedelta(days=last))
        return Waiting(
            _people(scope, Instructor.state.in_(BOOKABLE), between),
            lambda n: Todo(
                gettext("%(n)s 位讲师聘期在 %(days)s 天内到期", n=n, days=last),
                url,
                n,
                f"terms_{last}",
                urgency,
            ),
        )

    url = url_for("instructor_pool.renewals", term="over")
    over = Waiting(
        _people(scope, Instructor.state.in_(BOOKABLE), Instructor.term_end < today),
        lambda n: Todo(gettext("%(n)s 位讲师聘期已满，不能再排课", n=n), url, n, "terms_over", Urgency.NOW),
    )
    return [over, ending(0, 30, Urgency.SOON), ending(31, 90, Urgency.LATER)]


def _hints(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.hints")
    open_ones = _people(scope, AvailabilityHint.settled_at.is_(None))
    return Waiting(
        open_ones.join(AvailabilityHint, AvailabilityHint.instructor_id == Instructor.id),
        lambda n: Todo(gettext("%(n)s 条备注可能影响排课，请确认", n=n), url, n, "hints"),
    )


def _doubles(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.duplicates")
    return Waiting(
        count_duplicates(scope),
        lambda n: Todo(gettext("%(n)s 对档案可能是同一个人", n=n), url, n, "duplicates", Urgency.LATER),
    )


def _objections(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.publicity", state="unanswered")
    unanswered = _people(scope, Objection.outcome.is_(None), Instructor.state == PoolState.PUBLICISED)
    return Waiting(
        unanswered.join(Publicity, Publicity.instructor_id == Instructor.id).join(
            Objection, Objection.publicity_id == Publicity.id
        ),
        lambda n: Todo(gettext("%(n)s 条公示异议没有答复", n=n), url, n, "objections", Urgency.NOW),
    )


def _approving(scope: Scope) -> list[Waiting]:
    return [_approvals(scope), _years_to_publish(scope)]


def _approvals(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.publicity", state="over")
    unanswered = exists().where(Objection.publicity_id == Publicity.id, Objection.outcome.is_(None))
    running = exists().where(
        Publicity.instructor_id == Instructor.id, (Publicity.ends_on >= clock.today()) | unanswered
    )
    return Waiting(
        _people(scope, Instructor.state == PoolState.PUBLICISED, ~running),
        lambda n: Todo(gettext("%(n)s 位候选人公示期满，等您批准", n=n), url, n, "approvals"),
    )


def _years_to_publish(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.assessments", state=AssessmentState.READY.value)
    return Waiting(
        ready_to_publish(scope),
        lambda n: Todo(gettext("%(n)s 个年度考核已算好，等您公布", n=n), url, n, "assessments"),
    )


def _follow_up(scope: Scope, consequence: Consequence) -> list[Todo]:
    n, run_id = waiting_in(scope, consequence)
    if not n:
        return []
    text = (
        gettext("%(n)s 位讲师考核建议退出，等您决定", n=n)
        if consequence is Consequence.EXIT
        else gettext("%(n)s 位讲师考核建议警示", n=n)
    )
    url = url_for(
        "instructor_pool.assessment_run", run_id=run_id, consequence=consequence.value, follow="waiting"
    )
    return [Todo(text, url, n, f"assessment_{consequence.value}")]


def _courseware(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.courseware_list", state=CoursewareState.SUBMITTED.value)
    return Waiting(
        waiting_for_review(scope), lambda n: Todo(gettext("%(n)s 份课件等待审核", n=n), url, n, "courseware")
    )


def _accounts(scope: Scope) -> Waiting:
    url = url_for("instructor_pool.activation")
    return Waiting(
        _people(scope, waiting_for_account()).outerjoin(User, Instructor.user_id == User.id),
        lambda n: Todo(gettext("%(n)s 位讲师还没有激活账号", n=n), url, n, "activation", Urgency.LATER),
    )
