"""Review panels: seating one, scoring a candidate alone, closing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from instructor_pool import queries
from instructor_pool.enums import PoolAction
from instructor_pool.forms import PanelForm, RecuseForm
from instructor_pool.rules.panels import FEWEST_REVIEWERS
from instructor_pool.services import batches, reviewing
from instructor_pool.services import life as steps
from instructor_pool.views.blueprint import blueprint
from score_forms.forms import SheetInput, read_sheet


@blueprint.route("/instructors/<int:instructor_id>/panel", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def panel(instructor_id: int) -> ResponseReturnValue:
    """Seat a review panel."""
    person = queries.get_instructor(current_scope(), instructor_id)
    steps.check_step(person, PoolAction.REVIEW, actor=current_actor())
    offered = queries.list_evaluators(person)
    form = PanelForm()
    form.reviewers.choices = [
        (u.id, gettext("%(name)s(待评 %(n)s 项)", name=u.name, n=n)) for u, n in offered
    ]
    if request.method == "POST" and form.validate_on_submit():
        try:
            with transaction():
                row = queries.get_instructor(current_scope(), instructor_id)
                chosen = [
                    u for u, _n in queries.list_evaluators(row) if u.id in set(form.reviewers.data or ())
                ]
                reviewing.open_panel(row, chosen, due=form.due.data, actor=current_actor())
        except RuleBroken as refused:
            put_errors(form, refused, "reviewers")
            person = queries.get_instructor(current_scope(), instructor_id)
        else:
            flash(gettext("评审组已组成，评审人会在待办里看到。"), "success")
            return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))
    page = render_template(
        "instructor_pool/panel.html", form=form, person=person, fewest=FEWEST_REVIEWERS, offered=len(offered)
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/instructors/<int:instructor_id>/panel/close")
@requires(P.POOL_EDIT)
def close_panel(instructor_id: int) -> ResponseReturnValue:
    """Count the sheets."""
    with transaction():
        person = queries.get_instructor(current_scope(), instructor_id)
        found = queries.find_open_panel(person.id)
        if found is None:
            raise NotFound(gettext("没有正在进行的评审。"))
        reviewing.close_review(found, actor=current_actor())
        mean, passed = found.mean, found.passed
    if passed:
        flash(gettext("评审通过，平均 %(mean)s 分。", mean=mean), "success")
    else:
        flash(gettext("评审没有通过，平均 %(mean)s 分。", mean=mean), "warning")
    return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))


@blueprint.get("/instructors/reviews")
@requires(P.CANDIDATE_SCORE)
def reviews() -> ResponseReturnValue:
    """The actor's own reviews."""
    listing = queries.seats_table(current_actor())
    if wants_export(request.args):
        return listing.export(request.args)
    following = queries.find_next_seat(current_actor())
    return render_template(
        "instructor_pool/reviews.html", page=listing.page(request.args), following=following
    )


@blueprint.route("/instructors/reviews/<int:panel_id>", methods=["GET", "POST"])
@requires(P.CANDIDATE_SCORE)
def review(panel_id: int) -> ResponseReturnValue:
    """Score one candidate; the others' sheets appear only after one's own is in."""
    seat = queries.get_own_seat(current_actor(), panel_id)
    if request.method == "GET":
        return _page(seat, SheetInput())
    sheet = read_sheet(seat.panel.form.lines, request.form)
    try:
        with transaction():
            mine = queries.get_own_seat(current_actor(), panel_id)
            reviewing.score_candidate(mine.panel, sheet.marks, sheet.comment, actor=current_actor())
    except RuleBroken as refused:
        if not refused.violations:
            raise
        sheet.errors.update({v.subject: v.sentence for v in refused.violations})
        seat = queries.get_own_seat(current_actor(), panel_id)
        return _page(seat, sheet), 422
    if request.form.get("then") != "next":
        flash(gettext("评分表已交。"), "success")
        return redirect(url_for("instructor_pool.review", panel_id=panel_id))
    following = queries.find_next_seat(current_actor())
    if following is None:
        flash(gettext("评分表已交，您手上的都评完了。"), "success")
        return redirect(url_for("instructor_pool.reviews"))
    flash(gettext("评分表已交，这是下一位。"), "success")
    return redirect(url_for("instructor_pool.review", panel_id=following.panel_id))


@blueprint.route("/instructors/reviews/<int:panel_id>/recuse", methods=["GET", "POST"])
@requires(P.CANDIDATE_SCORE)
def recuse(panel_id: int) -> ResponseReturnValue:
    """Declare a conflict and leave the panel."""
    seat = queries.get_own_seat(current_actor(), panel_id)
    form = RecuseForm()
    if request.method == "POST" and form.validate_on_submit():
        try:
            with transaction():
                mine = queries.get_own_seat(current_actor(), panel_id)
                batches.recuse(mine, form.reason.data or "", actor=current_actor())
        except RuleBroken as refused:
            put_errors(form, refused, "reason")
            seat = queries.get_own_seat(current_actor(), panel_id)
        else:
            flash(gettext("已回避，不再请您评审这位候选人。"), "success")
            return redirect(url_for("instructor_pool.reviews"))
    page = render_template("instructor_pool/recuse.html", form=form, seat=seat)
    return (page, 422) if request.method == "POST" else page


def _page(seat: Any, sheet: SheetInput) -> str:
    person_id = seat.panel.instructor_id
    return render_template(
        "instructor_pool/review.html",
        seat=seat,
        form=seat.panel.form,
        sheet=sheet,
        attachments=queries.list_attachments(person_id),
        nominations=queries.list_nominations(person_id),
    )
