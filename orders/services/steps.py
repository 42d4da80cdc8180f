"""Taking a step: the table says whether, the event says who and why, the other side is told. Flush only."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from notifications import services as notifications
from orders import notices
from orders.enums import OrderAction, OrderState, Side
from orders.models import Order, OrderEvent
from orders.queries import parties
from orders.rules import life

LONGEST = 300


def check(order: Order, action: OrderAction, *, seen: int | None = None) -> tuple[Side, OrderState]:
    """Who takes the step and where it leads. Conflict when the order was changed since `seen`, RuleBroken when the
    step cannot be taken from here."""
    order.expect_version(seen)
    found = life.step(order.state, action)
    if found is None:
        facts = {"state": order.state.label, "action": action.label}
        raise RuleBroken(gettext("订单现在%(state)s，不能再%(action)s。", **facts))
    return found


def take(order: Order, action: OrderAction, *, actor: Actor, note: str = "", seen: int | None = None) -> None:
    """Take a step that changes nothing but the state. RuleBroken without a reason where one is needed."""
    by, after = check(order, action, seen=seen)
    note = reason_of(note) if action in life.NEEDS_REASON else note.strip()[:LONGEST]
    if action is OrderAction.REFUSE:
        order.answer = note
    order.state = after
    order.offer = None
    record(order, action, by, actor=actor, note=note)


def reason_of(text: str) -> str:
    """The reason as it is kept; RuleBroken when there is none."""
    reason = text.strip()[:LONGEST]
    if not reason:
        sentence = gettext("请写明原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    return reason


def record(order: Order, action: OrderAction, by: Side, *, actor: Actor, note: str = "") -> None:
    """Write down the step that was taken and tell the other side."""
    event = OrderEvent(action=action, at=clock.now(), by=actor.name, by_id=actor.user_id, note=note[:LONGEST])
    order.events.append(event)
    session().flush()
    if action in _TOLD:
        _tell(order, notices.told_side(by), notices.step_taken(order, action), note, actor)
    audit.note(session(), f"{order.unit.name}《{order.title}》 {action.value}")


_TOLD = frozenset(OrderAction) - {OrderAction.DRAW_UP, OrderAction.EDIT}


def _tell(order: Order, side: Side, title: str, body: str, actor: Actor) -> None:
    unit_id = order.unit_id if side is Side.UNIT else order.supplier_id
    people = set(parties.people_of(unit_id))
    if side is Side.UNIT and order.asked_by_id is not None:
        people.add(order.asked_by_id)
    for user_id in sorted(people - {actor.user_id or 0}):
        notifications.queue(user_id, "order", title, body, notices.URL.format(order.id))
