"""Seats of shared venues are all alike: whoever fits by number gets one."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from bases.models import TeachingBase, Venue
from core.db import session, transaction
from core.errors import Conflict
from courses.models import Course
from scheduling.enums import HalfDay, ResourceKind
from scheduling.models import Booking, Claim, Session, TrainingClass
from scheduling.rules.needs import Stay, most_at_once, seated
from scheduling.services import claiming, placing, publishing, visiting
from scheduling.services.placing import Choice
from tests.factories.county import County, make_class, make_session
from tests.factories.visits import MUSEUM, asked, the

DAY = date(2027, 6, 8)


def test_whoever_fits_by_number_is_seated() -> None:
    """Going by hand against counting: seats are found exactly where no moment has too many."""
    rng = random.Random(7)
    for _ in range(300):
        seats = rng.randint(1, 4)
        stays: list[Stay] = []
        for _ in range(rng.randint(1, 9)):
            first = rng.randint(0, 20)
            stays.append(Stay(first, first + rng.randint(1, 8), rng.choice([None, 0, seats - 1])))
        found = seated(stays, seats)
        assert (found is not None) == (most_at_once(stays) <= seats)
        for n, one in enumerate(stays if found is not None else []):
            for m, other in enumerate(stays[:n]):
                meet = one.first < other.after and other.first < one.after
                assert found is not None and not (meet and found[n] == found[m])


def test_who_stands_keeps_the_seat_where_it_can_be() -> None:
    assert seated([Stay(0, 4, 1), Stay(4, 8, 0)], 2) == [1, 0]
    assert seated([Stay(0, 4, 1), Stay(4, 8, 0), Stay(0, 8)], 2) == [1, 1, 0]


def scattered(county: County) -> tuple[int, int]:
    """Two visits one after the other, each on a seat of its own: no seat of two is free through both."""
    first = asked(county, start=datetime(2027, 6, 8, 14), minutes=45)
    blocker = asked(county, start=datetime(2027, 6, 8, 14, 45), minutes=45)
    stand_in = asked(county, start=datetime(2027, 6, 8, 14, 45), minutes=45)
    with transaction():
        visiting.withdraw(the(blocker), "", actor=SYSTEM)
    assert [the(v).bookings[0].seat for v in (first, stand_in)] == [0, 1]
    return first, stand_in


def whole_afternoon(county: County) -> Session:
    with transaction():
        klass = make_class(county.unit("嘉祥县"), "B088", [DAY], size=30)
        course = session().get_one(Course, county.courses["现场教学"])
        made = make_session(klass, 1, DAY, HalfDay.AFTERNOON, course, wanted_base_id=county.bases[MUSEUM]).id
    with transaction():
        row = session().get_one(Session, made)
        placing.place(row, Choice(datetime(2027, 6, 8, 14), None, county.venues[MUSEUM]), actor=SYSTEM)
    return session().get_one(Session, made)


@pytest.mark.databases
def test_what_was_planned_around_parties_can_be_published(county: County) -> None:
    visits = scattered(county)
    versions = [the(v).bookings[0].version for v in visits]
    row = whole_afternoon(county)
    assert row.minutes == 90
    with transaction():
        klass = session().get_one(TrainingClass, row.class_id)
        publishing.publish(klass, actor=SYSTEM, note="已报批")
    stmt = select(Booking).where(Booking.kind == ResourceKind.VENUE, Booking.day == DAY)
    live = [b for b in session().scalars(stmt) if b.state.value in ("held", "confirmed")]
    assert len(live) == 3 and len({b.seat for b in live if b.visit_id}) == 1
    assert [the(v).bookings[0].version for v in visits] == versions
    claims = session().query(Claim).where(Claim.day == DAY, Claim.kind == "venue").count()
    assert claims == sum(b.to_unit - b.from_unit for b in live)


def test_nobody_is_seated_beyond_the_number(county: County) -> None:
    scattered(county)
    row = whole_afternoon(county)
    with transaction():
        session().get_one(Venue, county.venues[MUSEUM]).groups = 1
        session().get_one(TeachingBase, county.bases[MUSEUM]).lead_time = 0
    with pytest.raises(Conflict), transaction():
        claiming.settle([session().get_one(Session, row.id)])


def test_a_visit_finds_room_between_others_too(county: County) -> None:
    scattered(county)
    assert len(the(asked(county, start=datetime(2027, 6, 8, 14), minutes=90)).bookings) == 1
    with pytest.raises(visiting.Full):
        asked(county, start=datetime(2027, 6, 8, 14, 30), minutes=30)
