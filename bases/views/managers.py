"""Activation codes for base managers."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.queries import activation as queries
from bases.services.managers import issue_codes
from bases.views import blueprint
from core.db import transaction
from core.tables import wants_export
from core.web import row_numbers


@blueprint.get("/activation")
@requires(P.ACTIVATION_ISSUE)
def activation() -> ResponseReturnValue:
    """Bases whose manager has yet to activate an account."""
    table = queries.activation_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("bases/activation.html", page=table.page(request.args), most=queries.MOST_CODES)


@blueprint.post("/activation")
@requires(P.ACTIVATION_ISSUE)
def issue() -> ResponseReturnValue:
    """Fresh codes for the bases ticked, or for the first that have a contact; shown once."""
    ids = row_numbers(request.form.getlist("ids"))
    everyone = request.form.get("whom") == "all"
    with transaction():
        chosen = queries.list_without_account(current_scope(), None if everyone else ids)
        slips = issue_codes(chosen, actor=current_actor())
    return render_template(
        "bases/codes.html", people=slips, activate_url=url_for("accounts.activate", _external=True)
    )
