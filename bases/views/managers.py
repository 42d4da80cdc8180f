"""Activation codes for base managers."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.queries.bases import list_without_account
from bases.services.managers import issue_codes
from bases.views import blueprint
from core.db import transaction
from core.web import row_numbers


@blueprint.get("/activation")
@requires(P.ACTIVATION_ISSUE)
def activation() -> ResponseReturnValue:
    """Bases whose manager has yet to activate an account."""
    return render_template("bases/activation.html", bases=list_without_account(current_scope()))


@blueprint.post("/activation")
@requires(P.ACTIVATION_ISSUE)
def issue() -> ResponseReturnValue:
    """Fresh codes for the bases ticked, or for all that have a contact; shown once."""
    ids = set(row_numbers(request.form.getlist("ids")))
    with transaction():
        waiting = list_without_account(current_scope())
        everyone = request.form.get("whom") == "all"
        chosen = [base for base in waiting if (everyone and base.contact_name) or base.id in ids]
        slips = issue_codes(chosen, actor=current_actor())
    return render_template(
        "bases/codes.html", people=slips, activate_url=url_for("accounts.activate", _external=True)
    )
