"""A base manager's own page: who comes today, tomorrow and later, what waits for a yes or no, and who is there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from core import qr
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from scheduling import notices
from scheduling.enums import CheckInSource
from scheduling.forms import OwnAnswerForm, whole
from scheduling.forms.visits import CheckInForm, VisitAnswerForm
from scheduling.queries import base_days
from scheduling.queries import bookings as booking_queries
from scheduling.queries import visits as visit_queries
from scheduling.services import receiving, site_codes
from scheduling.views import own_pages
from scheduling.views.own_answer import take_answer


def _user() -> int:
    return current_actor().user_id or 0


@own_pages.get("/base-bookings")
@requires(P.OWN_BASE)
def base_bookings() -> ResponseReturnValue:
    """Sessions and visits at the manager's bases: to confirm, today, tomorrow, later; or the past ones."""
    is_past = request.args.get("past") == "1"
    return render_template(
        "scheduling/base_bookings.html",
        bases=booking_queries.bases_of(_user()),
        parts=base_days.past(_user()) if is_past else base_days.coming(_user()),
        is_past=is_past,
        notices=notices,
    )


@own_pages.route("/base-bookings/<int:booking_id>", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def base_answer(booking_id: int) -> ResponseReturnValue:
    """One session's booking: everything about it, and the answer."""
    return take_answer(
        lambda: booking_queries.get_base_booking(_user(), booking_id),
        _page,
        _said,
        url_for("teaching.base_bookings"),
    )


def _said(accept: bool) -> str:
    return gettext("已确认接待。") if accept else gettext("已答复：不能接待。组织员会另找地方。")


def _page(booking: Any, form: OwnAnswerForm) -> str:
    name = booking_queries.names_of([booking])[booking.id]
    return render_template(
        "scheduling/base_answer.html", booking=booking, form=form, name=name, notices=notices
    )


@own_pages.route("/base-bookings/visits/<int:visit_id>", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def base_visit(visit_id: int) -> ResponseReturnValue:
    """One visit: everything about it, how the unit keeps what it books, and the answer."""
    visit = visit_queries.get_base_visit(_user(), visit_id)
    form = VisitAnswerForm(version=visit.version)
    form.offer()
    if request.method == "GET" or not form.validate_on_submit():
        return _visit_page(visit_id, form), 200 if request.method == "GET" else 422
    accept, seen = form.answer.data == "accept", whole(form.version.data) or None
    try:
        with transaction():
            visit = visit_queries.get_base_visit(_user(), visit_id)
            if accept:
                receiving.confirm(visit, actor=current_actor(), seen=seen)
            else:
                receiving.decline(visit, form.reason.data or "", actor=current_actor(), seen=seen)
    except RuleBroken as refused:
        put_errors(form, refused, "reason")
        return _visit_page(visit_id, form), 422
    flash(gettext("已确认接待。") if accept else gettext("已答复：不能接待。对方可以另选时间。"), "success")
    return redirect(url_for("teaching.base_bookings"))


def _visit_page(visit_id: int, form: VisitAnswerForm) -> str:
    visit = visit_queries.get_base_visit(_user(), visit_id)
    return render_template(
        "scheduling/base_visit.html",
        visit=visit,
        form=form,
        badge_of_state=visit_queries.state_badge(visit),
        when=visit_queries.when_of(visit),
        record=visit_queries.record_of(visit.unit_id),
        booking=base_days.standing(visit),
        has_begun=base_days.has_begun(visit),
    )


@own_pages.post("/base-bookings/visits/<int:visit_id>/no-show")
@requires(P.OWN_BASE)
def no_show(visit_id: int) -> ResponseReturnValue:
    """Nobody came."""
    with transaction():
        visit = visit_queries.get_base_visit(_user(), visit_id)
        seen = whole(request.form.get("version")) or None
        receiving.mark_no_show(visit, actor=current_actor(), seen=seen)
    flash(gettext("已登记未到。来过的话可以再签到更正。"), "success")
    return redirect(url_for("teaching.base_visit", visit_id=visit_id))


@own_pages.route("/base-bookings/<int:booking_id>/check-in", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def base_check_in(booking_id: int) -> ResponseReturnValue:
    """The code to be scanned on site, and the same by hand."""
    booking = base_days.get_party(_user(), booking_id)
    form = CheckInForm(people=booking.party.people, groups=booking.party.groups)
    if request.method == "GET" or not form.validate_on_submit():
        return _check_in_page(booking_id, form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            booking = base_days.get_party(_user(), booking_id)
            receiving.check_in(
                booking,
                form.people.data or 0,
                form.groups.data or 1,
                actor=current_actor(),
                source=CheckInSource.BASE,
            )
    except RuleBroken as refused:
        put_errors(form, refused, "people")
        return _check_in_page(booking_id, form), 422
    flash(gettext("已签到。"), "success")
    return redirect(url_for("teaching.base_bookings"))


def _check_in_page(booking_id: int, form: CheckInForm) -> str:
    booking = base_days.get_party(_user(), booking_id)
    minutes = base_days.code_minutes(booking)
    code = site_codes.make_code(booking.id, minutes)
    address = url_for("teaching.check_in", code=code, _external=True)
    return render_template(
        "scheduling/base_check_in.html",
        booking=booking,
        form=form,
        picture=qr.picture(address),
        minutes=minutes,
        when=base_days.when_of(booking),
        came=base_days.check_in_of(booking),
        can_check_in=base_days.can_check_in(booking),
    )
