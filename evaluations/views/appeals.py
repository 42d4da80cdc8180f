"""Appeals against scores: an instructor's own, and those who answer them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from evaluations.forms import AppealForm, DecisionForm
from evaluations.queries import appeals as queries
from evaluations.services import appeals as services
from evaluations.views import blueprint
from instructor_pool.queries import get_own


@blueprint.get("/scores/appeals")
@requires(P.SCORE_VIEW)
def appeals() -> ResponseReturnValue:
    """Appeals of the scope, those that wait first."""
    table = queries.appeals_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("evaluations/appeals.html", page=table.page(request.args))


@blueprint.get("/scores/appeals/<int:appeal_id>")
@requires(P.SCORE_VIEW)
def appeal(appeal_id: int) -> ResponseReturnValue:
    """One appeal with the score it is about, and the answer."""
    return _page(appeal_id, DecisionForm(formdata=None))


def _page(appeal_id: int, form: DecisionForm) -> str:
    found = queries.get_appeal(current_scope(P.SCORE_VIEW), appeal_id)
    form.version.data = str(found.version)
    return render_template(
        "evaluations/appeal.html",
        appeal=found,
        badge_of=queries.appeal_badge,
        total=queries.total_of(found),
        form=form,
        may_decide=current_actor().scope(P.APPEAL_DECIDE).covers(found.instructor.owner.path),
    )


@blueprint.post("/scores/appeals/<int:appeal_id>/<any(uphold, reject, reopen):word>")
@requires(P.APPEAL_DECIDE)
def answer_appeal(appeal_id: int, word: str) -> ResponseReturnValue:
    """Uphold it, leave the score as it is, or take the answer back."""
    form = DecisionForm()
    queries.get_appeal(current_scope(), appeal_id)
    if not form.validate_on_submit():
        return _page(appeal_id, form), 422
    try:
        with transaction():
            found = queries.get_appeal(current_scope(), appeal_id)
            opinion, actor = form.opinion.data or "", current_actor()
            if word == "reopen":
                services.reopen(found, reason=opinion, actor=actor, seen=form.seen)
            else:
                services.decide(found, upheld=word == "uphold", opinion=opinion, actor=actor, seen=form.seen)
            said, name, rating = found.state.label, found.instructor.name, found.instructor.rating
    except RuleBroken as refused:
        put_errors(form, refused, "opinion")
        return _page(appeal_id, form), 422
    flash(
        gettext("申诉%(state)s，%(name)s 现在 %(rating)s 分。", state=said, name=name, rating=rating),
        "success",
    )
    return redirect(url_for("evaluations.appeal", appeal_id=appeal_id))


@blueprint.route("/me/rating/scores/<int:score_id>/appeal", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def appeal_score(score_id: int) -> ResponseReturnValue:
    """Say what is wrong with a supervisor's score."""
    return _file(lambda: queries.get_own_score(get_own(current_actor()), score_id))


@blueprint.route("/me/rating/rounds/<int:round_id>/appeal", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def appeal_round(round_id: int) -> ResponseReturnValue:
    """Say what is wrong with what trainees gave."""
    return _file(lambda: queries.get_own_round(get_own(current_actor()), round_id))


def _file(get: Callable[[], Any]) -> ResponseReturnValue:
    form, against = AppealForm(), get()
    if request.method == "POST" and form.validate_on_submit():
        try:
            with transaction():
                person = get_own(current_actor())
                services.file_appeal(person, get(), form.reason.data or "", actor=current_actor())
        except RuleBroken as refused:
            put_errors(form, refused, "reason")
            against = get()
        else:
            flash(gettext("申诉已提交，处理结果会发到消息里。"), "success")
            return redirect(url_for("evaluations.own_rating"))
    page = render_template("evaluations/appeal_form.html", form=form, row=against.session)
    return page, 200 if request.method == "GET" else 422


@blueprint.post("/me/rating/appeals/<int:appeal_id>/withdraw")
@requires(P.OWN_TEACHING)
def withdraw_appeal(appeal_id: int) -> ResponseReturnValue:
    """Take one's appeal back."""
    with transaction():
        found = queries.get_own_appeal(get_own(current_actor()), appeal_id)
        services.withdraw(found, actor=current_actor())
    flash(gettext("申诉已撤回。"), "success")
    return redirect(url_for("evaluations.own_rating"))
