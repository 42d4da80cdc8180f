"""What people of the pool are told."""

from __future__ import annotations

from flask_babel import gettext

from core.when import day_text
from instructor_pool.models import ReviewPanel


def asked_to_review(panel: ReviewPanel) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for everybody with a seat on a panel."""
    title = gettext("请评审候选人 %(name)s", name=panel.instructor.name)
    body = gettext("截止 %(day)s", day=day_text(panel.due, year=True)) if panel.due else ""
    return "review", title, body, f"/instructors/reviews/{panel.id}"
