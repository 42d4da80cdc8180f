"""Coaches and sets that visits and packages ask for are claimed like a session's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from accounts.access import EVERYTHING, SYSTEM
from bases.enums import BaseResourceKind
from bases.models import BaseResource, TeachingBase
from bases.services import resources
from bases.services.resources import Stock, TooFew
from core.db import db, session, transaction
from core.errors import RuleBroken
from notifications.models import OutboxMessage
from scheduling.enums import ResourceKind, VisitState
from scheduling.models import Booking, VisitNeed
from scheduling.queries.clashes import clashes_of_base, list_clashes
from scheduling.queries.needs import asked_by
from scheduling.queries.packages import coach_text
from scheduling.queries.visit_settings import visit_settings
from scheduling.queries.visits import list_stopped
from scheduling.rules.visits import VisitSettings
from scheduling.services import ordering, visiting
from scheduling.services.rematching import rematch
from scheduling.services.visiting import Full
from scheduling.snapshots.packages import suggest
from tests.factories.county import Browser, County
from tests.factories.packages import order_package, rows_of
from tests.factories.packages import the as the_order
from tests.factories.visits import MUSEUM, TUESDAY, asked, part, the
from tests.scheduling.test_outside import published

COACH, PROJECTOR = BaseResourceKind.COACH, BaseResourceKind.PROJECTOR


def lends(county: County, way: int = 0, **counts: int) -> None:
    """What the museum has; each piece is `way` minutes on its way to a party and back."""
    with transaction():
        base = session().get_one(TeachingBase, county.bases[MUSEUM])
        base.resources = [
            BaseResource(kind=BaseResourceKind(kind), count=count, minutes_before=way, minutes_after=way)
            for kind, count in counts.items()
        ]


def lent(visit_id: int) -> dict[BaseResourceKind, list[int]]:
    """The pieces a visit holds, by kind."""
    stmt = (
        select(BaseResource.kind, Booking.seat)
        .join(Booking, Booking.resource_id == BaseResource.id)
        .where(Booking.kind == ResourceKind.RESOURCE, Booking.visit_id == visit_id)
        .where(Booking.state.in_(("held", "confirmed")))
    )
    found: dict[BaseResourceKind, list[int]] = {}
    for kind, seat in session().execute(stmt):
        found.setdefault(kind, []).append(seat)
    return {kind: sorted(seats) for kind, seats in found.items()}


def broken(county: County, **wish: object) -> tuple[type[RuleBroken], list[tuple[str, str]]]:
    with pytest.raises(RuleBroken) as refused:
        asked(county, **wish)
    return refused.type, [(v.code, v.subject) for v in refused.value.violations]


def test_a_visit_claims_what_it_asks_for(county: County) -> None:
    lends(county, guide=3, coach=2, projector=1)
    first = asked(county, groups=2, people=80, needs={COACH: 1, PROJECTOR: 1})
    assert lent(first) == {BaseResourceKind.GUIDE: [0, 1], COACH: [0], PROJECTOR: [0]}
    with transaction():
        visiting.take(the(first), [part(county, needs={COACH: 2})], actor=SYSTEM)
    assert lent(first) == {BaseResourceKind.GUIDE: [0], COACH: [0, 1]}
    assert {need.kind: need.count for need in the(first).needs} == {COACH: 2}


@pytest.mark.parametrize(
    ("needs", "code"),
    [({COACH: 3}, "lacking"), ({PROJECTOR: 1}, "lacking"), ({COACH: 51}, "count"), ({COACH: 0}, "count")],
)
def test_what_a_base_never_has_is_refused_at_its_field(
    county: County, needs: Mapping[BaseResourceKind, int], code: str
) -> None:
    lends(county, coach=2)
    kind = next(iter(needs))
    assert broken(county, needs=needs) == (RuleBroken, [(code, kind.value)])


def test_whoever_waits_for_a_coach_moves_up_when_it_is_given_back(county: County) -> None:
    lends(county, coach=1)
    first = asked(county, needs={COACH: 1})
    assert broken(county, needs={COACH: 1}) == (Full, [("pieces", "coach")])
    second = asked(county, needs={COACH: 1}, wait=True)
    assert the(second).state is VisitState.WAITING
    with transaction():
        visiting.withdraw(the(first), "改期", actor=SYSTEM)
    assert the(second).state is VisitState.HELD and lent(second) == {COACH: [0]}


def test_a_coach_is_claimed_for_the_way_there_and_back(county: County) -> None:
    lends(county, coach=1, way=60)
    first = asked(county, needs={COACH: 1})  # 9:00 to 10:30
    [held] = [b for b in the(first).bookings if b.kind is ResourceKind.RESOURCE]
    assert (held.from_unit, held.units_before, held.to_unit, held.units_after) == (32, 4, 46, 4)
    soon, later = TUESDAY + timedelta(hours=3, minutes=15), TUESDAY + timedelta(hours=3, minutes=30)
    assert broken(county, start=soon, needs={COACH: 1}) == (Full, [("pieces", "coach")])
    assert lent(asked(county, start=later, needs={COACH: 1})) == {COACH: [0]}
    with pytest.raises(IntegrityError), db.engine.begin() as connection:  # whoever asks the database itself
        columns = [c.name for c in Booking.__table__.columns if c.name not in ("id", "from_unit", "to_unit")]
        same = ", ".join(columns)
        connection.execute(
            text(
                f"INSERT INTO booking ({same}, from_unit, to_unit) SELECT {same}, 20, 33 FROM booking WHERE id = :id"
            ),
            {"id": held.id},
        )


@pytest.mark.parametrize("row", [{"kind": "guide", "count": 1}, {"kind": "coach", "count": 0}])
def test_the_database_keeps_needs_in_bounds(county: County, row: dict[str, object]) -> None:
    visit_id = asked(county)
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(insert(VisitNeed.__table__).values(visit_id=visit_id, **row))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("coaches", "said"),
    [(2, "大客车 2 辆，由红色纪念馆提供"), (1, "需要大客车，基地没有够用的，由主办单位安排")],
)
def test_the_coaches_of_a_package_come_from_the_first_base_that_has_enough(
    county: County, coaches: int, said: str
) -> None:
    lends(county, coach=coaches)
    order_id = order_package(county, people=80, needs_coach=True)
    assert coach_text(the_order(order_id)) == said
    asked_for = asked_by([row.id for row in rows_of(order_id)])
    assert asked_for == ({rows_of(order_id)[1].id: {COACH: 2}} if coaches == 2 else {})


@pytest.mark.parametrize(("way", "earliest"), [(0, 13), (60, 15)])
def test_a_package_is_planned_around_coaches_that_a_visit_has(
    county: County, way: int, earliest: int
) -> None:
    """The visit is over at 13:00; its coach drives back, and another way to the class."""
    lends(county, coach=2, way=way)
    order_id = order_package(county, people=80, needs_coach=True)
    usual = suggest(the_order(order_id)).parts[1].start
    assert usual < datetime(2027, 6, 16, 12)
    asked(county, start=datetime(2027, 6, 16, 8), minutes=300, needs={COACH: 1})
    assert suggest(the_order(order_id)).parts[1].start >= datetime(2027, 6, 16, earliest)
    with transaction():
        ordering.take_back(the_order(order_id), actor=SYSTEM)


def test_the_form_offers_what_the_base_has_and_keeps_what_was_typed(county: County, sign_in: object) -> None:
    lends(county, coach=2)
    browser = sign_in("contact")  # type: ignore[operator]
    url = f"/visits/bases/{county.bases[MUSEUM]}"
    page = browser.get(url).text
    assert 'name="coach"' in page and "这个基地一共 2" in page and 'name="projector"' not in page
    fields = {
        "unit_id": county.unit("东镇").id,
        "venue_id": county.venues[MUSEUM],
        "day": TUESDAY.date().isoformat(),
        "at": "09:00",
        "minutes": 90,
        "people": 40,
        "groups": 1,
        "coach": 3,
        "theme": "主题党日",
        "contact_name": "李联络",
        "phone": "13800001234",
    }
    refused = browser.post(url, data=fields)
    assert refused.status_code == 422 and "一共只有 2" in refused.text and 'value="3"' in refused.text
    assert browser.post(url, data={**fields, "coach": 2}).status_code == 302


def test_each_level_sets_what_holds_for_its_bases(county: County, sign_in: object) -> None:
    browser = sign_in("organiser")  # type: ignore[operator]
    wrong = browser.post(
        "/visits/settings", data={"answer_hours": 0, "no_show_hours": 24, "code_minutes": "x"}
    )
    assert wrong.status_code == 422 and "应在 1 到 336 之间" in wrong.text and "请填整数" in wrong.text
    wanted = {"answer_hours": 12, "no_show_hours": 2, "code_minutes": 30, "coach_seats": 20}
    assert browser.post("/visits/settings", data=wanted).status_code == 302
    assert visit_settings(county.unit("东镇")) == VisitSettings(**wanted)  # a level below follows
    assert visit_settings(county.unit("济宁市")) == VisitSettings()
    visit = the(asked(county))
    assert visit.answer_by is not None
    assert abs(visit.answer_by - visit.asked_at - timedelta(hours=12)) < timedelta(minutes=1)


def test_fewer_pieces_are_confirmed_and_listed(county: County, sign_in: Callable[[str], Browser]) -> None:
    """Of three projectors two are booked; with one left, the later visit has none until the earlier goes."""
    lends(county, projector=3)
    first = asked(county, people=30, needs={PROJECTOR: 1})
    second = asked(county, people=31, needs={PROJECTOR: 1})
    base_id = county.bases[MUSEUM]
    office = sign_in("organiser")
    url, fewer = f"/bases/{base_id}/resources", {"projector-count": "1", "version": str(_version(base_id))}
    refused = office.post(url, data=fewer)
    assert refused.status_code == 422 and "有 1 个预约就不够用了" in refused.text
    assert _stock(base_id) == 3 and not list_stopped(EVERYTHING, EVERYTHING)
    assert office.post(url, data=fewer | {"anyway": "1"}).status_code == 302
    assert _stock(base_id) == 1
    assert [visit.id for visit in list_stopped(EVERYTHING, EVERYTHING)] == [second]
    assert "投影仪这个时间都有人用" in office.get(f"/visits/{second}").text
    assert "投影仪这个时间都有人用" not in office.get(f"/visits/{first}").text
    told = (
        session().scalars(select(OutboxMessage.title).where(OutboxMessage.title.contains("另行安排"))).all()
    )
    assert len(told) == 1
    # Nothing more is lost: what is out of order already asks nobody again.
    again = {"projector-count": "1", "projector-name": "流明高", "version": str(_version(base_id))}
    assert office.post(url, data=again).status_code == 302
    with transaction():
        visiting.withdraw(the(first), "改期", actor=SYSTEM)
    assert not list_stopped(EVERYTHING, EVERYTHING)


def test_a_lesson_whose_set_is_out_of_order_is_a_clash(county: County) -> None:
    lends(county, guide=2)
    published(county)
    base = session().get_one(TeachingBase, county.bases[MUSEUM])
    stock = {BaseResourceKind.GUIDE: Stock(2, out_of_order=2)}
    with pytest.raises(TooFew), transaction():
        resources.set_stock(base, stock, actor=SYSTEM)
    with transaction():
        resources.set_stock(base, stock, actor=SYSTEM, anyway=True)
    [clash] = clashes_of_base(EVERYTHING, county.bases[MUSEUM])
    assert clash.reason == "讲解员不够了，这一天可用 0"
    with transaction():
        [run] = rematch(list_clashes(EVERYTHING), actor=county.actor("organiser"))
        assert clash.booking.lesson.venue_id is None and run.id


def _stock(base_id: int) -> int:
    stmt = select(BaseResource.count).where(BaseResource.base_id == base_id, BaseResource.kind == PROJECTOR)
    return session().scalars(stmt).one()


def _version(base_id: int) -> int:
    return session().scalars(select(TeachingBase.version).where(TeachingBase.id == base_id)).one()
