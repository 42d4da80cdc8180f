"""What a unit writes: drawing up an order, changing it, sending it in, acknowledging one that was assigned. Flush only."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.pinyin import search_text
from courses.enums import Audience
from orders.enums import OrderAction, OrderState, PlaceKind, Side
from orders.models import Campaign, Order, Wish
from orders.queries import halls, parties
from orders.rules.wishes import MOST_WISHES, OrderFacts, Slot, broken_by_order
from orders.services import steps
from scheduling.enums import OrderKind


def draw_up(
    unit: OrgUnit,
    facts: OrderFacts,
    *,
    actor: Actor,
    kind: OrderKind = OrderKind.INDIVIDUAL_ORDER,
    campaign: Campaign | None = None,
) -> Order:
    """A draft of what a unit would order from the level above, or for a `campaign` of it.

    RuleBroken names each field that cannot be, and when the campaign is over.
    """
    if campaign is not None and not campaign.is_open(clock.today()):
        raise RuleBroken(gettext("「%(title)s」已经截止。", title=campaign.title))
    order = Order(
        unit=unit,
        supplier=parties.supplier_of(unit),
        kind=kind if campaign is None else OrderKind.ANNUAL_INTAKE,
        campaign=campaign,
        state=OrderState.DRAFT,
        year=_year_of(facts),
        asked_at=clock.now(),
        asked_by=actor.name,
        asked_by_id=actor.user_id,
    )
    _fill(order, facts)
    session().add(order)
    steps.record(order, OrderAction.DRAW_UP, Side.UNIT, actor=actor)
    return order


def update(order: Order, facts: OrderFacts, *, actor: Actor, seen: int | None = None) -> None:
    """Change a draft."""
    steps.check(order, OrderAction.EDIT, seen=seen)
    order.year = _year_of(facts)
    _fill(order, facts)
    steps.record(order, OrderAction.EDIT, Side.UNIT, actor=actor)


def submit(order: Order, *, actor: Actor, seen: int | None = None) -> None:
    """Send a draft to the level above. RuleBroken without a time, or with one that is over."""
    _by, after = steps.check(order, OrderAction.SUBMIT, seen=seen)
    _refuse_timeless(order)
    order.state = after
    steps.record(order, OrderAction.SUBMIT, Side.UNIT, actor=actor)


def acknowledge(order: Order, people: int, note: str = "", *, actor: Actor, seen: int | None = None) -> None:
    """A unit says that it has seen what was assigned to it, and how many will come."""
    by, after = steps.check(order, OrderAction.ACKNOWLEDGE, seen=seen)
    _refuse(facts_of(order, people))
    order.people, order.state = people, after
    steps.record(order, OrderAction.ACKNOWLEDGE, by, actor=actor, note=note.strip())


def facts_of(order: Order, people: int | None = None) -> OrderFacts:
    """An order as it was entered."""
    return OrderFacts(
        people=order.people if people is None else people,
        wishes=order.slots,
        course_id=order.course_id,
        package_id=order.package_id,
        instructor_id=order.instructor_id,
        audience=order.audience.value if order.audience else "",
        place_kind=order.place_kind,
        base_id=order.base_id,
        hall=order.hall,
        remark=order.remark,
    )


def _refuse_timeless(order: Order) -> None:
    if not order.wishes:
        sentence = gettext("请写至少一个希望的时间再提交。")
        raise RuleBroken(sentence, [Violation("wish", sentence, "day_1")])
    _refuse(facts_of(order))


def _refuse(facts: OrderFacts) -> None:
    broken = broken_by_order(facts, clock.today())
    if broken:
        raise RuleBroken(broken[0].sentence, broken)


def _year_of(facts: OrderFacts) -> int:
    return facts.wishes[0].day.year if facts.wishes else clock.today().year


def _fill(order: Order, facts: OrderFacts) -> None:
    _refuse(facts)
    order.course_id, order.package_id = facts.course_id, facts.package_id
    order.instructor_id = facts.instructor_id
    order.audience = Audience(facts.audience) if facts.audience else None
    order.people, order.remark = facts.people, facts.remark.strip()
    order.place_kind = facts.place_kind
    order.base_id = None if facts.place_kind is PlaceKind.ANY else facts.base_id
    order.hall = _hall(order.unit, facts) if facts.place_kind is PlaceKind.OWN_HALL else ""
    wished = facts.wishes[:MOST_WISHES]
    kept = {wish.position: wish for wish in order.wishes}
    order.wishes = [_wish(kept.get(n) or Wish(position=n), slot) for n, slot in enumerate(wished, 1)]
    session().add(order)
    session().flush()
    session().refresh(order, ["course", "package", "instructor"])
    who = order.instructor.name if order.instructor else ""
    order.search_text = search_text(order.title, order.unit.name, who)[:400]


def _hall(unit: OrgUnit, facts: OrderFacts) -> str:
    """The own hall in words; RuleBroken for a base that is somebody else's."""
    if facts.base_id is None:
        return facts.hall.strip()
    name = halls.name_of_hall(unit, facts.base_id)
    if not name:
        sentence = gettext("这不是%(unit)s自己的会场，或现在不能预约。", unit=unit.name)
        raise RuleBroken(sentence, [Violation("hall", sentence, "hall_id")])
    return name


def _wish(wish: Wish, slot: Slot) -> Wish:
    wish.day, wish.half_day = slot.day, slot.half_day
    return wish
