"""Activation codes: who has no account yet, a list to print, a text to paste for each."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import row_numbers
from instructor_pool import queries
from instructor_pool.services import activation as accounts_for
from instructor_pool.views.blueprint import blueprint


@blueprint.get("/instructors/activation")
@requires(P.ACTIVATION_ISSUE)
def activation() -> ResponseReturnValue:
    """People in the pool who have yet to activate an account."""
    table = queries.activation_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "instructor_pool/activation.html", page=table.page(request.args), most=queries.MOST_CODES
    )


@blueprint.post("/instructors/activation")
@requires(P.ACTIVATION_ISSUE)
def issue_codes() -> ResponseReturnValue:
    """Fresh codes for those ticked, or for all (at most 500 at once); shown once, to print or to paste."""
    ids = row_numbers(request.form.getlist("ids"))
    everybody = request.form.get("whom") == "all"
    with transaction():
        chosen = queries.list_without_account(current_scope(), None if everybody else ids)
        if ids and not chosen:
            raise RuleBroken(gettext("选中的人都已激活账号，不用再发激活码。"))
        slips = accounts_for.issue_codes(chosen, actor=current_actor())
    return render_template(
        "instructor_pool/codes.html", people=slips, activate_url=url_for("accounts.activate", _external=True)
    )
