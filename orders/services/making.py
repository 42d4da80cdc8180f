"""What an accepted order becomes: a session of a class, an ordered package, an outreach class of the unit (送课下基层)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext

from accounts.access import SYSTEM, Actor
from accounts.models import OrgUnit
from courses.models import Course
from orders.models import Order
from orders.queries import class_numbers, parties
from scheduling.enums import HalfDay, Tier
from scheduling.models import PackageOrder, Session, TrainingClass
from scheduling.rules import ClassFacts, SessionFacts
from scheduling.rules.packages import OrderFacts as PackageFacts
from scheduling.services import ordering as package_ordering
from scheduling.services import participating, planning

LONGEST_NAME = 120
BY_PLANNER = SYSTEM
"""Who is written down for a step that follows from what somebody did elsewhere."""


def outreach_class(orders: Sequence[Order], day: date, *, actor: Actor) -> TrainingClass:
    """A class of one day for the units of these orders, in the plan of the level that accepts them.

    A single unit hosts its own; several are hosted by the level, and the class keeps whose people come.
    """
    first = orders[0]
    supplier: OrgUnit = first.supplier
    host = first.unit if len(orders) == 1 else supplier
    town = parties.township_of(first.unit)
    facts = ClassFacts(
        year=day.year,
        number=class_numbers.next_number(supplier.id, day.year),
        name=_name(orders),
        tier=Tier.COMMITTEE_BASIC,
        starts_on=day,
        ends_on=day,
        size=sum(order.people for order in orders),
        order_kind=first.kind,
        host_name=host.title,
        host_id=host.id,
        town_id=town.id if town else None,
        audience=first.audience,
        contact_name=first.asked_by[:40],
    )
    made = planning.create_class(supplier, facts, actor=actor)
    if len(orders) > 1:
        participating.set_units(made, [order.unit_id for order in orders])
    return made


def _name(orders: Sequence[Order]) -> str:
    first = orders[0]
    if len(orders) == 1:
        return gettext("送课下基层：%(unit)s《%(what)s》", unit=first.unit.name, what=first.title)[
            :LONGEST_NAME
        ]
    facts = {"what": first.title, "unit": first.unit.name, "n": len(orders)}
    return gettext("合班：《%(what)s》%(unit)s等 %(n)s 家", **facts)[:LONGEST_NAME]


def lesson(
    klass: TrainingClass,
    course: Course,
    day: date,
    half_day: HalfDay,
    wanted: tuple[int | None, int | None],
    *,
    actor: Actor,
) -> Session:
    """A session of the class as it was ordered; `wanted` are lecturer and base asked for by name."""
    instructor_id, base_id = wanted
    facts = SessionFacts(
        position=planning.next_position(klass),
        day=day,
        half_day=half_day,
        course_name=course.name,
        method=course.method,
        class_hours=course.class_hours,
        course_id=course.id,
        wanted_base_id=base_id,
        wanted_instructor_id=instructor_id,
    )
    return planning.add_session(klass, facts, actor=actor)


def package(order: Order, klass: TrainingClass, day: date, *, actor: Actor) -> PackageOrder:
    """The package ordered for the class, for the people of the order."""
    if order.package is None:
        raise ValueError("an order for a course orders no package")
    facts = PackageFacts(day, min(klass.ends_on, day), order.people)
    return package_ordering.order(order.package, klass, facts, actor=actor)


def shrink(row: Session, rest: Sequence[Order], *, actor: Actor) -> None:
    """A merged session goes on without somebody: the class made for it is as large as those that are left."""
    klass = row.training_class
    if any(order.made_class_id == klass.id for order in rest):
        klass.size = sum(order.people for order in rest)
        participating.set_units(klass, [order.unit_id for order in rest])
