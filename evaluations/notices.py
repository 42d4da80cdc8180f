"""What people are told about scores."""

from __future__ import annotations

from flask_babel import gettext

from evaluations.models import RatingAppeal


def appeal_answered(appeal: RatingAppeal) -> tuple[str, str, str, str]:
    """(kind, title, body, url) for the instructor who filed it."""
    title = gettext(
        "《%(course)s》评分申诉：%(state)s", course=appeal.session.course_name, state=appeal.state.label
    )
    return "appeal", title, appeal.opinion, "/me/rating"
