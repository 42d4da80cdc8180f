"""The yearly assessment: asked for, worked out by the queue, graded by people, published, and followed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import delete, insert, or_, select

from accounts.access import Actor
from accounts.enums import P
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import Conflict, NotAllowed, RuleBroken, Violation
from core.settings import set_setting
from core.words import labelled
from instructor_pool import queries
from instructor_pool.enums import AssessmentGrade, AssessmentState, Consequence, Outcome
from instructor_pool.models import Assessment, AssessmentRun
from instructor_pool.notices import assessment_corrected, assessment_published, warned
from instructor_pool.rules import life
from instructor_pool.rules.assessment import (
    Figures,
    Policy,
    assess,
    broken_by_policy,
    consequence_of,
    used_up_by_incidents,
)
from notifications import services as notifications

LEASE = timedelta(minutes=5)
ACTIVE = (AssessmentState.QUEUED, AssessmentState.RUNNING)
CHUNK = 1000
_FIGURES = tuple(Figures.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Work:
    """A run taken by a worker: whose pool, and the days that count."""

    run_id: int
    owner_id: int
    year: int
    first: date
    until: date
    policy: Policy


def set_policy(owner: OrgUnit, policy: Policy, *, actor: Actor) -> None:
    """How a level weighs a year from now on; runs keep the policy they were worked out with."""
    broken = broken_by_policy(policy)
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
    set_setting(queries.policy_key(owner.id), asdict(policy))
    audit.note(session(), gettext("修改 %(unit)s 的年度考核办法", unit=owner.title))


def request(owner: OrgUnit, year: int, *, actor: Actor) -> AssessmentRun:
    """Ask for the assessment of a pool's year, or for working it out anew; what people set by hand stays.

    RuleBroken for a year to come and for one that is published; nothing new while it is being worked out.
    """
    if not 2000 <= year <= clock.today().year:
        sentence = gettext("只能考核今年或以前的年度。")
        raise RuleBroken(sentence, [Violation("year", sentence, "year")])
    run = queries.find_assessment_run(owner.id, year)
    if run is None:
        if not queries.count_assessed(owner.id):
            sentence = gettext("%(unit)s 的库里没有聘任的讲师，不用考核。", unit=owner.title)
            raise RuleBroken(sentence, [Violation("nobody", sentence, "unit")])
        run = AssessmentRun(owner_id=owner.id, year=year, state=AssessmentState.QUEUED, percent=0, policy={})
        session().add(run)
    elif run.state in ACTIVE:
        return run
    elif run.published_at is not None:
        raise RuleBroken(gettext("%(year)s 年度考核已经公布，不能重算；个别更正请调整等次。", year=year))
    run.state, run.percent, run.failure, run.lease_until = AssessmentState.QUEUED, 0, "", None
    run.asked_at, run.asked_by_id = clock.now(), actor.user_id
    session().flush()
    audit.note(session(), gettext("测算 %(unit)s %(year)s 年度考核", unit=owner.title, year=year))
    return run


def claim() -> Work | None:
    """Take the oldest run that waits, or whose worker has gone; at most one worker gets it."""
    now = clock.instant()
    gone = (AssessmentRun.state == AssessmentState.RUNNING) & (AssessmentRun.lease_until < now)
    waits = or_(AssessmentRun.state == AssessmentState.QUEUED, gone)
    run = session().scalar(select(AssessmentRun).where(waits).order_by(AssessmentRun.id).limit(1))
    if run is None:
        return None
    policy = queries.policy_of(run.owner)
    first, today = date(run.year, 1, 1), clock.today()
    run.state, run.lease_until, run.percent = AssessmentState.RUNNING, now + LEASE, 10
    run.until = min(date(run.year, 12, 31), today)
    run.policy = asdict(policy)
    session().flush()
    return Work(run.id, run.owner_id, run.year, first, run.until, policy)


def report(work: Work, percent: int) -> None:
    """Note progress and renew the lease."""
    run = session().get_one(AssessmentRun, work.run_id)
    run.percent, run.lease_until = percent, clock.instant() + LEASE
    session().flush()


def fail(work: Work, sentence: str) -> None:
    """The run ends without a result; what an earlier one brought stays."""
    run = session().get_one(AssessmentRun, work.run_id)
    run.state, run.failure, run.lease_until = AssessmentState.FAILED, sentence[:300], None
    session().flush()


def store(work: Work, figures: Mapping[int, Figures]) -> int:
    """Write a proposal for each person; grades that people set stay, with what their grade proposes. How many.

    Doing it again with the same figures changes nothing. Who is no longer assessed loses an unpublished row.
    """
    run = session().get_one(AssessmentRun, work.run_id)
    if run.state is not AssessmentState.RUNNING:
        raise Conflict(gettext("这次考核已有别人在测算。"))
    kept = {row.instructor_id: row for row in queries.list_assessments(run.id)}
    new: list[dict[str, Any]] = []
    for person_id, found in figures.items():
        values = _values(found, work.policy)
        row = kept.get(person_id)
        if row is None:
            new.append({"run_id": run.id, "instructor_id": person_id, "version": 1, **_fresh(values)})
        else:
            _amend(row, values, work.policy)
    gone = [row.id for person_id, row in kept.items() if person_id not in figures]
    for start in range(0, len(gone), CHUNK):
        session().execute(delete(Assessment).where(Assessment.id.in_(gone[start : start + CHUNK])))
    for start in range(0, len(new), CHUNK):
        session().execute(insert(Assessment), new[start : start + CHUNK])
    run.state, run.percent, run.lease_until = AssessmentState.READY, 100, None
    run.computed_at = clock.now()
    session().flush()
    audit.note(session(), gettext("年度考核测算完成：%(n)s 人", n=len(figures)))
    return len(figures)


def _values(found: Figures, policy: Policy) -> dict[str, Any]:
    """Columns that follow from the figures."""
    result = assess(found, policy)
    return {name: getattr(found, name) for name in _FIGURES} | {
        "total": result.total,
        "remarks": [remark.value for remark in result.remarks],
        "proposed": result.grade,
        "consequence": result.consequence,
    }


def _fresh(values: dict[str, Any]) -> dict[str, Any]:
    return values | {
        "grade": values["proposed"],
        "adjust_reason": "",
        "adjusted_by": "",
        "outcome_reason": "",
        "outcome_by": "",
    }


def _amend(row: Assessment, values: dict[str, Any], policy: Policy) -> None:
    is_set = row.adjusted_at is not None
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    if not is_set:
        row.grade = row.proposed
    row.consequence = _consequence(row, policy)


def _consequence(row: Assessment, policy: Policy) -> Consequence:
    used_up = used_up_by_incidents(row.minor, row.serious, policy)
    return consequence_of(row.grade, row.last_grade, used_up=used_up)


def adjust(
    row: Assessment, grade: AssessmentGrade, reason: str, *, actor: Actor, seen: int | None = None
) -> None:
    """Set another grade than the one proposed, with a reason; the proposed one takes the setting back.

    After publication it is a correction, and the person is told. NotAllowed for one's own year.
    """
    row.expect_version(seen)
    if row.instructor.user_id is not None and row.instructor.user_id == actor.user_id:
        raise NotAllowed(gettext("不能给自己定等次。"))
    if grade is row.grade:
        sentence = gettext("等次没有变化。")
        raise RuleBroken(sentence, [Violation("same", sentence, "grade")])
    _require_reason(reason)
    row.grade, row.consequence = (
        grade,
        consequence_of(
            grade,
            row.last_grade,
            used_up=used_up_by_incidents(row.minor, row.serious, row.run.rules),
        ),
    )
    row.adjust_reason, row.adjusted_by, row.adjusted_at = reason.strip()[:300], actor.name, clock.now()
    row.outcome = None
    session().flush()
    if row.run.published_at is not None and row.instructor.user_id is not None:
        notifications.queue(row.instructor.user_id, *assessment_corrected(row))
    audit.note(session(), gettext("调整 %(name)s 的年度考核等次", name=row.instructor.name))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        sentence = gettext("请写明原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])


def publish(run: AssessmentRun, *, actor: Actor, seen: int | None = None) -> int:
    """Publish a whole year at once: everybody with an account is told. How many were told."""
    run.expect_version(seen)
    if not actor.can(P.POOL_APPROVE):
        raise NotAllowed(gettext("年度考核由审批人公布。"))
    if run.published_at is not None:
        raise RuleBroken(gettext("%(year)s 年度考核已经公布。", year=run.year))
    if run.state is not AssessmentState.READY:
        raise RuleBroken(gettext("还没有算好，不能公布。"))
    run.state, run.published_at, run.published_by = AssessmentState.PUBLISHED, clock.now(), actor.name
    told = [assessment_published(run.year, grade, user) for user, grade in queries.people_to_tell(run.id)]
    notifications.queue_all(told)
    session().flush()
    audit.note(session(), gettext("公布 %(unit)s %(year)s 年度考核", unit=run.owner.title, year=run.year))
    return len(told)


def warn(row: Assessment, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """Give the warning that the year proposes; the person is told why."""
    row.expect_version(seen)
    _check_outcome(row, Consequence.WARNING)
    _require_reason(reason)
    _settle(row, Outcome.WARNED, reason, actor)
    if row.instructor.user_id is not None:
        notifications.queue(row.instructor.user_id, *warned(row))


def keep(row: Assessment, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """Decide against an exit that the year proposes, with a reason; only an approver may."""
    row.expect_version(seen)
    _check_outcome(row, Consequence.EXIT)
    if not actor.can(P.POOL_APPROVE):
        raise NotAllowed(gettext("留任还是退出由审批人决定。"))
    _require_reason(reason)
    _settle(row, Outcome.KEPT, reason, actor)


def _check_outcome(row: Assessment, wanted: Consequence) -> None:
    if row.run.published_at is None:
        raise RuleBroken(gettext("考核结果公布以后才能办理。"))
    if row.consequence is not wanted:
        raise RuleBroken(
            gettext(
                "%(name)s 的考核没有%(what)s(现在是「%(is)s」)。",
                **{"name": row.instructor.name, "what": wanted.label, "is": row.consequence.label},
            )
        )
    if row.outcome is not None:
        raise RuleBroken(gettext("已经办理过：%(outcome)s。", outcome=row.outcome.label))
    if row.instructor.state not in life.IN_POOL:
        raise RuleBroken(gettext("%(name)s 已不在库。", name=row.instructor.name))


def _settle(row: Assessment, outcome: Outcome, reason: str, actor: Actor) -> None:
    row.outcome, row.outcome_reason = outcome, reason.strip()[:300]
    row.outcome_by, row.outcome_at = actor.name, clock.now()
    session().flush()
    audit.note(session(), labelled(row.instructor.name, outcome.label))
