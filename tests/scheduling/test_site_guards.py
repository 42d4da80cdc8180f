"""What a base takes is held by the database itself: these bookings go around every service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import update

from bases.enums import BaseKind, BaseResourceKind, BaseState
from bases.models import BaseResource, Closure, TeachingBase, Venue
from core.db import session, transaction
from core.errors import Conflict
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking
from tests.factories.county import County, make_base

pytestmark = pytest.mark.databases
DAY = date(2027, 6, 7)
SITE = "红色纪念馆"


@pytest.fixture
def site(county: County) -> County:
    """A base with a hall for three parties, a second room, three guides and a coach."""
    with transaction():
        base = session().get_one(TeachingBase, county.bases[SITE])
        hall = session().get_one(Venue, county.venues[SITE])
        hall.groups = 3
        room = Venue(name="二号厅", capacity=40, groups=3)
        base.venues.append(room)
        base.resources = [
            BaseResource(kind=BaseResourceKind.GUIDE, count=3),
            BaseResource(kind=BaseResourceKind.COACH, count=1),
        ]
        session().flush()
        county.venues["二号厅"] = room.id
    return county


def venue(county: County, seat: int = 0, name: str = SITE, **fields: object) -> Booking:
    """A booking of a venue from 8:30 to 10:45."""
    usual = {"session_id": county.sessions[0], "kind": ResourceKind.VENUE, "resource_id": county.venues[name], "day": DAY, "from_unit": 34, "to_unit": 43, "seat": seat, "state": BookingState.HELD, "asked_at": datetime(2027, 5, 10)}  # fmt: skip
    return Booking(**(usual | fields))


def piece(county: County, seat: int, kind: BaseResourceKind = BaseResourceKind.GUIDE) -> Booking:
    """One piece of what the base lends, at the same time."""
    found = next(r for r in base_of(county).resources if r.kind is kind)
    return venue(county, seat, kind=ResourceKind.RESOURCE, resource_id=found.id)


def base_of(county: County) -> TeachingBase:
    return session().get_one(TeachingBase, county.bases[SITE])


def limited(**fields: object) -> Callable[[County], None]:
    def limit(county: County) -> None:
        for name, value in fields.items():
            setattr(base_of(county), name, value)

    return limit


def another(state: BaseState) -> Callable[[County], None]:
    """The same place in a state that no base comes back to in one step."""

    def stand(county: County) -> None:
        town = county.unit("西镇")
        base = make_base(county.unit("嘉祥县"), "新基地", BaseKind.PRACTICE_POINT, town, state=state)
        county.bases[SITE], county.venues[SITE] = base.id, base.venues[0].id

    return stand


def hall(**fields: object) -> Callable[[County], None]:
    def limit(county: County) -> None:
        for name, value in fields.items():
            setattr(session().get_one(Venue, county.venues[SITE]), name, value)

    return limit


def shut(first: date, last: date) -> Callable[[County], None]:
    def close(county: County) -> None:
        session().add(
            Closure(
                base_id=county.bases[SITE],
                first_day=first,
                last_day=last,
                reason="维修",
                recorded_at=datetime(2027, 5, 1),
            )
        )

    return close


def out(count: int, first: date | None, last: date | None) -> Callable[[County], None]:
    def put(county: County) -> None:
        guides = next(r for r in base_of(county).resources if r.kind is BaseResourceKind.GUIDE)
        guides.out_of_order, guides.out_from, guides.out_until = count, first, last

    return put


BEFORE, AFTER = date(2027, 6, 6), date(2027, 6, 8)
Made = Callable[[County], list[Booking]]
CASES: dict[str, tuple[Callable[[County], None], Made, Made]] = {
    **{
        f"not bookable: {state}": (another(state), lambda c: [], lambda c: [venue(c)])
        for state in (
            BaseState.SURVEYED, BaseState.APPLIED, BaseState.REVIEWED, BaseState.RECTIFYING, BaseState.REVOKED,
        )
    },
    "no piece of a closed base": (limited(state=BaseState.REVOKED), lambda c: [], lambda c: [piece(c, 0)]),
    "closed that day": (shut(DAY, DAY), lambda c: [], lambda c: [venue(c)]),
    "closed the day before and after": (
        lambda c: (shut(BEFORE, BEFORE)(c), shut(AFTER, AFTER)(c))[0], lambda c: [venue(c)], lambda c: [],
    ),
    "no piece on a closed day": (shut(BEFORE, AFTER), lambda c: [], lambda c: [piece(c, 0)]),
    "a venue out of use": (hall(is_closed=True), lambda c: [venue(c, name="二号厅")], lambda c: [venue(c)]),
    "three seats, no fourth": (hall(), lambda c: [venue(c, n) for n in range(3)], lambda c: [venue(c, 3)]),
    "two parties a day at the venue": (
        hall(max_per_day=2), lambda c: [venue(c), venue(c, from_unit=56, to_unit=60), venue(c, name="二号厅")],
        lambda c: [venue(c, from_unit=64, to_unit=70)],
    ),
    "two parties a day at the base": (
        limited(max_per_day=2), lambda c: [venue(c), venue(c, name="二号厅", from_unit=56, to_unit=60)],
        lambda c: [venue(c, from_unit=64, to_unit=70)],
    ),
    "two parties at once at the base": (
        limited(groups=2), lambda c: [venue(c), venue(c, name="二号厅", from_unit=42, to_unit=50), venue(c, from_unit=43, to_unit=50)],
        lambda c: [venue(c, 1, from_unit=41, to_unit=43)],
    ),
    "three guides, no fourth": (hall(), lambda c: [piece(c, n) for n in range(3)], lambda c: [piece(c, 3)]),
    "one coach, not twice": (
        hall(), lambda c: [piece(c, 0, BaseResourceKind.COACH)], lambda c: [piece(c, 0, BaseResourceKind.COACH)],
    ),
    "a guide is ill": (out(1, DAY, DAY), lambda c: [piece(c, 0), piece(c, 1)], lambda c: [piece(c, 2)]),
    "a guide is ill until further notice": (out(1, None, None), lambda c: [], lambda c: [piece(c, 2)]),
    "a guide was ill": (out(3, None, BEFORE), lambda c: [piece(c, 2)], lambda c: []),
    "a guide will be ill": (out(3, AFTER, None), lambda c: [piece(c, 2)], lambda c: []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_database_takes_what_the_base_takes_and_no_more(site: County, case: str) -> None:
    arrange, taken, refused = CASES[case]
    with transaction():
        arrange(site)
    with transaction():
        session().add_all(taken(site))
    for made in refused(site):
        with pytest.raises(Conflict), transaction():
            session().add(made)


def test_a_booking_that_was_given_back_is_looked_at_again_when_it_is_taken_up(site: County) -> None:
    with transaction():
        session().add_all([venue(site, state=BookingState.RELEASED), venue(site, 1)])
        base_of(site).max_per_day = 1
    with pytest.raises(Conflict), transaction():
        session().execute(update(Booking).values(state=BookingState.HELD))
    with pytest.raises(Conflict), transaction():
        session().execute(update(Booking).where(Booking.seat == 1).values(seat=7))


def test_what_stands_when_a_base_closes_can_still_be_answered(site: County) -> None:
    with transaction():
        session().add_all([venue(site), piece(site, 0)])
    with transaction():
        base_of(site).state = BaseState.RECTIFYING
        shut(DAY, DAY)(site)
    with transaction():
        session().execute(update(Booking).values(state=BookingState.CONFIRMED))
    with pytest.raises(Conflict), transaction():
        session().execute(update(Booking).values(day=AFTER))


@pytest.mark.parametrize(
    "fields",
    [{"count": -1}, {"count": 2, "out_of_order": 3}, {"out_from": AFTER, "out_until": BEFORE}],
)
def test_a_stock_that_cannot_be_is_refused(site: County, fields: dict[str, object]) -> None:
    with pytest.raises(Conflict), transaction():
        session().execute(update(BaseResource).values(**fields))


@pytest.mark.parametrize("minutes", [-15, 10, 255])
def test_buffers_are_whole_quarter_hours(site: County, minutes: int) -> None:
    for field in ("minutes_before", "minutes_after"):
        with pytest.raises(Conflict), transaction():
            session().execute(update(Venue).values(**{field: minutes}))
