"""答复和接替: a level's figures for asking, reminding, waves and freezes."""

from __future__ import annotations

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_root_unit
from accounts.web import current_actor, current_scope, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from scheduling.forms.answers import PolicyForm, ThawForm
from scheduling.queries import sessions as session_queries
from scheduling.queries import thaws
from scheduling.queries.policies import policy_of
from scheduling.services import freezing, policies
from scheduling.views import blueprint


@blueprint.route("/answer-policy", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def answer_policy() -> ResponseReturnValue:
    """How the level asks."""
    unit = get_root_unit(current_scope())
    form = PolicyForm(data=asdict(policy_of(unit.id)))
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("scheduling/answer_policy.html", form=form, unit=unit)
        return page, 200 if request.method == "GET" else 422
    try:
        with transaction():
            policies.set_policy(get_root_unit(current_scope()), form.policy(), actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "days_to_answer")
        unit = get_root_unit(current_scope())
        return render_template("scheduling/answer_policy.html", form=form, unit=unit), 422
    flash(gettext("已保存。以后发出的通知按新的期限。"), "success")
    return redirect(url_for("scheduling.answer_policy"))


@blueprint.route("/sessions/<int:session_id>/thaw", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def thaw_session(session_id: int) -> ResponseReturnValue:
    """Say why a near lesson is changed; then it may be, for some hours."""
    form = ThawForm()
    if request.method == "GET" or not form.validate_on_submit():
        return _thaw_page(session_id, form), 200 if request.method == "GET" else 422
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        freezing.thaw(row, form.reason.data or "", actor=current_actor())
    flash(gettext("已解冻 %(n)s 小时，理由已记下。", n=freezing.HOURS), "success")
    return redirect(url_for("scheduling.show_session", session_id=session_id))


def _thaw_page(session_id: int, form: ThawForm) -> str:
    row = session_queries.get_own_session(current_scope(), session_id)
    return render_template(
        "scheduling/thaw.html", row=row, form=form, thaws=thaws.list_thaws(row), hours=freezing.HOURS
    )
