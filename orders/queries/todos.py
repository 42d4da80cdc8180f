"""What waits in orders for the workbench; one page away each."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from core.todo import Todo, Urgency
from orders.queries.campaigns import count_unanswered
from orders.queries.orders import count_waiting
from orders.queries.plans import count_submitted


def todos(actor: Actor) -> list[Todo]:
    """Orders and plans to check, offers, assigned orders and campaigns to answer: three statements."""
    if not actor.can(P.ORDER_PLACE):
        return []
    found = count_waiting(actor.scope(P.ORDER_PLACE), actor.scope(P.ORDER_DECIDE))
    lines = (
        (gettext("%(n)s 份订单等您核定", n=found.to_check), "submitted", found.to_check, Urgency.SOON),
        (
            gettext("%(n)s 份订单有另提的建议，等您答复", n=found.offered),
            "countered",
            found.offered,
            Urgency.NOW,
        ),
        (gettext("%(n)s 份派单等您回执", n=found.assigned), "assigned", found.assigned, Urgency.NOW),
    )
    checked, units = actor.scope(P.ORDER_DECIDE), actor.scope(P.ORDER_PLACE)
    asked = count_unanswered(units, checked)
    text = gettext("%(n)s 次征集等本单位答复", n=asked)
    more = [Todo(text, url_for("orders.list_campaigns"), asked, "campaigns", Urgency.SOON)]
    if actor.can(P.ORDER_DECIDE):
        submitted = count_submitted(checked)
        text = gettext("%(n)s 份乡镇年度计划等您审核", n=submitted)
        more.append(Todo(text, url_for("orders.list_plans", state="submitted"), submitted, "plans"))
    return more + [
        Todo(text, url_for("orders.index", stage=stage), count, f"orders_{stage}", urgency)
        for text, stage, count, urgency in lines
    ]
