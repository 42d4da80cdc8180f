"""Somebody of the city to borrow, and loans of them to the county of `tests.factories.county`."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.enums import Role
from core.db import session, transaction
from courses.models import Course
from instructor_pool.models import Instructor
from scheduling.models import LendingQuota, Loan
from scheduling.services import lending
from scheduling.services.lending import Wish
from tests.factories.county import County, make_instructor, make_user

JUNE = (date(2027, 6, 1), date(2027, 6, 30))


def make_guest(county: County) -> int:
    """A lecturer of the city, which lends five sessions a year and has an organiser of its own."""
    with transaction():
        city = county.unit("济宁市")
        county.users["city"] = make_user("city", Role.ORGANISER, city).id
        course = session().get_one(Course, county.courses["党的创新理论专题"])
        person = make_instructor(city, "冉启明", [course], work_unit="市委党校", rating=95)
        lending.set_quota(city, 2027, 5, actor=county.actor("city"))
        county.instructors[person.name] = person.id
        return person.id


def the(loan_id: int) -> Loan:
    """A loan as it stands."""
    return session().get_one(Loan, loan_id)


def wish(**fields: Any) -> Wish:
    """Two sessions in June."""
    usual = {"sessions": 2, "purpose": "理论课", "first_day": JUNE[0], "last_day": JUNE[1]}
    return Wish(**(usual | fields))


def asked(county: County, guest: int, **fields: Any) -> int:
    """The county asks for the guest."""
    with transaction():
        person = session().get_one(Instructor, guest)
        return lending.ask(person, county.unit("嘉祥县"), wish(**fields), actor=county.actor("organiser")).id


def lent(county: County, guest: int, granted: int = 2, **fields: Any) -> int:
    """The county asks, and the city agrees."""
    loan_id = asked(county, guest, **fields)
    with transaction():
        lending.approve(the(loan_id), granted, actor=county.actor("city"))
    return loan_id


def quota(county: County, unit: str = "济宁市") -> LendingQuota:
    """What a unit lends this year."""
    return session().get_one(LendingQuota, (county.units[unit], 2027), populate_existing=True)
