"""What the parties of an order are told: one sentence a step, with the reason and where to look."""

from __future__ import annotations

from flask_babel import gettext

from orders.enums import OrderAction, Side
from orders.models import Order

URL = "/orders/{}"


def step_taken(order: Order, action: OrderAction) -> str:
    """The title of the message about a step; it names unit and course."""
    facts = {"unit": order.unit.name, "what": order.title, "supplier": order.supplier.name}
    sentences = {
        OrderAction.ASSIGN: gettext("%(supplier)s派单：《%(what)s》，请回执", **facts),
        OrderAction.SUBMIT: gettext("%(unit)s点单：《%(what)s》", **facts),
        OrderAction.TAKE_BACK: gettext("%(unit)s取回了订单《%(what)s》，正在修改", **facts),
        OrderAction.WITHDRAW: gettext("%(unit)s撤回了订单《%(what)s》", **facts),
        OrderAction.ACKNOWLEDGE: gettext("%(unit)s已回执派单《%(what)s》", **facts),
        OrderAction.AGREE: gettext("%(unit)s接受了对《%(what)s》的建议", **facts),
        OrderAction.DECLINE: gettext("%(unit)s不接受对《%(what)s》的建议", **facts),
        OrderAction.COUNTER: gettext("%(supplier)s对订单《%(what)s》另提了建议，请答复", **facts),
        OrderAction.ACCEPT: gettext("%(supplier)s接受了订单《%(what)s》，正在排课", **facts),
        OrderAction.REFUSE: gettext("%(supplier)s没有接受订单《%(what)s》", **facts),
        OrderAction.REOPEN: gettext("%(supplier)s撤销了对订单《%(what)s》的接受，重新核定", **facts),
        OrderAction.CALL_OFF: gettext("%(supplier)s收回了派单《%(what)s》", **facts),
    }
    return sentences[action]


def told_side(by: Side) -> Side:
    """Whoever did not take the step is told of it."""
    return Side.SUPPLIER if by is Side.UNIT else Side.UNIT
