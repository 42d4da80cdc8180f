"""Activation codes: who has no account yet, a list to print, a text to paste for each."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from instructor_pool import queries
from instructor_pool.services import activation as accounts_for
from instructor_pool.views.blueprint import blueprint


@blueprint.get("/instructors/activation")
@requires(P.ACTIVATION_ISSUE)
def activation() -> ResponseReturnValue:
    """People in the pool who have yet to activate an account."""
    return render_template("instructor_pool/activation.html", people=queries.list_without_account(current_scope()))


@blueprint.post("/instructors/activation")
@requires(P.ACTIVATION_ISSUE)
def issue_codes() -> ResponseReturnValue:
    """Fresh codes for those ticked, or for all; shown once, to print or to paste."""
    ids = {int(raw) for raw in request.form.getlist("ids") if raw.isdigit() and len(raw) < 10}
    with transaction():
        waiting = queries.list_without_account(current_scope())
        chosen = waiting if request.form.get("whom") == "all" else [p for p in waiting if p.id in ids]
        slips = accounts_for.issue_codes(chosen, actor=current_actor())
    return render_template(
        "instructor_pool/codes.html", people=slips, activate_url=url_for("accounts.activate", _external=True)
    )
