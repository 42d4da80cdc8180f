"""What a rating is made of, and how a level reckons its ratings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from evaluations import rules
from evaluations.forms import ParametersForm
from evaluations.queries import appeals
from evaluations.queries import ratings as queries
from evaluations.services import ratings as services
from evaluations.views import blueprint
from instructor_pool.queries import get_own
from score_forms.queries import get_unit


@blueprint.get("/scores/instructors/<int:instructor_id>")
@requires(P.SCORE_VIEW)
def rating(instructor_id: int) -> ResponseReturnValue:
    """What a person's rating is made of."""
    person, parts = queries.rating_parts(current_scope(), instructor_id)
    return _page(person, parts, is_own=False)


@blueprint.get("/me/rating")
@requires(P.OWN_TEACHING)
def own_rating() -> ResponseReturnValue:
    """What one's own rating is made of; who scored stays with the evaluators."""
    person = get_own(current_actor())
    return _page(person, queries.parts_of(person), is_own=True)


def _page(person: Any, parts: queries.RatingParts, *, is_own: bool) -> str:
    by_score, by_round = appeals.appeals_of(person)
    return render_template(
        "evaluations/rating.html",
        person=person,
        parts=parts,
        is_own=is_own,
        by_score=by_score,
        by_round=by_round,
        badge_of=appeals.appeal_badge,
    )


@blueprint.route("/settings/ratings", methods=["GET", "POST"])
@requires(P.FORM_EDIT)
def parameters() -> ResponseReturnValue:
    """How the ratings of one's own pool are reckoned."""
    unit = get_unit(current_scope())
    kept = queries.parameters_of(unit.id)
    form = ParametersForm(data=asdict(kept))
    if request.method == "GET" or not form.validate_on_submit():
        status = 200 if request.method == "GET" else 422
        page = render_template(
            "evaluations/parameters.html", form=form, unit=unit, examples=rules.examples(kept)
        )
        return page, status
    with transaction():
        unit = get_unit(current_scope())
        changed = services.set_parameters(unit, form.parameters(), actor=current_actor())
    flash(gettext("评分参数已保存，%(n)s 人的评分随之变动。", n=changed), "success")
    return redirect(url_for("evaluations.parameters"))
