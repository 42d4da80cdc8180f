"""What people of the pool are told."""

from __future__ import annotations

from flask_babel import gettext

from core.when import day_text
from instructor_pool.enums import CoursewareState
from instructor_pool.models import Courseware, ReviewBatch, ReviewPanel


def asked_to_review(panel: ReviewPanel) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for everybody with a seat on a panel."""
    title = gettext("请评审候选人 %(name)s", name=panel.instructor.name)
    body = gettext("截止 %(day)s", day=day_text(panel.due, year=True)) if panel.due else ""
    return "review", title, body, f"/instructors/reviews/{panel.id}"


def courseware_decided(item: Courseware) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for the person whose courseware was reviewed or taken out of use."""
    title = gettext("《%(course)s》课件:%(state)s", course=item.course.name, state=item.state.label)
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
    body = gettext("有评审人声明回避,没有可以替换的人。请给更多人授予评审督导角色,再补上评审人。")
    return "review", title, body, f"/instructors/batches/{panel.batch_id}"
