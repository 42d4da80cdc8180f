"""What people of the pool are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext

from core.when import day_text
from instructor_pool.enums import AssessmentGrade, CoursewareState
from instructor_pool.models import Assessment, Courseware, ReviewBatch, ReviewPanel

OWN_ASSESSMENTS = "/me/assessments"
MOST_NAMES = 20


def asked_to_review(panel: ReviewPanel) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for everybody with a seat on a panel."""
    title = gettext("请评审候选人 %(name)s", name=panel.instructor.name)
    body = gettext("截止 %(day)s", day=day_text(panel.due, year=True)) if panel.due else ""
    return "review", title, body, f"/instructors/reviews/{panel.id}"


def courseware_decided(item: Courseware) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for the person whose courseware was reviewed or taken out of use."""
    title = gettext("《%(course)s》课件：%(state)s", course=item.course.name, state=item.state.label)
    body = item.opinion
    if item.state is CoursewareState.CLEARED and item.cleared_until is not None:
        body = f"{gettext('有效至 %(day)s', day=day_text(item.cleared_until, year=True))} {body}".strip()
    return "courseware", title, body, "/me/courseware"


def remembered_to_review(batch: ReviewBatch, left: int) -> tuple[str, str, str, str]:
    """For a reviewer who has `left` sheets of a batch to hand in."""
    title = gettext("还有 %(n)s 位候选人等您评审", n=left)
    due = gettext("截止 %(day)s", day=day_text(batch.due, year=True)) if batch.due else ""
    return "review", title, f"{batch.title} {due}".strip(), "/instructors/reviews"


def must_replace(panel: ReviewPanel) -> tuple[str, str, str, str]:
    """For whoever opened a batch: a reviewer has left and nobody may take the seat."""
    title = gettext("%(name)s 的评审组缺人", name=panel.instructor.name)
    body = gettext("有评审人声明回避，没有可以替换的人。请给更多人授予评审督导角色，再补上评审人。")
    return "review", title, body, f"/instructors/batches/{panel.batch_id}"


def assessment_published(year: int, grade: AssessmentGrade, user_id: int) -> tuple[int, str, str, str, str]:
    """(user, kind, title, body, url) for somebody whose year was published."""
    title = gettext("您的 %(year)s 年度考核：%(grade)s", year=year, grade=grade.label)
    return user_id, "assessment", title, gettext("可以查看四项来源的得分和算法。"), OWN_ASSESSMENTS


def assessment_corrected(row: Assessment) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for somebody whose published grade was corrected."""
    title = gettext("您的 %(year)s 年度考核更正为：%(grade)s", year=row.run.year, grade=row.grade.label)
    return "assessment", title, row.adjust_reason, OWN_ASSESSMENTS


def warned(row: Assessment) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for somebody who is warned after a year."""
    title = gettext(
        "您的 %(year)s 年度考核为「%(grade)s」，特此警示", year=row.run.year, grade=row.grade.label
    )
    return "assessment", title, row.outcome_reason, OWN_ASSESSMENTS


def term_ends(last: date, today: date) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for somebody whose term ends."""
    left = (last - today).days
    day = day_text(last, year=True)
    if left < 0:
        title = gettext("您的聘期已于 %(day)s 届满", day=day)
    elif left == 0:
        title = gettext("您的聘期今天届满")
    else:
        title = gettext("您的聘期到 %(day)s 届满，还有 %(n)s 天", day=day, n=left)
    return "term", title, gettext("聘期届满后不能再排课，续聘由组织员办理。"), "/me/profile"


def terms_end(names: Sequence[str], days: int) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for the organisers of a pool: everybody who has come within a distance."""
    title = (
        gettext("%(n)s 位讲师聘期在 %(days)s 天内届满", n=len(names), days=days)
        if days
        else gettext("%(n)s 位讲师聘期届满", n=len(names))
    )
    body = "、".join(names[:MOST_NAMES]) + ("…" if len(names) > MOST_NAMES else "")
    return "term", title, body, "/instructors/renewals"
