"""Orders that wait to be checked, as merging looks at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.settings import get_setting
from orders.enums import OrderState, PlaceKind
from orders.models import Order
from orders.rules.wishes import Like, Merger, Slot, mergers

MOST_WAITING, MOST_ALIKE = 400, 100
"""Orders looked at, and of one course."""
MOST_MERGED = 300
"""Default of the setting `most_merged_people` [common]: what a county's large hall takes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Orders that one session could serve."""

    slot: Slot
    orders: tuple[Order, ...]
    people: int

    @property
    def saved(self) -> int:
        """How many sessions fewer."""
        return len(self.orders) - 1


def waiting_courses(scope: Scope) -> list[Order]:
    """Submitted orders of a course that units inside the scope check, the oldest first; a few hundred."""
    stmt = (
        select(Order)
        .join(OrgUnit, Order.supplier_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), Order.state == OrderState.SUBMITTED, Order.course_id.is_not(None))
        # Who would rather have it in their own hall does not come to another's.
        .where(Order.place_kind != PlaceKind.OWN_HALL)
        .options(joinedload(Order.unit), joinedload(Order.course), joinedload(Order.instructor))
        .options(joinedload(Order.base), selectinload(Order.wishes))
    )
    return list(session().scalars(stmt.order_by(Order.id).limit(MOST_WAITING)))


def list_proposals(scope: Scope) -> list[Proposal]:
    """What could be merged, the group that saves most first; times that are over are left out."""
    waiting = waiting_courses(scope)
    by_id = {order.id: order for order in waiting}
    most, today = get_setting("most_merged_people", MOST_MERGED), clock.today()
    found: list[Merger] = []
    for supplier_id in sorted({order.supplier_id for order in waiting}):
        mine = [like(order) for order in waiting if order.supplier_id == supplier_id]
        for course_id in sorted({one.course_id for one in mine}):
            found += mergers([one for one in mine if one.course_id == course_id][:MOST_ALIKE], most)
    coming = [merger for merger in found if merger.slot.day > today]
    return sorted(
        (Proposal(m.slot, tuple(by_id[n] for n in m.orders), m.people) for m in coming),
        key=lambda p: (-len(p.orders), p.slot, p.orders[0].id),
    )


def like(order: Order) -> Like:
    """An order as merging looks at it."""
    return Like(order.id, order.course_id or 0, order.instructor_id, order.base_id, order.people, order.slots)


def orders_by_id(scope: Scope, order_ids: Iterable[int]) -> list[Order]:
    """These orders, as far as units inside the scope check them, the oldest first."""
    stmt = select(Order).join(OrgUnit, Order.supplier_id == OrgUnit.id)
    stmt = stmt.where(scope.clause(OrgUnit.path), Order.id.in_(sorted(set(order_ids))))
    shown = stmt.options(joinedload(Order.unit), joinedload(Order.course), selectinload(Order.wishes))
    return list(session().scalars(shown.order_by(Order.id)))
