"""Packages for the county of `tests.factories.county`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from accounts.access import SYSTEM
from accounts.models import OrgUnit
from bases.models import TeachingBase
from core.db import session, transaction
from courses.enums import Method
from courses.models import Course
from scheduling.models import Package, PackageOrder, Session, TrainingClass
from scheduling.rules.packages import OrderFacts, PackageFacts, PartFacts
from scheduling.services import ordering, packages
from tests.factories.county import County, make_class

DAY = date(2027, 6, 16)


def lesson_part(course: Course, hours: str = "2") -> PartFacts:
    """A classroom session of a course."""
    return PartFacts(course.name, course.method, Decimal(hours), course_id=course.id)


def visit_part(base: TeachingBase, hours: str = "2") -> PartFacts:
    """A visit to a base."""
    return PartFacts(base.name, Method.ON_SITE, Decimal(hours), base_id=base.id)


def make_package(owner: OrgUnit, course: Course, base: TeachingBase, name: str, **fields: Any) -> Package:
    """A lesson and then a visit, for up to 100 people, all year."""
    facts = PackageFacts(
        name=name,
        parts=[lesson_part(course), visit_part(base)],
        most_people=fields.pop("most_people", 100),
        **fields,
    )
    return packages.create_package(owner, facts, actor=SYSTEM)


def order_package(county: County, *, people: int = 80, size: int = 80, needs_coach: bool = False) -> int:
    """An order of a lesson and a visit for a class of its own; returns its id."""
    owner = county.unit("嘉祥县")
    with transaction():
        course = session().get_one(Course, county.courses["嘉祥党史"])
        base = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        package = make_package(owner, course, base, "红色研学", needs_coach=needs_coach)
        klass = make_class(owner, "P001", [DAY, date(2027, 6, 18)], size=size)
        county.classes["P001"] = klass.id
        return ordering.order(package, klass, OrderFacts(DAY, DAY, people), actor=SYSTEM).id


def the(order_id: int) -> PackageOrder:
    """An order."""
    return session().get_one(PackageOrder, order_id)


def rows_of(order_id: int) -> list[Session]:
    """Its sessions in order."""
    stmt = select(Session).where(Session.package_order_id == order_id).order_by(Session.package_position)
    return list(session().scalars(stmt))


def package_and_order(
    klass: TrainingClass, course: Course, base: TeachingBase, day: date
) -> dict[str, int | str]:
    """A package of the class's unit and an order of it for the class, by the names addresses have for them."""
    package = make_package(klass.owner, course, base, "套餐")
    made = ordering.order(package, klass, OrderFacts(day, day, klass.size), actor=SYSTEM)
    return {"package_id": package.id, "order_id": made.id}
