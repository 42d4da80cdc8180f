"""Answers from the organiser's side: who has not answered, who declined, what clashes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import row_number
from instructor_pool.enums import AnswerSource
from scheduling import notices
from scheduling.forms import RecordAnswerForm, whole
from scheduling.queries import bookings as booking_queries
from scheduling.queries import calls
from scheduling.queries import visits as visit_queries
from scheduling.queries.answers import waiting_table
from scheduling.queries.clashes import Clash, clashes_of, clashes_of_base, list_clashes
from scheduling.services import answering
from scheduling.services.rematching import rematch
from scheduling.views import blueprint
from scheduling.views.own_answer import link_of


@blueprint.get("/answers")
@requires(P.ANSWER_RECORD)
def waiting() -> ResponseReturnValue:
    """Who was asked and has not answered, with a ready message each."""
    table = waiting_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "scheduling/waiting.html", page=table.page(request.args), notices=notices, link_of=link_of
    )


@blueprint.get("/declined")
@requires(P.ANSWER_RECORD)
def declined() -> ResponseReturnValue:
    """Lessons somebody declined and nobody has taken over."""
    bookings = booking_queries.list_declined(current_scope())
    return render_template(
        "scheduling/declined.html",
        bookings=bookings,
        names=booking_queries.names_of(bookings),
        notices=notices,
        calling=calls.open_calls_of([booking.lesson_id for booking in bookings]),
    )


@blueprint.get("/clashes")
@requires(P.SCHEDULE_VIEW)
def clashes() -> ResponseReturnValue:
    """Published bookings that meet an absence, a closure, other opening times or an exit; and visits that do."""
    visits = visit_queries.list_stopped(
        current_actor().scope(P.VISIT_VIEW), current_actor().scope(P.ANSWER_RECORD)
    )
    return render_template(
        "scheduling/clashes.html", clashes=list_clashes(current_scope()), visits=visits, notices=notices
    )


@blueprint.post("/clashes/rematch")
@requires(P.SCHEDULE_EDIT)
def rematch_clashes() -> ResponseReturnValue:
    """Take whoever cannot come out of the plan and match those lessons anew: one person's, one base's, or all."""
    with transaction():
        run_ids = [run.id for run in rematch(_asked_for(), actor=current_actor())]
    flash(gettext("已开始改派。采用方案并发布以前，原来的安排还没有变。"), "success")
    if len(run_ids) > 1:
        return redirect(url_for("scheduling.runs"))
    return redirect(url_for("scheduling.run", run_id=run_ids[0]))


def _asked_for() -> list[Clash]:
    person_id, base_id = (row_number(request.form.get(name)) for name in ("instructor_id", "base_id"))
    scope = current_scope()
    if person_id:
        return clashes_of(scope, person_id)
    return clashes_of_base(scope, base_id) if base_id else list_clashes(scope)


@blueprint.route("/bookings/<int:booking_id>/answer", methods=["GET", "POST"])
@requires(P.ANSWER_RECORD)
def record_answer(booking_id: int) -> ResponseReturnValue:
    """Record what somebody said by phone, WeChat or in person."""
    booking = booking_queries.get_booking(current_scope(), booking_id)
    form = RecordAnswerForm(obj=booking)
    form.offer()
    if request.method == "GET" or not form.validate_on_submit():
        return _page(booking, form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            booking = booking_queries.get_booking(current_scope(), booking_id)
            answering.answer(
                booking,
                accept=form.answer.data == "accept",
                reason=form.reason.data or "",
                source=AnswerSource(form.source.data),
                actor=current_actor(),
                seen=whole(form.version.data) or None,
            )
            class_id, session_id = booking.lesson.class_id, booking.lesson_id
    except RuleBroken as refused:
        booking = booking_queries.get_booking(current_scope(), booking_id)
        refusals.put_errors(form, refused, "answer")
        return _page(booking, form), 422
    flash(gettext("答复已登记。"), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id, _anchor=f"s{session_id}"))


def _page(booking: Any, form: RecordAnswerForm) -> str:
    name = booking_queries.names_of([booking])[booking.id]
    return render_template(
        "scheduling/record_answer.html",
        booking=booking,
        form=form,
        name=name,
        notices=notices,
        link=link_of(booking),
    )
