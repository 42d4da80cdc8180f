"""Putting a base right: the order and the answer by organisers, the report by the base's manager."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
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


@blueprint.route("/<int:base_id>/rectify", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def rectify(base_id: int) -> ResponseReturnValue:
    """Stop a base until it is put right."""
    form = RectifyForm(version=_kept(base_id).version)

    def order() -> None:
        asked, due = form.asked.data or "", form.deadline()
        rectifying.order(_kept(base_id), asked, due, actor=current_actor(), seen=form.seen())

    if form.is_submitted() and form.validate() and refusals.went_in(form, "asked", order):
        flash(gettext("已责令整改，整改期间不能预约。已有的预约列在下面，请另行安排。"), "success")
        return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="rectification"))
    page = render_template("bases/rectify.html", base=_kept(base_id), form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<int:base_id>/rectification", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def answer_rectification(base_id: int) -> ResponseReturnValue:
    """Accept what was put right, or send it back."""
    form = AnswerForm()
    form.offer()

    def answer() -> None:
        accept, said = form.verdict.data == "yes", form.answer.data or ""
        rectifying.answer(_kept(base_id), accept, said, form.due.data, actor=current_actor())

    if form.is_submitted() and form.validate() and refusals.went_in(form, "verdict", answer):
        flash(gettext("验收已登记。"), "success")
        return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="rectification"))
    page = render_template("bases/rectification.html", **_parts(_kept(base_id)), form=form)
    return page, 422 if form.is_submitted() else 200


@own_pages.route("/<int:base_id>/rectification", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def report_rectification(base_id: int) -> ResponseReturnValue:
    """What has to be put right, and the manager's report."""
    form = ReportForm()

    def report() -> None:
        rectifying.report(_own(base_id), form.text.data or "", form.upload(), actor=current_actor())

    if form.is_submitted() and form.validate() and refusals.went_in(form, "text", report):
        flash(gettext("整改报告已交，等组织员验收。"), "success")
        return redirect(url_for("own_base.report_rectification", base_id=base_id))
    page = render_template("bases/own_rectification.html", **_parts(_own(base_id)), form=form)
    return page, 422 if form.is_submitted() else 200


def _kept(base_id: int) -> Any:
    return base_queries.get_kept_base(edit_scope(), base_id)


def _own(base_id: int) -> Any:
    return base_queries.get_own_base(current_actor().user_id or 0, base_id)


def _parts(base: Any) -> dict[str, Any]:
    """What both sides see."""
    return {
        "base": base,
        "rectifications": list_rectifications(base.id),
        "not_bookable": why_not_bookable(base),
        "today": clock.today(),
    }
