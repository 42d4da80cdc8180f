"""Putting a base right: the order and the answer by organisers, the report by the base's manager."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from bases.forms import AnswerForm, RectifyForm, ReportForm
from bases.queries import bases as base_queries
from bases.queries.filing import list_rectifications
from bases.services import rectifying
from bases.services.life import why_not_bookable
from bases.views import blueprint, own_pages
from bases.views.pages import edit_scope
from core import clock, refusals
from core.db import transaction
from core.errors import RuleBroken


@blueprint.route("/<int:base_id>/rectify", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def rectify(base_id: int) -> ResponseReturnValue:
    """Stop a base until it is put right."""
    base = base_queries.get_kept_base(edit_scope(), base_id)
    form = RectifyForm(version=base.version)
    if request.method == "GET":
        return render_template("bases/rectify.html", base=base, form=form)
    if form.validate():
        try:
            with transaction():
                base = base_queries.get_kept_base(edit_scope(), base_id)
                rectifying.order(
                    base, form.asked.data or "", form.deadline(), actor=current_actor(), seen=form.seen()
                )
        except RuleBroken as refused:
            refusals.put_errors(form, refused, "asked")
            base = base_queries.get_kept_base(edit_scope(), base_id)
        else:
            flash(gettext("已责令整改,整改期间不能预约。已有的预约列在下面,请另行安排。"), "success")
            return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="rectification"))
    return render_template("bases/rectify.html", base=base, form=form), 422


@blueprint.route("/<int:base_id>/rectification", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def answer_rectification(base_id: int) -> ResponseReturnValue:
    """Accept what was put right, or send it back."""
    base = base_queries.get_kept_base(edit_scope(), base_id)
    form = AnswerForm()
    form.offer()
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                base = base_queries.get_kept_base(edit_scope(), base_id)
                accept = form.verdict.data == "yes"
                rectifying.answer(base, accept, form.answer.data or "", form.due.data, actor=current_actor())
        except RuleBroken as refused:
            refusals.put_errors(form, refused, "verdict")
            base = base_queries.get_kept_base(edit_scope(), base_id)
        else:
            flash(gettext("验收已登记。"), "success")
            return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="rectification"))
    page = render_template("bases/rectification.html", **_parts(base), form=form)
    return page, 422 if request.method == "POST" else 200


@own_pages.route("/<int:base_id>/rectification", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def report_rectification(base_id: int) -> ResponseReturnValue:
    """What has to be put right, and the manager's report."""
    user_id = current_actor().user_id or 0
    base = base_queries.get_own_base(user_id, base_id)
    form = ReportForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                base = base_queries.get_own_base(user_id, base_id)
                rectifying.report(base, form.text.data or "", form.upload(), actor=current_actor())
        except RuleBroken as refused:
            refusals.put_errors(form, refused, "text")
            base = base_queries.get_own_base(user_id, base_id)
        else:
            flash(gettext("整改报告已交,等组织员验收。"), "success")
            return redirect(url_for("own_base.report_rectification", base_id=base_id))
    page = render_template("bases/own_rectification.html", **_parts(base), form=form)
    return page, 422 if request.method == "POST" else 200


def _parts(base: Any) -> dict[str, Any]:
    """What both sides see."""
    return {
        "base": base,
        "rectifications": list_rectifications(base.id),
        "not_bookable": why_not_bookable(base),
        "today": clock.today(),
    }
