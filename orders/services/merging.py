"""Several orders become one session (合班): previewed, made at once, undone one by one. Flush only."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from accounts.access import Actor
from core import clock
from core.db import session
from core.errors import RuleBroken
from core.settings import get_setting
from core.when import day_text
from orders.enums import OrderAction, OrderState
from orders.models import Order
from orders.queries.waiting import MOST_MERGED, like
from orders.rules.wishes import Slot, fits, meeting
from orders.services import making, steps
from scheduling.models import Session

LEAST = 2


def slots_of(orders: Sequence[Order]) -> list[Slot]:
    """The times at which all of these can be served together. RuleBroken says why they cannot be one session, also
    when one of them is decided already."""
    for order in orders:
        steps.check(order, OrderAction.ACCEPT)
    likes = [like(order) for order in orders]
    if len(likes) < LEAST:
        raise RuleBroken(gettext("合班至少要选两份订单。"))
    if len({order.supplier_id for order in orders}) > 1:
        raise RuleBroken(gettext("这些订单不是由同一单位受理的，不能合班。"))
    if not all(fits(one, other) for n, one in enumerate(likes) for other in likes[n + 1 :]):
        raise RuleBroken(gettext("这些订单的课程、讲师或基地不一样，不能合班。"))
    most, people = get_setting("most_merged_people", MOST_MERGED), sum(one.people for one in likes)
    if people > most:
        raise RuleBroken(
            gettext("合起来 %(people)s 人，超过合班上限 %(most)s 人。", people=people, most=most)
        )
    found = [slot for slot in meeting(likes) if slot.day > clock.today()]
    if not found:
        raise RuleBroken(gettext("这些订单没有共同的、还没过的时间，不能合班。"))
    return found


def merge(orders: Sequence[Order], slot: Slot, *, actor: Actor) -> Session:
    """One session for all of these, in a class made for them; each order knows it, and the class knows the units.

    RuleBroken when one of them is decided already or they do not fit together at that time. Of two who decide on an
    order at once one gets a Conflict.
    """
    if slot not in slots_of(orders):
        raise RuleBroken(gettext("这个时间不是所有订单都可以，请刷新后再选。"))
    first = orders[0]
    if first.course is None:
        raise RuleBroken(gettext("套餐不能合班。"))
    klass = making.outreach_class(orders, slot.day, actor=actor)
    person = next((order.instructor_id for order in orders if order.instructor_id), None)
    base = next((found for order in orders if (found := like(order).base_id)), None)
    row = making.lesson(klass, first.course, slot.day, slot.half_day, (person, base), actor=actor)
    units = "、".join(order.unit.name for order in orders)
    note = gettext(
        "合班：%(units)s，%(day)s %(half)s", units=units, day=day_text(slot.day), half=slot.half_day.label
    )
    for order in orders:
        by, _after = steps.check(order, OrderAction.ACCEPT)
        order.session, order.made_class, order.state = row, klass, OrderState.ACCEPTED
        steps.record(order, OrderAction.ACCEPT, by, actor=actor, note=note)
    session().flush()
    return row
