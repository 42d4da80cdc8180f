"""Borrowed instructors: asking, answering, ending, the unit's quota, and who lent how much to whom."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from core.when import days_text
from instructor_pool.queries import get_instructor
from scheduling.enums import LoanState
from scheduling.forms import GrantForm, LendingQuotaForm, LoanForm, whole
from scheduling.queries import lending as lending_queries
from scheduling.queries import loans as loan_queries
from scheduling.queries.choices import planning_unit
from scheduling.services import lending

blueprint = Blueprint("loans", __name__, url_prefix="/loans")


def _this_year() -> int:
    return clock.today().year


@blueprint.get("/")
@requires(P.LOAN_VIEW)
def asked() -> ResponseReturnValue:
    """What the actor's units asked others for."""
    return _list("borrower")


@blueprint.get("/lent")
@requires(P.LOAN_VIEW)
def lent() -> ResponseReturnValue:
    """What other units asked the actor's for."""
    return _list("lender")


def _list(side: loan_queries.Side) -> ResponseReturnValue:
    table = loan_queries.loans_table(current_scope(), side)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "scheduling/loans.html",
        page=table.page(request.args),
        side=side,
        requests=loan_queries.count_requests(current_scope(P.LOAN_DECIDE)),
    )


@blueprint.get("/people")
@requires(P.LOAN_ASK)
def people() -> ResponseReturnValue:
    """Who can be asked for."""
    unit = planning_unit(current_scope())
    table = lending_queries.lendable_table(unit)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("scheduling/lendable.html", page=table.page(request.args), unit=unit)


@blueprint.route("/people/<int:instructor_id>", methods=["GET", "POST"])
@requires(P.LOAN_ASK)
def ask(instructor_id: int) -> ResponseReturnValue:
    """Ask for somebody, for a class or for some days."""
    form = LoanForm()
    unit = planning_unit(current_scope())
    form.offer(
        [
            (c.id, f"{c.name} ({days_text(c.starts_on, c.ends_on)})")
            for c in lending_queries.list_classes(unit)
        ]
    )
    if request.method == "GET":
        form.class_id.data = whole(request.args.get("class"))
        return _ask_page(instructor_id, form)
    if not form.validate_on_submit():
        return _ask_page(instructor_id, form), 422
    try:
        with transaction():
            borrower = planning_unit(current_scope())
            person = lending_queries.get_lendable(borrower, instructor_id)
            classes = {c.id: c for c in lending_queries.list_classes(borrower)}
            wish = lending.Wish(
                form.sessions.data or 0,
                form.purpose.data or "",
                classes.get(form.class_id.data),
                form.first_day.data,
                form.last_day.data,
            )
            loan = lending.ask(person, borrower, wish, actor=current_actor())
            loan_id, lender = loan.id, loan.lender.name
    except RuleBroken as refused:
        put_errors(form, refused, "purpose")
        return _ask_page(instructor_id, form), 422
    flash(gettext("申请已发给%(unit)s。", unit=lender), "success")
    return redirect(url_for("loans.show", loan_id=loan_id))


def _ask_page(instructor_id: int, form: LoanForm) -> str:
    unit = planning_unit(current_scope())
    person = lending_queries.get_lendable(unit, instructor_id)
    quota = lending_queries.quota_of(person.owner_id, _this_year())
    return render_template("scheduling/loan_ask.html", form=form, person=person, unit=unit, quota=quota)


@blueprint.get("/<int:loan_id>")
@requires(P.LOAN_VIEW)
def show(loan_id: int) -> ResponseReturnValue:
    """One request or loan: what it says, what was booked under it, and what can be done."""
    return _show(loan_id)


def _show(loan_id: int, grant: GrantForm | None = None, wrong: Mapping[str, str] | None = None) -> str:
    """`wrong` says of the action that was refused what is wrong with its reason."""
    loan = loan_queries.get_loan(current_scope(P.LOAN_VIEW), loan_id)
    decides = current_scope(P.LOAN_DECIDE).covers(loan.lender.path)
    asks = current_scope(P.LOAN_ASK).covers(loan.borrower.path)
    is_open, is_lent = loan.state is LoanState.REQUESTED, loan.state is LoanState.APPROVED
    quota = lending_queries.quota_of(loan.lender_id, loan.first_day.year)
    if grant is None:
        grant = GrantForm(
            formdata=None,
            version=loan.version,
            granted=min(loan.sessions, max(quota.left if quota else 0, 1)),
        )
    return render_template(
        "scheduling/loan.html",
        loan=loan,
        badge_of_state=loan_queries.state_badge(loan),
        bookings=loan_queries.list_bookings(loan),
        quota=quota,
        grant=grant,
        wrong=wrong or {},
        lends=decides,
        may_decide=decides and is_open and current_actor().user_id != loan.asked_by_id,
        own_request=decides and is_open and current_actor().user_id == loan.asked_by_id,
        may_withdraw=asks and is_open,
        may_end=is_lent and (asks or decides),
    )


