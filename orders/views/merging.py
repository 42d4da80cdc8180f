"""What could be one session (合班): proposals, a preview, merging. Undoing is done order by order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.web import row_numbers
from core.when import read_day
from orders.queries import waiting
from orders.rules.wishes import Slot
from orders.services import merging
from orders.views import blueprint
from scheduling.enums import HalfDay


@blueprint.get("/merging")
@requires(P.ORDER_DECIDE)
def proposals() -> ResponseReturnValue:
    """Groups of waiting orders that ask for the same at times that meet."""
    found = waiting.list_proposals(current_scope())
    grouped = {order.id for proposal in found for order in proposal.orders}
    rest = [order for order in waiting.waiting_courses(current_scope()) if order.id not in grouped]
    return render_template("orders/merging.html", proposals=found, rest=rest)


@blueprint.get("/merging/preview")
@requires(P.ORDER_DECIDE)
def preview_merger() -> ResponseReturnValue:
    """What merging the chosen orders would make, and when it could be; `?ids=` several."""
    return _preview(row_numbers(request.args.getlist("ids")))


def _preview(ids: Collection[int], refused: str = "") -> str:
    """`refused` is why they were not merged just now; else the page finds out whether they could be."""
    orders = waiting.orders_by_id(current_scope(P.ORDER_DECIDE), ids)
    slots: Sequence[Slot] = ()
    wrong = refused
    try:
        slots = merging.slots_of(orders)
    except RuleBroken as found:
        wrong = wrong or found.sentence
    return render_template(
        "orders/merge.html",
        orders=orders,
        slots=slots,
        wrong=wrong,
        people=sum(order.people for order in orders),
    )


@blueprint.post("/merging")
@requires(P.ORDER_DECIDE)
def merge() -> ResponseReturnValue:
    """Make one session of the chosen orders."""
    ids = row_numbers(request.form.getlist("ids"))
    try:
        slot = _slot(request.form.get("slot", ""))
        with transaction():
            orders = waiting.orders_by_id(current_scope(), ids)
            row = merging.merge(orders, slot, actor=current_actor())
            class_id, count = row.class_id, len(orders)
    except RuleBroken as refused:
        return _preview(ids, refused.sentence), 422
    flash(gettext("%(n)s 份订单已合成一个课次，等待排课。", n=count), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


def _slot(raw: str) -> Slot:
    day, _, half = raw.partition(" ")
    wished = read_day(day)
    if wished is None or half not in set(HalfDay):
        raise RuleBroken(gettext("请选择上课的时间。"))
    return Slot(wished, HalfDay(half))
