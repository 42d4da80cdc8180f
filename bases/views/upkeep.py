"""Venues, opening times, closures and the contact's telephone, for organisers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from bases.forms import ClosureForm, RevealForm, VenueForm, read_spans
from bases.queries import bases as base_queries
from bases.queries.closures import get_closure
from bases.services import closures, managers, register, venues
from bases.views import blueprint
from bases.views.pages import base_page, edit_scope
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from core.when import WEEKDAYS


@blueprint.route("/<int:base_id>/venues/new", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def add_venue(base_id: int) -> ResponseReturnValue:
    """A further venue."""
    return _venue(base_id, None)


@blueprint.route("/<int:base_id>/venues/<int:venue_id>", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def edit_venue(base_id: int, venue_id: int) -> ResponseReturnValue:
    """Change a venue."""
    return _venue(base_id, venue_id)


def _venue(base_id: int, venue_id: int | None) -> ResponseReturnValue:
    base = base_queries.get_kept_base(edit_scope(), base_id)
    venue = base_queries.get_venue(base, venue_id) if venue_id else None
    form = VenueForm(obj=venue, use="shared" if venue and venue.groups > 1 else "exclusive")
    if request.method == "GET" or not form.validate_on_submit():
        status = 200 if request.method == "GET" else 422
        return render_template("bases/venue.html", base=base, venue=venue, form=form), status
    fields = form.fields()
    try:
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            if venue_id is None:
                venues.add_venue(base, fields, actor=current_actor())
            else:
                venue = base_queries.get_venue(base, venue_id)
                venues.amend_venue(venue, fields, actor=current_actor(), seen=form.seen())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "name")
        base = base_queries.get_kept_base(edit_scope(), base_id)
        return render_template("bases/venue.html", base=base, venue=venue, form=form), refused.status
    flash(gettext("教学点已保存。"), "success")
    return redirect(url_for("bases.show", base_id=base_id))


@blueprint.post("/<int:base_id>/venues/<int:venue_id>/shut")
@requires(P.BASE_EDIT)
def shut_venue(base_id: int, venue_id: int) -> ResponseReturnValue:
    """Take a venue out of use, or back."""
    with transaction():
        base = base_queries.get_kept_base(edit_scope(), base_id)
        shut = request.form.get("shut") == "1"
        venues.shut_venue(base_queries.get_venue(base, venue_id), shut, actor=current_actor())
    flash(gettext("教学点已停用，不再安排。") if shut else gettext("教学点已恢复使用。"), "success")
    return redirect(url_for("bases.show", base_id=base_id))


@blueprint.route("/<int:base_id>/hours", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def hours(base_id: int) -> ResponseReturnValue:
    """The weekly opening times."""
    base = base_queries.get_kept_base(edit_scope(), base_id)
    back = url_for("bases.show", base_id=base_id)
    typed = request.form
    wrong: dict[int, str] = {}
    if request.method == "POST":
        spans, wrong = read_spans(typed)
        if not wrong:
            with transaction():
                base = base_queries.get_kept_base(edit_scope(), base_id)
                register.set_hours(base, spans, actor=current_actor())
            flash(gettext("开放时段已保存。"), "success")
            return redirect(back)
    page = render_template(
        "bases/hours.html", base=base, typed=typed, wrong=wrong, weekdays=WEEKDAYS, back=back
    )
    return page, 422 if wrong else 200


@blueprint.post("/<int:base_id>/closures")
@requires(P.BASE_EDIT)
def close(base_id: int) -> ResponseReturnValue:
    """Close days."""
    form = ClosureForm()
    if not form.validate_on_submit():
        return base_page(base_id, closure=form), 422
    try:
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            closures.close_days(base, *form.span(), actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "reason")
        return base_page(base_id, closure=form), refused.status
    flash(gettext("已登记闭馆。期间的预约没有取消，请在下面的预约里另行安排。"), "success")
    return redirect(url_for("bases.show", base_id=base_id))


@blueprint.post("/<int:base_id>/closures/<int:closure_id>/reopen")
@requires(P.BASE_EDIT)
def reopen(base_id: int, closure_id: int) -> ResponseReturnValue:
    """Take a closure back."""
    with transaction():
        base = base_queries.get_kept_base(edit_scope(), base_id)
        closures.reopen(base, get_closure(base, closure_id), actor=current_actor())
    flash(gettext("已取消闭馆。"), "success")
    return redirect(url_for("bases.show", base_id=base_id))


@blueprint.post("/<int:base_id>/phone")
@requires(P.BASE_EDIT)
def reveal(base_id: int) -> ResponseReturnValue:
    """The contact's telephone in plain, once, with a reason that is kept."""
    form = RevealForm()
    if not form.validate_on_submit():
        return base_page(base_id, reveal=form), 422
    try:
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            phone = managers.reveal_phone(base, form.reason.data or "", actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "reason")
        return base_page(base_id, reveal=form), refused.status
    return base_page(base_id, phone=phone)
