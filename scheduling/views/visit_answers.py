"""What an organiser heard from a base about a visit, recorded on the base's behalf."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from instructor_pool.enums import AnswerSource
from scheduling.forms import whole
from scheduling.forms.visits import VisitAnswerForm
from scheduling.queries import visits as visit_queries
from scheduling.services import receiving
from scheduling.views.visits import blueprint


@blueprint.route("/<int:visit_id>/answer", methods=["GET", "POST"])
@requires(P.ANSWER_RECORD)
def record_visit_answer(visit_id: int) -> ResponseReturnValue:
    """Yes or no, and how it was heard."""
    visit = visit_queries.get_kept_visit(current_scope(), visit_id)
    form = VisitAnswerForm(version=visit.version, source=AnswerSource.PHONE.value)
    form.offer()
    if request.method == "GET" or not form.validate_on_submit():
        return _page(visit_id, form), 200 if request.method == "GET" else 422
    source = AnswerSource(form.source.data) if form.source.data else AnswerSource.PHONE
    seen = whole(form.version.data) or None
    try:
        with transaction():
            visit = visit_queries.get_kept_visit(current_scope(), visit_id)
            if form.answer.data == "accept":
                receiving.confirm(visit, actor=current_actor(), source=source, seen=seen)
            else:
                receiving.decline(
                    visit, form.reason.data or "", actor=current_actor(), source=source, seen=seen
                )
    except RuleBroken as refused:
        put_errors(form, refused, "answer")
        return _page(visit_id, form), 422
    flash(gettext("答复已登记。"), "success")
    return redirect(url_for("visits.show", visit_id=visit_id))


def _page(visit_id: int, form: VisitAnswerForm) -> str:
    visit = visit_queries.get_kept_visit(current_scope(), visit_id)
    return render_template(
        "scheduling/visit_answer.html", visit=visit, form=form, when=visit_queries.when_of(visit)
    )
