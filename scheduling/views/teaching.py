"""An instructor's own page, made for a phone: what is asked, what is agreed, what is past."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from scheduling import notices
from scheduling.forms import OwnAnswerForm, whole
from scheduling.queries import bookings as booking_queries
from scheduling.services import answering
from scheduling.views import own_pages


@own_pages.get("/teaching")
@requires(P.OWN_TEACHING)
def index() -> ResponseReturnValue:
    """The assignments to come."""
    user_id = current_actor().user_id or 0
    is_past = request.args.get("past") == "1"
    bookings = booking_queries.list_own(user_id, past=is_past)
    person = booking_queries.instructor_of(user_id)
    return render_template(
        "scheduling/teaching.html", person=person, bookings=bookings, is_past=is_past, notices=notices
    )


@own_pages.route("/teaching/<int:booking_id>", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def answer(booking_id: int) -> ResponseReturnValue:
    """One assignment: everything about it, and the answer."""
    user_id = current_actor().user_id
    booking = booking_queries.get_own_booking(user_id, booking_id)
    form = OwnAnswerForm(obj=booking)
    if request.method == "GET" or not form.validate_on_submit():
        return _page(booking, form), 200 if request.method == "GET" else 422
    accept = form.answer.data == "accept"
    try:
        with transaction():
            booking = booking_queries.get_own_booking(user_id, booking_id)
            reason = form.reason.data or ""
            answering.answer(
                booking,
                accept=accept,
                reason=reason,
                actor=current_actor(),
                seen=whole(form.version.data) or None,
            )
    except RuleBroken as refused:
        booking = booking_queries.get_own_booking(user_id, booking_id)
        refusals.put_errors(form, refused, "reason")
        return _page(booking, form), 422
    flash(gettext("已答复:能来授课。") if accept else gettext("已答复:不能来。组织员会另请他人。"), "success")
    return redirect(url_for("teaching.index"))


def _page(booking: Any, form: OwnAnswerForm) -> str:
    return render_template("scheduling/teaching_answer.html", booking=booking, form=form, notices=notices)
