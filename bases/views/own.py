"""A base manager's own pages: the base at a glance, its days off, hours and contact."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from bases.forms import ClosureForm, ContactForm, read_spans
from bases.forms.opening import month_day_text
from bases.queries import bases as base_queries
from bases.queries.closures import get_closure, list_closures
from bases.queries.opening import list_seasons
from bases.services import closures, register
from bases.services.life import why_not_bookable
from bases.views import own_pages
from core import clock, refusals
from core.db import transaction
from core.errors import RuleBroken
from core.when import WEEKDAYS


def _user() -> int:
    return current_actor().user_id or 0


@own_pages.get("/")
@requires(P.OWN_BASE)
def index() -> ResponseReturnValue:
    """The manager's bases."""
    return _page(None, ClosureForm(formdata=None))


def _page(base_id: int | None, form: ClosureForm) -> str:
    bases = base_queries.list_own_bases(_user())
    return render_template(
        "bases/own.html",
        bases=bases,
        closures={base.id: list_closures(base.id, clock.today()) for base in bases},
        seasons={base.id: list_seasons(base.id) for base in bases},
        month_day=month_day_text,
        not_bookable={base.id: why_not_bookable(base) for base in bases},
        tones=base_queries.TONES,
        weekdays=WEEKDAYS,
        form=form,
        at=base_id,
    )


@own_pages.post("/<int:base_id>/closures")
@requires(P.OWN_BASE)
def close(base_id: int) -> ResponseReturnValue:
    """Close days."""
    form = ClosureForm()
    base_queries.get_own_base(_user(), base_id)
    if not form.validate_on_submit():
        return _page(base_id, form), 422
    try:
        with transaction():
            base = base_queries.get_own_base(_user(), base_id)
            closures.close_days(base, *form.span(), actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "reason")
        return _page(base_id, form), refused.status
    flash(gettext("已登记闭馆。这些日子已有的预约没有取消，请到预约里逐个答复。"), "success")
    return redirect(url_for("own_base.index"))


@own_pages.post("/<int:base_id>/closures/<int:closure_id>/reopen")
@requires(P.OWN_BASE)
def reopen(base_id: int, closure_id: int) -> ResponseReturnValue:
    """Take a closure back."""
    with transaction():
        base = base_queries.get_own_base(_user(), base_id)
        closures.reopen(base, get_closure(base, closure_id), actor=current_actor())
    flash(gettext("已取消闭馆。"), "success")
    return redirect(url_for("own_base.index"))


@own_pages.route("/<int:base_id>/hours", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def hours(base_id: int) -> ResponseReturnValue:
    """The weekly opening times."""
    base = base_queries.get_own_base(_user(), base_id)
    typed = request.form
    wrong: dict[int, str] = {}
    if request.method == "POST":
        spans, wrong = read_spans(typed)
        if not wrong:
            with transaction():
                register.set_hours(base_queries.get_own_base(_user(), base_id), spans, actor=current_actor())
            flash(gettext("开放时段已保存。"), "success")
            return redirect(url_for("own_base.index"))
    back = url_for("own_base.index")
    page = render_template(
        "bases/hours.html", base=base, typed=typed, wrong=wrong, weekdays=WEEKDAYS, back=back
    )
    return page, 422 if wrong else 200


@own_pages.route("/<int:base_id>/contact", methods=["GET", "POST"])
@requires(P.OWN_BASE)
def contact(base_id: int) -> ResponseReturnValue:
    """Who to call."""
    base = base_queries.get_own_base(_user(), base_id)
    form = ContactForm(contact_name=base.contact_name, version=base.version)
    if request.method == "GET" or not form.validate_on_submit():
        status = 200 if request.method == "GET" else 422
        return render_template("bases/contact.html", base=base, form=form), status
    with transaction():
        base = base_queries.get_own_base(_user(), base_id)
        base.expect_version(form.seen())
        register.set_contact(base, *form.name_and_phone(), actor=current_actor())
    flash(gettext("联系方式已保存。"), "success")
    return redirect(url_for("own_base.index"))
