"""Steps of a base's life."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from bases.enums import BaseState
from bases.forms import StepForm
from bases.queries import bases as base_queries
from bases.rules import TRANSITIONS
from bases.services.life import change_state
from bases.views import blueprint
from bases.views.pages import base_page, edit_scope
from core import refusals
from core.db import transaction
from core.errors import RuleBroken


@blueprint.post("/<int:base_id>/state")
@requires(P.BASE_EDIT)
def change(base_id: int) -> ResponseReturnValue:
    """Take the base to its next state."""
    base = base_queries.get_kept_base(edit_scope(), base_id)
    form = StepForm()
    form.step.choices = [(s.value, s.label) for s in TRANSITIONS[base.state]]
    if not form.validate_on_submit():
        return base_page(base_id, step=form), 422
    seen = request.form.get("version", type=int)
    try:
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            change_state(
                base,
                BaseState(form.step.data),
                actor=current_actor(),
                reason=form.reason.data or "",
                seen=seen,
            )
            now = base.state.label
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "step")
        return base_page(base_id, step=form), refused.status
    flash(gettext("基地状态已变为:%(state)s。", state=now), "success")
    return redirect(url_for("bases.show", base_id=base_id))
