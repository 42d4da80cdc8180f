"""Orders of the small county's townships, in the state a test wants."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.access import SYSTEM
from accounts.enums import Level
from accounts.models import OrgUnit
from accounts.services import create_unit
from core.db import session
from courses.models import Course
from orders.enums import CampaignKind, OrderAction, OrderState
from orders.models import Campaign, Order
from orders.rules.wishes import OrderFacts, Slot
from orders.services import campaigns, deciding, ordering, plans, steps
from orders.services.deciding import Terms
from scheduling.enums import HalfDay
from tests.factories.county import County

DAY = date(2027, 6, 15)


def make_order(
    unit: OrgUnit, course_id: int, state: OrderState = OrderState.SUBMITTED, **facts: Any
) -> Order:
    """An order for a course on DAY, brought to a state by the services."""
    wishes = facts.pop("wishes", (Slot(DAY, HalfDay.MORNING),))
    given = OrderFacts(**{"people": 30, "course_id": course_id, "wishes": wishes, **facts})
    order = ordering.draw_up(unit, given, actor=SYSTEM)
    if state is OrderState.ASSIGNED:
        order.state = OrderState.ASSIGNED
    elif state is not OrderState.DRAFT:
        ordering.submit(order, actor=SYSTEM)
        _decide(order, state)
    session().flush()
    return order


def _decide(order: Order, state: OrderState) -> None:
    if state is OrderState.COUNTERED:
        day = Terms(day=date(2027, 6, 16), half_day=HalfDay.AFTERNOON, course=order.course)
        deciding.counter(order, day, "那天下午可以", actor=SYSTEM)
    elif state is OrderState.ACCEPTED:
        terms = deciding.terms_of(order)
        assert terms is not None
        deciding.accept(order, terms, actor=SYSTEM)
    elif state is OrderState.REFUSED:
        steps.take(order, OrderAction.REFUSE, actor=SYSTEM, note="没有讲师")
    elif state is OrderState.WITHDRAWN:
        deciding.withdraw(order, actor=SYSTEM)


def town_order(
    county: County, state: OrderState = OrderState.SUBMITTED, town: str = "东镇", **facts: Any
) -> Order:
    """An order of one of the county's townships for a party lesson."""
    return make_order(county.unit(town), county.courses["党的创新理论专题"], state, **facts)


def course_of(county: County, name: str) -> Course:
    """One of the county's courses."""
    return session().get_one(Course, county.courses[name])


def order_below(owner: OrgUnit, course: Course) -> dict[str, int | str]:
    """A township asks for a course, is asked by a campaign and hands in its plan: what the access matrix points at."""
    below = create_unit(owner, Level.TOWNSHIP, f"{owner.name}点单镇")
    order = make_order(below, course.id)
    asked = make_campaign(owner, [below], [course])
    plans.submit(below, DAY.year, actor=SYSTEM)
    return {
        "order_id:orders": order.id,
        "action:orders": "withdraw",
        "campaign_id": asked.id,
        "unit_id:orders": below.id,
        "year:orders": DAY.year,
    }


def make_campaign(
    owner: OrgUnit, units: list[OrgUnit], courses: list[Course], kind: CampaignKind = CampaignKind.SURVEY
) -> Campaign:
    """A campaign of a level that is open until the end of May."""
    opening = campaigns.Opening(kind, 2027, "需求调研", "请如实填报", date(2027, 5, 31), units, courses)
    return campaigns.open_campaign(owner, opening, actor=SYSTEM)
