"""The yearly review: scoring the six parts, concluding."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.enums import AnnualConclusion, BaseState
from bases.forms import ConclusionForm
from bases.queries import bases as base_queries
from bases.queries.filing import get_annual_review
from bases.services import annual
from bases.views import blueprint
from bases.views.pages import edit_scope
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from score_forms.forms import SheetInput, read_sheet


@blueprint.get("/<int:base_id>/annual-reviews/<int:year>")
@requires(P.BASE_VIEW)
def annual_review(base_id: int, year: int) -> ResponseReturnValue:
    """One year of a base: the six parts, the figures beside them, the conclusion."""
    return _page(base_queries.get_base(current_scope(), base_id), year)


def _page(
    base: Any, year: int, *, sheet: SheetInput | None = None, form: ConclusionForm | None = None
) -> str:
    review = get_annual_review(base, year)
    actor = current_actor()
    is_open = base.state is BaseState.ANNUAL_REVIEW and review.conclusion in (None, AnnualConclusion.RECTIFY)
    form = form or ConclusionForm(formdata=None, version=review.version)
    form.offer()
    return render_template(
        "bases/annual_review.html",
        base=base,
        review=review,
        is_open=is_open,
        may_score=actor.can(P.BASE_EDIT) and base_queries.can_keep(actor.scope(P.BASE_EDIT), base),
        may_conclude=actor.can(P.BASE_APPROVE) and base_queries.can_keep(actor.scope(P.BASE_APPROVE), base),
        is_reviewer=review.reviewed_by_id is not None and review.reviewed_by_id == actor.user_id,
        sheet=sheet or SheetInput(),
        form=form,
    )


@blueprint.post("/<int:base_id>/annual-reviews/<int:year>/score")
@requires(P.BASE_EDIT)
def score_year(base_id: int, year: int) -> ResponseReturnValue:
    """Hand in the sheet of a year."""
    base = base_queries.get_kept_base(edit_scope(), base_id)
    sheet = read_sheet(get_annual_review(base, year).form.lines, request.form)
    try:
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            annual.score(get_annual_review(base, year), sheet.marks, sheet.comment, actor=current_actor())
    except RuleBroken as refused:
        if not refused.violations:
            raise
        sheet.errors.update({v.subject: v.sentence for v in refused.violations})
        return _page(base_queries.get_kept_base(edit_scope(), base_id), year, sheet=sheet), 422
    flash(gettext("年检表已交，等审批人作结论。"), "success")
    return redirect(url_for("bases.annual_review", base_id=base_id, year=year))


@blueprint.post("/<int:base_id>/annual-reviews/<int:year>/conclude")
@requires(P.BASE_APPROVE)
def conclude_year(base_id: int, year: int) -> ResponseReturnValue:
    """Renew, have it put right, or revoke."""
    scope = current_scope()
    base = base_queries.get_kept_base(scope, base_id)
    get_annual_review(base, year)
    form = ConclusionForm()
    form.offer()
    if not form.validate_on_submit():
        return _page(base, year, form=form), 422
    try:
        with transaction():
            base = base_queries.get_kept_base(scope, base_id)
            review = get_annual_review(base, year)
            annual.conclude(review, form.decision(), actor=current_actor(), seen=form.seen())
            now = base.state.label
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "conclusion")
        return _page(base_queries.get_kept_base(scope, base_id), year, form=form), refused.status
    flash(gettext("年检已有结论，基地状态：%(state)s。", state=now), "success")
    return redirect(url_for("bases.annual_review", base_id=base_id, year=year))
