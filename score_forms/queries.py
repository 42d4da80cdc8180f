"""Reads over forms and sheets."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from core.db import session
from core.errors import NotFound
from score_forms.enums import Purpose
from score_forms.models import ScoreForm


def find_current_form(purpose: Purpose) -> ScoreForm | None:
    """The form in force for a purpose, or None before the first."""
    return session().scalar(
        select(ScoreForm)
        .where(ScoreForm.purpose == purpose, ScoreForm.is_current.is_(True))
        .order_by(ScoreForm.number.desc())
    )


def get_form(form_id: int) -> ScoreForm:
    """A form by id; forms belong to nobody's scope."""
    form = session().get(ScoreForm, form_id)
    if form is None:
        raise NotFound(gettext("没有这张评分表。"))
    return form


def list_forms() -> list[ScoreForm]:
    """Every version, the current ones first."""
    stmt = select(ScoreForm).order_by(ScoreForm.is_current.desc(), ScoreForm.purpose, ScoreForm.number.desc())
    return list(session().scalars(stmt))
