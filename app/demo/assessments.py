"""Yearly assessments of the demo county: last year's, entered from paper and published; this year's so far, to be published."""

from __future__ import annotations

from random import Random

from sqlalchemy import select

from app.demo.cast import Cast
from core.db import session, transaction
from evaluations.jobs import take_assessment
from instructor_pool.enums import AssessmentGrade
from instructor_pool.models import Assessment, AssessmentRun
from instructor_pool.services import assessing

LUCK = 2027
BY_LUCK = (
    AssessmentGrade.EXCELLENT,
    *(AssessmentGrade.QUALIFIED,) * 6,
    AssessmentGrade.BASIC,
)
ON_PAPER = "补录：按去年的纸质考核结果"


def assess(cast: Cast, year: int) -> None:
    """The year before is out, with a warning and an exit to be decided; `year` is worked out as far as it has come."""
    last = _work_out(cast, year - 1)
    luck = Random(LUCK)  # noqa: S311  (the same demo every time, nothing secret)
    with transaction():
        for n, row in enumerate(_rows(last)):
            grade = AssessmentGrade.FAILED if n == 1 else luck.choice(BY_LUCK)
            assessing.adjust(row, grade, ON_PAPER, actor=cast.actor("evaluator"))
    with transaction():
        assessing.publish(session().get_one(AssessmentRun, last), actor=cast.actor("approver"))
    this = _work_out(cast, year)
    with transaction():
        scored = [row for row in _rows(this) if row.grade is AssessmentGrade.QUALIFIED]
        for row in scored[:1]:
            reason = "主讲全市示范班，评课组一致推荐"
            assessing.adjust(row, AssessmentGrade.EXCELLENT, reason, actor=cast.actor("evaluator"))


def _work_out(cast: Cast, year: int) -> int:
    with transaction():
        run_id = assessing.request(cast.county, year, actor=cast.actor("organiser")).id
    take_assessment()
    return run_id


def _rows(run_id: int) -> list[Assessment]:
    stmt = select(Assessment).where(Assessment.run_id == run_id)
    return list(session().scalars(stmt.order_by(Assessment.instructor_id)))