@blueprint.post("/<int:loan_id>/approve")
@requires(P.LOAN_DECIDE)
def approve(loan_id: int) -> ResponseReturnValue:
    """Lend, for so many sessions."""
    loan_queries.get_loan(current_scope(), loan_id, "lender")
    form = GrantForm()
    if not form.validate_on_submit():
        return _show(loan_id, form), 422
    try:
        with transaction():
            loan = loan_queries.get_loan(current_scope(), loan_id, "lender")
            lending.approve(
                loan, form.granted.data or 0, form.note.data or "", actor=current_actor(), seen=_seen()
            )
    except RuleBroken as refused:
        put_errors(form, refused, "granted")
        return _show(loan_id, form), 422
    flash(gettext("已同意借出。对方可以排课了。"), "success")
    return redirect(url_for("loans.show", loan_id=loan_id))


@blueprint.post("/<int:loan_id>/refuse")
@requires(P.LOAN_DECIDE)
def refuse(loan_id: int) -> ResponseReturnValue:
    """Say no, with a reason."""
    try:
        with transaction():
            loan = loan_queries.get_loan(current_scope(), loan_id, "lender")
            lending.refuse(loan, request.form.get("reason", ""), actor=current_actor(), seen=_seen())
    except RuleBroken as refused:
        if not refused.violations:
            raise
        return _show(loan_id, wrong={"refuse": refused.sentence}), 422
    flash(gettext("已答复不同意。"), "success")
    return redirect(url_for("loans.show", loan_id=loan_id))


@blueprint.post("/<int:loan_id>/withdraw")
@requires(P.LOAN_ASK)
def withdraw(loan_id: int) -> ResponseReturnValue:
    """No longer ask."""
    with transaction():
        loan = loan_queries.get_loan(current_scope(), loan_id, "borrower")
        lending.withdraw(loan, actor=current_actor(), seen=_seen())
    flash(gettext("申请已撤回。"), "success")
    return redirect(url_for("loans.show", loan_id=loan_id))


@blueprint.post("/<int:loan_id>/end")
@requires(P.LOAN_VIEW)
def end(loan_id: int) -> ResponseReturnValue:
    """End a loan before its last day; both sides may."""
    try:
        with transaction():
            loan = loan_queries.get_loan(current_scope(), loan_id)
            coming = lending.end(loan, request.form.get("reason", ""), actor=current_actor(), seen=_seen())
    except RuleBroken as refused:
        if not refused.violations:
            raise
        return _show(loan_id, wrong={"end": refused.sentence}), 422
    text = gettext("借用已结束，没有用完的名额退回。")
    flash(text + (gettext("还有 %(n)s 节已发布的课要改派。", n=coming) if coming else ""), "success")
    return redirect(url_for("loans.show", loan_id=loan_id))


def _seen() -> int | None:
    return whole(request.form.get("version")) or None


@blueprint.get("/counter")
@requires(P.LOAN_VIEW)
def counter() -> ResponseReturnValue:
    """Who lent how much to whom in a year."""
    year = request.args.get("year", _this_year(), type=int)
    year = year if abs(year - _this_year()) <= 50 else _this_year()
    table = lending_queries.counter_table(current_scope(), year)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "scheduling/loan_counter.html",
        page=table.page(request.args),
        year=year,
        years=range(_this_year() + 1, _this_year() - 5, -1),
        quotas=lending_queries.quotas_of(current_scope(), year),
    )


@blueprint.route("/quota", methods=["GET", "POST"])
@requires(P.LOAN_DECIDE)
def quota() -> ResponseReturnValue:
    """How many sessions the actor's unit lends in a year."""
    form = LendingQuotaForm()
    form.year.choices = [(year, gettext("%(year)s 年", year=year)) for year in _quota_years()]
    if request.method == "GET":
        return _quota_page(form)
    if not form.validate_on_submit():
        return _quota_page(form), 422
    try:
        with transaction():
            unit = planning_unit(current_scope())
            lending.set_quota(unit, form.year.data, form.most.data or 0, actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "most")
        return _quota_page(form), 422
    flash(gettext("名额已保存。"), "success")
    return redirect(url_for("loans.quota"))


def _quota_years() -> tuple[int, int]:
    return _this_year(), _this_year() + 1


def _quota_page(form: LendingQuotaForm) -> str:
    unit = planning_unit(current_scope())
    known = [lending_queries.quota_of(unit.id, year) for year in _quota_years()]
    if request.method == "GET":
        form.most.data = known[0].most if known[0] is not None else 0
    return render_template(
        "scheduling/lending_quota.html", form=form, unit=unit, quotas=[q for q in known if q is not None]
    )


@blueprint.get("/of/<int:instructor_id>")
@requires(P.POOL_VIEW)
def of_person(instructor_id: int) -> ResponseReturnValue:
    """Requests and loans of somebody that are not over, for the profile."""
    person = get_instructor(current_scope(), instructor_id)
    loans = loan_queries.list_of_person(person.id)
    badges = {loan.id: loan_queries.state_badge(loan) for loan in loans}
    may_open = current_actor().can(P.LOAN_VIEW)
    return render_template("scheduling/_loans_of.html", loans=loans, badges=badges, may_open=may_open)
