"""The ledger: grants and spendings of a base, the register's list, and the manager's own look at it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.forms import CancelForm, GrantForm, SpendingForm
from bases.queries import bases as base_queries
from bases.queries import funding as queries
from bases.rules.funding import yuan_text
from bases.services import funding
from bases.views import blueprint, own_pages
from bases.views.pages import edit_scope
from core import refusals
from core.db import transaction
from core.errors import NotFound
from core.files import download
from core.tables import wants_export


@blueprint.get("/funding")
@requires(P.FUNDING_VIEW)
def ledger() -> ResponseReturnValue:
    """Every grant of the registers in reach."""
    table = queries.ledger_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("bases/ledger.html", page=table.page(request.args))


@blueprint.get("/<int:base_id>/funding")
@requires(P.FUNDING_VIEW)
def base_funding(base_id: int) -> ResponseReturnValue:
    """Grants and spendings of one base."""
    base = base_queries.get_kept_base(current_scope(), base_id)
    return _page(base, may_edit=current_actor().can(P.BASE_EDIT))


@own_pages.get("/<int:base_id>/funding")
@requires(P.OWN_BASE)
def own_funding(base_id: int) -> ResponseReturnValue:
    """The same for the base's manager, to look at."""
    return _page(base_queries.get_own_base(current_actor().user_id or 0, base_id), is_own=True)


def _page(base: Any, *, may_edit: bool = False, is_own: bool = False) -> str:
    granted, spent = queries.totals(base.id)
    return render_template(
        "bases/funding.html",
        base=base,
        grants=queries.list_grants(base.id),
        granted=granted,
        spent=spent,
        yuan=yuan_text,
        may_edit=may_edit,
        is_own=is_own,
    )


@blueprint.route("/<int:base_id>/funding/new", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def add_grant(base_id: int) -> ResponseReturnValue:
    """Enter a grant."""
    base_queries.get_kept_base(edit_scope(), base_id)
    form = GrantForm()

    def enter() -> None:
        base = base_queries.get_kept_base(edit_scope(), base_id)
        funding.enter_grant(base, form.fields(), actor=current_actor())

    if form.is_submitted() and form.validate() and refusals.went_in(form, "amount", enter):
        flash(gettext("经费已登记。"), "success")
        return redirect(url_for("bases.base_funding", base_id=base_id))
    base = base_queries.get_kept_base(edit_scope(), base_id)
    page = render_template("bases/grant.html", base=base, form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<int:base_id>/funding/<int:grant_id>/spend", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def spend(base_id: int, grant_id: int) -> ResponseReturnValue:
    """Enter money spent of a grant."""
    _grant(base_id, grant_id)
    form = SpendingForm()

    def enter() -> None:
        grant = _grant(base_id, grant_id)
        day, item = form.spent_on.data or grant.granted_on, form.item.data or ""
        funding.spend(grant, item, form.fen(), day, voucher=form.upload(), actor=current_actor())

    if form.is_submitted() and form.validate() and refusals.went_in(form, "amount", enter):
        flash(gettext("支出已登记。"), "success")
        return redirect(url_for("bases.base_funding", base_id=base_id))
    grant = _grant(base_id, grant_id)
    page = render_template("bases/spending.html", base=grant.base, grant=grant, form=form, yuan=yuan_text)
    return page, 422 if form.is_submitted() else 200


def _grant(base_id: int, grant_id: int) -> Any:
    return queries.get_grant(base_queries.get_kept_base(edit_scope(), base_id), grant_id)


@blueprint.route("/<int:base_id>/spendings/<int:spending_id>/cancel", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def cancel_spending(base_id: int, spending_id: int) -> ResponseReturnValue:
    """Cancel a spending; the money is back in its grant."""
    row = queries.get_spending(base_queries.get_kept_base(edit_scope(), base_id), spending_id)
    form = CancelForm()
    if form.is_submitted() and form.validate():
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            funding.cancel(
                queries.get_spending(base, spending_id), form.reason.data or "", actor=current_actor()
            )
        flash(gettext("支出已作废，金额回到这笔经费。"), "success")
        return redirect(url_for("bases.base_funding", base_id=base_id))
    page = render_template(
        "bases/spending_cancel.html", base=row.grant.base, row=row, form=form, yuan=yuan_text
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/<int:base_id>/spendings/<int:spending_id>/voucher")
@requires(P.FUNDING_VIEW)
def voucher(base_id: int, spending_id: int) -> ResponseReturnValue:
    """The voucher of a spending, as a download."""
    row = queries.get_spending(base_queries.get_kept_base(current_scope(), base_id), spending_id)
    if row.voucher is None:
        raise NotFound(gettext("这笔支出没有凭证。"))
    return download(row.voucher)
