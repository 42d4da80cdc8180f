"""An instructor's own page, made for a phone: what is asked, what is agreed, what is past."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from scheduling import notices
from scheduling.forms import OwnAnswerForm
from scheduling.queries import bookings as booking_queries
from scheduling.queries import calls as call_queries
from scheduling.views import own_pages
from scheduling.views.own_answer import take_answer


@own_pages.get("/teaching")
@requires(P.OWN_TEACHING)
def index() -> ResponseReturnValue:
    """The assignments to come."""
    user_id = current_actor().user_id or 0
    is_past = request.args.get("past") == "1"
    bookings = booking_queries.list_own(user_id, past=is_past)
    person = booking_queries.instructor_of(user_id)
    return render_template(
        "scheduling/teaching.html",
        person=person,
        bookings=bookings,
        is_past=is_past,
        notices=notices,
        asks=[] if is_past else call_queries.list_own_asks(user_id),
    )


@own_pages.route("/teaching/<int:booking_id>", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def answer(booking_id: int) -> ResponseReturnValue:
    """One assignment: everything about it, and the answer."""
    user_id = current_actor().user_id
    return take_answer(
        lambda: booking_queries.get_own_booking(user_id, booking_id), _page, _said, url_for("teaching.index")
    )


def _said(accept: bool) -> str:
    return gettext("已答复：能来授课。") if accept else gettext("已答复：不能来。组织员会另请他人。")


def _page(booking: Any, form: OwnAnswerForm) -> str:
    return render_template("scheduling/teaching_answer.html", booking=booking, form=form, notices=notices)
