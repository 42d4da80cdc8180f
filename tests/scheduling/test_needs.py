"""Guides, sets and buffers: by hand, in matching, when published, and when the base says no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from bases.enums import BaseResourceKind
from bases.models import BaseResource, TeachingBase, Venue
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses.enums import Method
from courses.models import Course
from instructor_pool.enums import AnswerSource
from scheduling import engine
from scheduling.enums import BookingState, HalfDay, ResourceKind
from scheduling.models import Booking, Session, TrainingClass
from scheduling.queries.bookings import moments_of
from scheduling.services import answering, claiming, needing, placing, publishing, withdrawing
from scheduling.services.placing import Choice
from scheduling.snapshots import build_problem
from tests.factories.county import Browser, County, make_class, make_session

SignIn = Callable[[str], Browser]
SITE, DAY = "红色纪念馆", date(2027, 6, 8)
AFTERNOON = datetime(2027, 6, 8, 14)
GUIDE, PROJECTOR = BaseResourceKind.GUIDE, BaseResourceKind.PROJECTOR


def the(session_id: int) -> Session:
    return session().get_one(Session, session_id)


def lends(county: County, **counts: int) -> None:
    with transaction():
        base = session().get_one(TeachingBase, county.bases[SITE])
        base.resources = [
            BaseResource(kind=BaseResourceKind(kind), count=count) for kind, count in counts.items()
        ]


def visitors(county: County, half: HalfDay = HalfDay.AFTERNOON, owner: str = "嘉祥县") -> int:
    """Another class that has an on-site lesson on the same day."""
    with transaction():
        klass = make_class(county.unit(owner), "B077", [DAY], size=30)
        course = session().get_one(Course, county.courses["现场教学"])
        return make_session(klass, 1, DAY, half, course, wanted_base_id=county.bases[SITE]).id


def visit(county: County, session_id: int, start: datetime = AFTERNOON) -> None:
    with transaction():
        choice = Choice(start, None, county.venues[SITE])
        placing.place(the(session_id), choice, actor=SYSTEM)


def refused(county: County, session_id: int, start: datetime = AFTERNOON) -> dict[str, str]:
    with pytest.raises(RuleBroken) as said:
        visit(county, session_id, start)
    return {v.code: v.sentence for v in said.value.violations}


def ask(session_id: int, **counts: int) -> None:
    with transaction():
        wanted = {BaseResourceKind(kind): count for kind, count in counts.items()}
        needing.ask_for(the(session_id), wanted, actor=SYSTEM)


def publish(county: County, name: str = "B001") -> None:
    with transaction():
        row = session().scalars(select(TrainingClass).where(TrainingClass.number == name)).one()
        publishing.publish(row, actor=SYSTEM, note="试")


def pieces(session_id: int) -> list[tuple[BaseResourceKind, int]]:
    """What the base lends to a session, with the seats."""
    stmt = select(Booking).where(
        Booking.session_id == session_id,
        Booking.kind == ResourceKind.RESOURCE,
        Booking.state == BookingState.CONFIRMED,
    )
    found = [(session().get_one(BaseResource, b.resource_id).kind, b.seat) for b in session().scalars(stmt)]
    return sorted(found)


def test_the_last_guide_is_not_given_twice_by_hand(county: County) -> None:
    lends(county, guide=1)
    visit(county, county.sessions[3])
    told = refused(county, visitors(county))
    assert set(told) == {"resource"}
    assert told["resource"].startswith(
        "红色纪念馆 讲解员 一共 1，这时已经用完：第B001班 第 4 课“现场教学”(6月8日"
    )


def test_a_base_without_guides_shows_people_round_itself(county: County) -> None:
    visit(county, county.sessions[3])
    visit(county, visitors(county))


def test_what_is_asked_for_must_be_there(county: County) -> None:
    lends(county, guide=2, projector=1)
    visit(county, county.sessions[3])
    with pytest.raises(RuleBroken, match="红色纪念馆的投影仪不够：要 2，一共 1"):
        ask(county.sessions[3], projector=2)
    other = visitors(county)
    ask(other, projector=1, guide=1)
    ask(county.sessions[3], projector=1, guide=1)
    assert set(refused(county, other)) == {"resource"}
    ask(other, guide=2)
    assert set(refused(county, other)) == {"resource"}
    ask(other, guide=0)
    visit(county, other)


def test_asking_again_says_who_has_what_runs_short(county: County) -> None:
    lends(county, guide=2)
    other = visitors(county)
    visit(county, county.sessions[3])
    visit(county, other)
    with pytest.raises(RuleBroken, match=r"讲解员 一共 2.*第B001班"):
        ask(other, guide=2)
    with pytest.raises(RuleBroken) as said:
        ask(other, guide=51)
    assert [v.sentence for v in said.value.violations] == ["数量应在 0 到 50 之间。"]


def test_a_room_that_cannot_lend_what_is_asked_for_is_not_proposed(county: County) -> None:
    lends(county, projector=1)
    first = county.sessions[0]
    ask(first, projector=1)
    found = build_problem(county.units["嘉祥县"], 2027).problem
    wanted = next(s for s in found.sessions if s.id == f"s{first}")
    assert "1 projector" in wanted.features
    able = [v.id for v in found.venues if set(wanted.features) <= set(v.features)]
    assert able == []  # only the site has one, and it is no classroom


def test_publishing_claims_a_guide_and_the_base_gives_it_back_with_its_no(county: County) -> None:
    lends(county, guide=2, projector=1)
    mine = county.sessions[3]
    visit(county, mine)
    publish(county)
    assert pieces(mine) == [(GUIDE, 0)]
    ask(mine, guide=2, projector=1)  # told already: claimed at once
    assert pieces(mine) == [(GUIDE, 0), (GUIDE, 1), (PROJECTOR, 0)]
    ask(mine, guide=1)
    assert len(pieces(mine)) == 1
    with transaction():
        booking = (
            session()
            .scalars(select(Booking).where(Booking.session_id == mine, Booking.kind == ResourceKind.VENUE))
            .one()
        )
        answering.answer(
            booking, accept=False, reason="装修", source=AnswerSource.PHONE, actor=county.actor("organiser")
        )
    assert pieces(mine) == []


def test_a_session_that_is_taken_back_gives_back_what_it_was_lent(county: County) -> None:
    lends(county, guide=1)
    visit(county, county.sessions[3])
    publish(county)
    with transaction():
        withdrawing.withdraw(the(county.sessions[3]), reason="改期", actor=SYSTEM)
    assert pieces(county.sessions[3]) == []


def test_a_neighbour_who_publishes_second_is_told_who_has_the_guide(county: County) -> None:
    lends(county, guide=1)
    visit(county, county.sessions[3])
    publish(county)
    with transaction():
        klass = make_class(county.unit("邻县"), "N1", [DAY], size=30)
        course = session().get_one(Course, county.courses["现场教学"])
        row = make_session(klass, 1, DAY, HalfDay.AFTERNOON, course)
        row.start, row.venue_id = AFTERNOON, county.venues[SITE]
        theirs = row.id
    with (
        pytest.raises(Conflict, match=r"红色纪念馆 讲解员在 .*已经用完\(可用 1\)：第B001班《现场教学》"),
        transaction(),
    ):
        claiming.settle([the(theirs)])


def test_matching_sends_groups_at_different_times_when_one_guide_is_there(county: County) -> None:
    lends(county, guide=1)
    with transaction():
        the(county.sessions[3]).half_day = HalfDay.ANY
        the(county.sessions[2]).half_day = HalfDay.EVENING
    other = visitors(county, HalfDay.ANY)
    snapshot = build_problem(county.units["嘉祥县"], 2027)
    plan = engine.solve(snapshot.problem, engine.SolveOptions(iterations=50))
    starts = {a.session: a.start for a in plan.assignments}
    assert {starts[f"s{county.sessions[3]}"], starts[f"s{other}"]} == {datetime(2027, 6, 8, 8, 30), AFTERNOON}
    with transaction():
        session().get_one(TeachingBase, county.bases[SITE]).max_per_day = 1
    plan = engine.solve(
        build_problem(county.units["嘉祥县"], 2027).problem, engine.SolveOptions(iterations=50)
    )
    both = {f"s{county.sessions[3]}", f"s{other}"}
    assert len(both & {a.session for a in plan.assignments if a.start is not None and a.venue}) == 1


def test_what_others_have_booked_of_a_shared_place_counts_in_matching(county: County) -> None:
    """Two parties at once: one of the neighbours leaves room for one of ours, out-of-order guides for none."""
    lends(county, guide=2)
    with transaction():
        klass = make_class(county.unit("邻县"), "N1", [DAY], size=30)
        course = session().get_one(Course, county.courses["现场教学"])
        theirs = make_session(klass, 1, DAY, HalfDay.AFTERNOON, course)
        guides = session().scalars(select(BaseResource)).one()
        usual = {"session_id": theirs.id, "day": DAY, "from_unit": 56, "to_unit": 62, "state": BookingState.HELD, "asked_at": datetime(2027, 5, 1)}  # fmt: skip
        session().add(Booking(kind=ResourceKind.VENUE, resource_id=county.venues[SITE], **usual))
        session().add(Booking(kind=ResourceKind.RESOURCE, resource_id=guides.id, **usual))
    visit(county, county.sessions[3])
    told = refused(county, visitors(county))
    assert set(told) == {"venue_busy", "resource"}
    assert "第N1班《现场教学》" in told["resource"]
    with transaction():
        placing.clear(the(county.sessions[3]), ["start"], actor=SYSTEM)
        session().scalars(select(BaseResource)).one().out_of_order = 1
    assert set(refused(county, county.sessions[3])) == {"resource"}


def test_a_venue_is_kept_before_and_after_and_people_are_not(county: County) -> None:
    with transaction():
        hall = session().get_one(Venue, county.venues[SITE])
        hall.minutes_before, hall.minutes_after, hall.groups = 30, 15, 1
    mine = county.sessions[3]
    visit(county, mine)
    publish(county)
    rows = {b.kind: b for b in session().scalars(select(Booking).where(Booking.session_id == mine))}
    venue = rows[ResourceKind.VENUE]
    assert (venue.from_unit, venue.to_unit, venue.units_before, venue.units_after) == (54, 63, 2, 1)
    assert (
        moments_of(venue) == moments_of(rows[ResourceKind.CLASS]) == (AFTERNOON, datetime(2027, 6, 8, 15, 30))
    )
    with transaction():
        session().get_one(Venue, county.venues[SITE]).minutes_after = 60
        the(mine).course_name = "现场教学二"
    publish(county)
    assert (
        session().get_one(Booking, venue.id).state is BookingState.HELD
    )  # asked once, although buffers changed


def test_no_second_party_comes_into_the_buffers(county: County) -> None:
    with transaction():
        hall = session().get_one(Venue, county.venues["东镇党校"])
        hall.minutes_after = 240
        the(county.sessions[3]).method = Method.LECTURE
    with transaction():
        choice = Choice(datetime(2027, 6, 7, 8, 30), county.instructors["王芳"], hall.id)
        placing.place(the(county.sessions[0]), choice, actor=SYSTEM)
    second = Choice(datetime(2027, 6, 7, 14), county.instructors["王芳"], county.venues["东镇党校"])
    with pytest.raises(RuleBroken) as said, transaction():
        placing.place(the(county.sessions[1]), second, actor=SYSTEM)
    assert {v.code for v in said.value.violations} == {"venue_busy"}
    with transaction():
        session().get_one(Venue, county.venues["东镇党校"]).minutes_after = 195  # 10:45 to 14:00
    with transaction():
        placing.place(the(county.sessions[1]), second, actor=SYSTEM)


def test_the_page_asks_and_refuses_in_words(sign_in: SignIn, county: County) -> None:
    organiser = sign_in("organiser")
    lends(county, guide=1)
    url = f"/scheduling/sessions/{county.sessions[3]}/needs"
    page = organiser.get(url).get_data(as_text=True)
    assert 'name="guide"' in page
    assert 'value="1"' in page
    assert organiser.post(url, data={"guide": "zwei"}).status_code == 422
    visit(county, county.sessions[3])
    answer = organiser.post(url, data={"guide": "2"})
    assert answer.status_code == 422
    assert "红色纪念馆的讲解员不够：要 2，一共 1。" in answer.get_data(as_text=True)
    assert organiser.post(url, data={"guide": "0"}).status_code == 302
    shown = organiser.get(f"/scheduling/sessions/{county.sessions[3]}").get_data(as_text=True)
    assert "讲解员和设备" in shown
