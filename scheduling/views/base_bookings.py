"""A base manager's own page: who comes today and later, and what waits for a yes or no."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from core import clock
from scheduling import notices
from scheduling.enums import BookingState
from scheduling.forms import OwnAnswerForm
from scheduling.queries import bookings as booking_queries
from scheduling.views import own_pages
from scheduling.views.own_answer import take_answer


@own_pages.get("/base-bookings")
@requires(P.OWN_BASE)
def base_bookings() -> ResponseReturnValue:
    """Bookings of the manager's bases: to confirm, today, later; or the past ones."""
    user_id = current_actor().user_id or 0
    is_past = request.args.get("past") == "1"
    found = booking_queries.list_for_bases(user_id, past=is_past)
    today = clock.today()
    return render_template(
        "scheduling/base_bookings.html",
        bases=booking_queries.bases_of(user_id),
        to_confirm=[b for b in found if b.state is BookingState.HELD and not is_past],
        today=[b for b in found if b.day == today and b.state is BookingState.CONFIRMED],
        later=[b for b in found if b.day != today and (b.state is BookingState.CONFIRMED or is_past)],
        names=booking_queries.names_of(found),
        is_past=is_past,
        notices=notices,
    )


@own_pages.route("/base-bookings/<int:booking_id>", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def base_answer(booking_id: int) -> ResponseReturnValue:
    """One booking: everything about it, and the answer."""
    user_id = current_actor().user_id
    return take_answer(
        lambda: booking_queries.get_base_booking(user_id, booking_id),
        _page,
        _said,
        url_for("teaching.base_bookings"),
    )


def _said(accept: bool) -> str:
    return gettext("已确认接待。") if accept else gettext("已答复:不能接待。组织员会另找地方。")


def _page(booking: Any, form: OwnAnswerForm) -> str:
    name = booking_queries.names_of([booking])[booking.id]
    return render_template(
        "scheduling/base_answer.html", booking=booking, form=form, name=name, notices=notices
    )
