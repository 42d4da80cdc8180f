"""A base's life on one page: where it stands, its papers, reviews, rectifications, and the next step."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.enums import BaseAction, BaseState
from bases.forms import StepForm, apart
from bases.queries import bases as base_queries
from bases.queries import filing
from bases.rules.life import days_to_expiry, offered, way
from bases.services import annual, life
from bases.views import blueprint
from bases.views.pages import edit_scope
from core import clock, refusals
from core.db import transaction
from core.errors import RuleBroken


@blueprint.get("/<int:base_id>/filing")
@requires(P.BASE_VIEW)
def filing_page(base_id: int) -> ResponseReturnValue:
    """Filing, designation and yearly reviews of one base."""
    return _page(base_id)


def _page(base_id: int, *, step: StepForm | None = None, decision: StepForm | None = None) -> str:
    base = base_queries.get_base(current_scope(P.BASE_VIEW), base_id)
    actor = current_actor()
    may_edit = actor.can(P.BASE_EDIT) and base_queries.can_keep(actor.scope(P.BASE_EDIT), base)
    may_decide = actor.can(P.BASE_APPROVE) and base_queries.can_keep(actor.scope(P.BASE_APPROVE), base)
    forms = []
    for form, approver, mark in ((step, False, "step"), (decision, True, "decision")):
        shown = form or StepForm(formdata=None, version=base.version)
        shown.offer(offered(base.state, approver=approver))
        apart(shown, mark)
        forms.append(shown)
    todo = [*offered(base.state, approver=False), *offered(base.state, approver=True)]
    return render_template(
        "bases/filing.html",
        base=base,
        may_edit=may_edit,
        may_decide=may_decide,
        is_kept=base_queries.can_keep(actor.scope(P.BASE_VIEW), base),
        tone=base_queries.TONES[base.state],
        way=way(base.state),
        not_bookable=life.why_not_bookable(base),
        days_left=days_to_expiry(base.state, base.expires_on, clock.today()),
        documents=filing.list_documents(base.id),
        site_reviews=filing.list_site_reviews(base.id),
        annual_reviews=filing.list_annual_reviews(base.id),
        rectifications=filing.list_rectifications(base.id),
        changes=base_queries.list_changes(base.id),
        needs={action: life.missing(base, action) for action in todo},
        step=forms[0],
        decision=forms[1],
        states=BaseState,
        today=clock.today(),
    )


@blueprint.post("/<int:base_id>/state")
@requires(P.BASE_EDIT)
def change(base_id: int) -> ResponseReturnValue:
    """An organiser's step."""
    return _take(base_id, StepForm(), approver=False)


@blueprint.post("/<int:base_id>/decision")
@requires(P.BASE_APPROVE)
def decide(base_id: int) -> ResponseReturnValue:
    """An approver's step: a plaque given or taken."""
    return _take(base_id, StepForm(), approver=True)


def _take(base_id: int, form: StepForm, *, approver: bool) -> ResponseReturnValue:
    scope = current_scope(P.BASE_APPROVE) if approver else edit_scope()
    base = base_queries.get_kept_base(scope, base_id)
    # Every action is taken as sent, so that one that does not follow is refused with its reason.
    form.offer(list(BaseAction))
    again = {"decision": form} if approver else {"step": form}
    if not form.validate_on_submit():
        return _page(base_id, **again), 422
    action = BaseAction(form.action.data)
    try:
        with transaction():
            base = base_queries.get_kept_base(scope, base_id)
            if action is BaseAction.BEGIN_ANNUAL_REVIEW:
                annual.begin(base, actor=current_actor(), seen=form.seen())
            else:
                life.take_by_hand(
                    base, action, actor=current_actor(), reason=form.reason.data or "", seen=form.seen()
                )
            now = base.state.label
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "action")
        return _page(base_id, **again), refused.status
    flash(gettext("基地状态已变为：%(state)s。", state=now), "success")
    return redirect(url_for("bases.filing_page", base_id=base_id))
