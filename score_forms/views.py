"""The forms in use, and the running total of a sheet being filled in."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import requires
from score_forms import queries, rules
from score_forms.forms import read_sheet

blueprint = Blueprint("score_forms", __name__, url_prefix="/score-forms")


@blueprint.get("/")
@requires(P.SCORE_VIEW)
def index() -> ResponseReturnValue:
    """Every form with its indicators."""
    return render_template("score_forms/list.html", forms=queries.list_forms())


@blueprint.get("/<int:form_id>/total")
@requires(P.SCORE_VIEW)
def total(form_id: int) -> ResponseReturnValue:
    """The total of what has been typed so far; nothing is kept."""
    form = queries.get_form(form_id)
    sheet = read_sheet(form.lines, request.args)
    wrong = rules.faults(form.lines, sheet.marks)
    usable = {key: mark for key, mark in sheet.marks.items() if wrong.get(key) is None}
    left = sum(1 for fault in wrong.values() if fault == "missing")
    return render_template(
        "score_forms/_total.html", form=form, outcome=rules.total(form.lines, usable), left=left
    )
