"""Packages: the menu, orders for a class, one plan for the whole, and parts that cannot come apart."""

from __future__ import annotations

import contextlib
import random
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from accounts.access import SYSTEM
from bases.models import TeachingBase, Venue
from core import clock
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses.models import Course
from scheduling.enums import BookingState, HalfDay, PackageStage, ResourceKind, RunState, SessionState
from scheduling.models import (
    Booking,
    MatchRun,
    Package,
    PackageOrder,
    ProposalItem,
    TrainingClass,
)
from scheduling.rules.packages import (
    OrderFacts,
    PackageFacts,
    stage_of,
)
from scheduling.services import (
    adopting,
    answering,
    holding,
    intake,
    ordering,
    packages,
    placing,
    planning,
    publishing,
    withdrawing,
)
from scheduling.services.placing import Choice
from scheduling.snapshots import build_problem
from scheduling.snapshots.packages import suggest
from tests.factories.county import County
from tests.factories.packages import DAY, lesson_part, order_package, rows_of, the, visit_part

NOTE = "学时比例不足处已报部长同意"


def accept(order_id: int) -> None:
    """Take what the engine suggests."""
    found = suggest(the(order_id))
    assert found.parts, found.obstacles
    choices = {p.row.id: Choice(p.start, p.instructor_id, p.venue_id) for p in found.parts}
    with transaction():
        ordering.place(the(order_id), choices, actor=SYSTEM)


def publish(county: County, name: str = "P001") -> publishing.Published:
    with transaction():
        klass = session().get_one(TrainingClass, county.classes[name])
        return publishing.publish(klass, actor=SYSTEM, note=NOTE)


def test_one_order_for_80_people_gives_a_plan_of_all_its_parts(county: County) -> None:
    order_id = order_package(county)
    lesson, visit = rows_of(order_id)
    assert [(r.package_stage, r.start, r.course_name) for r in (lesson, visit)] == [
        (PackageStage.OPEN, None, "嘉祥党史"),
        (PackageStage.OPEN, None, "红色纪念馆"),
    ]
    found = suggest(the(order_id))
    assert [(p.start, p.who, p.where) for p in found.parts] == [
        (datetime(2027, 6, 16, 8, 30), "王芳", "东镇党校"),
        (datetime(2027, 6, 16, 10, 30), "", "红色纪念馆"),
    ]
    # 17.6 km as the crow flies are 28 minutes by road: 10:00 to 10:30 is enough, and no earlier half hour is.
    assert [p.travel for p in found.parts] == [None, 28]
    accept(order_id)
    assert the(order_id).stage is PackageStage.PLACED
    assert [r.package_stage for r in rows_of(order_id)] == [PackageStage.PLACED] * 2
    with transaction():
        ordering.unplace(the(order_id), actor=SYSTEM)
    assert [(r.start, r.venue_id, r.instructor_id) for r in rows_of(order_id)] == [(None, None, None)] * 2


def moments(order_id: int) -> set[tuple[PackageStage | None, SessionState, bool]]:
    return {(r.package_stage, r.state, r.start is not None) for r in rows_of(order_id)}


def alone(order_id: int, what: str) -> None:
    """Do something to the first part alone."""
    row = rows_of(order_id)[0]
    klass = row.training_class
    match what:
        case "place":
            at = Choice(datetime(2027, 6, 16, 14), row.instructor_id, row.venue_id)
            placing.place(row, at, actor=SYSTEM)
        case "clear":
            placing.clear(row, ["instructor"], actor=SYSTEM)
        case "clear all":
            placing.clear(row, placing.PARTS, actor=SYSTEM)
        case "change":
            facts = planning.SessionFacts(
                row.position, klass.ends_on, HalfDay.MORNING, row.course_name, row.method, Decimal(3)
            )
            planning.update_session(row, facts, actor=SYSTEM)
        case "import":
            intake.amend_session(row, actor=SYSTEM, class_hours=Decimal(3))


@pytest.mark.parametrize("what", ["place", "clear", "clear all", "change", "import"])
@pytest.mark.parametrize("is_placed", [False, True])
def test_no_part_is_moved_cleared_or_changed_alone(county: County, what: str, is_placed: bool) -> None:
    order_id = order_package(county)
    if is_placed:
        accept(order_id)
    before = moments(order_id)
    with pytest.raises(RuleBroken, match="套餐“红色研学”的各部分要一起安排"), transaction():
        alone(order_id, what)
    assert moments(order_id) == before


def test_somebody_else_may_teach_a_part(county: County) -> None:
    order_id = order_package(county)
    accept(order_id)
    row = rows_of(order_id)[0]
    with transaction():
        at = Choice(row.start, county.instructors["单雄"], row.venue_id)
        placing.place(rows_of(order_id)[0], at, actor=SYSTEM)
    assert rows_of(order_id)[0].instructor_id == county.instructors["单雄"]
    assert the(order_id).stage is PackageStage.PLACED


AROUND = {
    "one part loses its time": "UPDATE session SET start = NULL, venue_id = NULL, instructor_id = NULL WHERE id = {first}",
    "one part loses its room": "UPDATE session SET venue_id = NULL WHERE id = {first}",
    "one part says it is open": (
        "UPDATE session SET start = NULL, venue_id = NULL, instructor_id = NULL, package_stage = 'open' WHERE id = {first}"
    ),
    "one part is published": "UPDATE session SET state = 'published', package_stage = 'told' WHERE id = {first}",
    "one part is cancelled": "UPDATE session SET state = 'cancelled', package_stage = 'ended' WHERE id = {first}",
    "one part goes to another class": "UPDATE session SET class_id = {other}, position = 99 WHERE id = {first}",
    "the order alone goes on": "UPDATE package_order SET stage = 'told' WHERE id = {order}",
    "one part is untied by half": "UPDATE session SET package_stage = NULL WHERE id = {first}",
}


@pytest.mark.parametrize("statement", AROUND.values(), ids=AROUND.keys())
def test_the_database_keeps_the_parts_together(county: County, statement: str) -> None:
    order_id = order_package(county)
    accept(order_id)
    before = moments(order_id)
    facts = {"first": rows_of(order_id)[0].id, "other": county.classes["B001"], "order": order_id}
    with pytest.raises((IntegrityError, Conflict)), transaction():
        session().execute(text(statement.format(**facts)))
    assert moments(order_id) == before


def test_the_database_lets_the_whole_go_on(county: County) -> None:
    """The negative control: what is refused one by one passes when all of it is done in one transaction."""
    order_id = order_package(county)
    accept(order_id)
    with transaction():
        session().execute(
            text(
                "UPDATE session SET state = 'cancelled', package_stage = 'ended' WHERE package_order_id = :o"
            ),
            {"o": order_id},
        )
        session().execute(text("UPDATE package_order SET stage = 'ended' WHERE id = :o"), {"o": order_id})
    session().expire_all()
    assert moments(order_id) == {(PackageStage.ENDED, SessionState.CANCELLED, True)}


def test_all_is_told_taken_back_and_cancelled_together(county: County) -> None:
    order_id = order_package(county)
    accept(order_id)
    assert len(publish(county).told) == 2
    assert moments(order_id) == {(PackageStage.TOLD, SessionState.PUBLISHED, True)}
    with transaction():
        withdrawing.withdraw(rows_of(order_id)[1], reason="下雨", actor=SYSTEM)
    assert moments(order_id) == {(PackageStage.PLACED, SessionState.PLANNED, True)}
    live = select(Booking).where(Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED)))
    assert session().scalars(live).all() == []
    publish(county)
    with transaction():
        withdrawing.cancel(rows_of(order_id)[0], reason="不办了", actor=SYSTEM)
    assert moments(order_id) == {(PackageStage.ENDED, SessionState.CANCELLED, True)}
    assert {r.cancel_reason for r in rows_of(order_id)} == {"不办了"}


def test_what_lacks_a_part_is_not_told_and_leaves_the_plan_whole(county: County) -> None:
    order_id = order_package(county)
    accept(order_id)
    publish(county)
    person = select(Booking).where(Booking.kind == ResourceKind.INSTRUCTOR)
    with transaction():
        answering.answer(session().scalars(person).one(), accept=False, reason="出差", actor=SYSTEM)
    lesson, visit = rows_of(order_id)
    assert (lesson.instructor_id, visit.package_stage) == (None, PackageStage.TOLD)
    with pytest.raises(RuleBroken, match="课次还没排齐"):
        publish(county)
    series = [r for r in build_problem(county.units["嘉祥县"], 2027).problem.series if r.id == f"p{order_id}"]
    assert [(r.ordered, r.together) for r in series] == [(True, False)]
    with transaction():
        withdrawing.withdraw(rows_of(order_id)[1], reason="没有讲师", actor=SYSTEM)
    assert moments(order_id) == {(PackageStage.OPEN, SessionState.PLANNED, False)}


def test_a_package_that_has_begun_is_not_taken_back_but_can_be_ended(county: County) -> None:
    order_id = order_package(county)
    accept(order_id)
    publish(county)
    clock.set_offset(clock._offset + (datetime(2027, 6, 16, 10, 15) - clock.now()))
    with transaction():
        holding.hold(rows_of(order_id)[0], attendance=78, actor=SYSTEM)
    with pytest.raises(RuleBroken, match="套餐已经上了一部分"), transaction():
        withdrawing.withdraw(rows_of(order_id)[1], reason="下雨", actor=SYSTEM)
    with transaction():
        withdrawing.cancel(rows_of(order_id)[1], reason="下雨", actor=SYSTEM)
    assert [r.state for r in rows_of(order_id)] == [SessionState.HELD, SessionState.CANCELLED]
    assert the(order_id).stage is PackageStage.ENDED


def test_matching_places_all_or_none_and_adopting_takes_no_part_alone(county: County) -> None:
    order_id = order_package(county)
    lesson, visit = (r.id for r in rows_of(order_id))
    spots = {p.row.id: p for p in suggest(the(order_id)).parts}
    owner = county.units["嘉祥县"]
    snapshot = build_problem(owner, 2027, [county.classes["P001"]])
    [series] = [r for r in snapshot.problem.series if r.id == f"p{order_id}"]
    assert (series.sessions, series.ordered, series.together) == ((f"s{lesson}", f"s{visit}"), True, True)
    with transaction():
        run = MatchRun(
            owner_id=owner,
            year=2027,
            class_ids=[county.classes["P001"]],
            asked_at=datetime(2027, 5, 10),
            state=RunState.READY,
            fingerprint=snapshot.fingerprint,
            log={},
        )
        run.items = [
            ProposalItem(
                session_id=s, start=p.start, instructor_id=p.instructor_id, venue_id=p.venue_id, reasons={}
            )
            for s, p in spots.items()
        ]
        session().add(run)
        session().flush()
        run_id = run.id
    with pytest.raises(RuleBroken, match="只采用这些课次会违反规则") as refused, transaction():
        adopting.adopt(session().get_one(MatchRun, run_id), [lesson], actor=SYSTEM)
    assert [v.code for v in refused.value.violations] == ["together"]
    with transaction():
        assert adopting.adopt(session().get_one(MatchRun, run_id), None, actor=SYSTEM) == 2
    assert the(order_id).stage is PackageStage.PLACED
    with transaction():
        adopting.give_back(session().get_one(MatchRun, run_id), actor=SYSTEM)
    assert moments(order_id) == {(PackageStage.OPEN, SessionState.PLANNED, False)}


def test_what_does_not_fit_says_which_part_and_why(county: County) -> None:
    with transaction():
        session().get_one(Venue, county.venues["红色纪念馆"]).capacity = 20
    found = suggest(the(order_package(county)))
    assert not found.parts
    assert found.obstacles == ["第 2 节“红色纪念馆”没有合适的安排：容量不够。"]


def test_later_edits_of_the_menu_change_no_order(county: County) -> None:
    order_id = order_package(county)
    with transaction():
        package = session().get_one(Package, the(order_id).package_id)
        course = session().get_one(Course, county.courses["公文写作"])
        base = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        facts = PackageFacts(
            "换了", [lesson_part(course, "4"), visit_part(base)], 10, meals_price=Decimal(99)
        )
        packages.update_package(package, facts, actor=SYSTEM)
        packages.set_offered(package, False, actor=SYSTEM)
    made = the(order_id)
    assert (made.name, made.meals_price) == ("红色研学", 0)
    assert [(r.course_name, r.class_hours) for r in rows_of(order_id)] == [("嘉祥党史", 2), ("红色纪念馆", 2)]
    with pytest.raises(RuleBroken, match="不在菜单上"), transaction():
        klass = session().get_one(TrainingClass, county.classes["P001"])
        facts = OrderFacts(DAY, DAY, 8)
        ordering.order(session().get_one(Package, made.package_id), klass, facts, actor=SYSTEM)


def test_an_order_is_undone_as_if_it_had_not_been_made(county: County) -> None:
    order_id = order_package(county)
    accept(order_id)
    with transaction():
        ordering.take_back(the(order_id), actor=SYSTEM)
    assert rows_of(order_id) == [] and session().get(PackageOrder, order_id) is None


@pytest.mark.parametrize(
    ("first", "last", "people", "code"),
    [
        (date(2027, 6, 17), DAY, 80, "span"),
        (date(2027, 6, 15), DAY, 80, "class_days"),
        (DAY, DAY, 101, "people"),
        (DAY, DAY, 81, "people"),
        (DAY, DAY, 0, "people"),
    ],
)
def test_an_order_that_cannot_be_names_its_field(
    county: County, first: date, last: date, people: int, code: str
) -> None:
    order_id = order_package(county)
    with pytest.raises(RuleBroken) as refused, transaction():
        klass = session().get_one(TrainingClass, county.classes["P001"])
        package = session().get_one(Package, the(order_id).package_id)
        ordering.order(package, klass, OrderFacts(first, last, people), actor=SYSTEM)
    assert [v.code for v in refused.value.violations] == [code]


def step(county: County, order_id: int, rng: random.Random) -> None:
    """Something that somebody may do, to a part or to the whole."""
    made, rows = the(order_id), rows_of(order_id)
    row = rng.choice(rows)
    match rng.randrange(10):
        case 0 | 1:
            found = suggest(made)
            some = rng.sample(found.parts, rng.randrange(1, 3)) if found.parts else []
            if rng.random() < 0.7:
                some = list(found.parts)
            choices = {p.row.id: Choice(p.start, p.instructor_id, p.venue_id) for p in some}
            ordering.place(made, choices, actor=SYSTEM)
        case 2:
            ordering.unplace(made, actor=SYSTEM)
        case 3:
            day = date(2027, 6, rng.choice((16, 17, 18)))
            ordering.move(made, day, day, actor=SYSTEM)
        case 4 | 5:
            publishing.publish(row.training_class, actor=SYSTEM, note=NOTE)
        case 6:
            withdrawing.withdraw(row, reason="改期", actor=SYSTEM)
        case 7:
            alone(order_id, rng.choice(("place", "clear", "clear all", "change", "import")))
        case 8:
            held = select(Booking).where(Booking.state == BookingState.HELD).order_by(Booking.id)
            for booking in list(session().scalars(held))[:1]:
                answering.answer(booking, accept=rng.random() < 0.4, reason="出差", actor=SYSTEM)
        case 9:
            who = county.instructors[rng.choice(("王芳", "单雄"))] if row.needs_instructor else None
            placing.place(row, Choice(row.start, who, row.venue_id), actor=SYSTEM)


@pytest.mark.parametrize("seed", [0, 1])
def test_no_sequence_of_services_leaves_a_package_half_placed(county: County, seed: int) -> None:
    """Placed with all its parts in order, or not at all; only a decline leaves a gap in one that was told."""
    order_id, rng = order_package(county), random.Random(seed)
    stages = set()
    for _ in range(30):
        with contextlib.suppress(RuleBroken, Conflict), transaction():
            step(county, order_id, rng)
        session().expire_all()
        rows = rows_of(order_id)
        stage = the(order_id).stage
        stages.add(stage)
        assert {r.package_stage for r in rows} == {stage}
        assert stage_of([(r.state, r.start is not None) for r in rows]) is stage
        timed = [r for r in rows if r.start is not None and r.end is not None]
        assert len(timed) in (0, len(rows))
        assert all(a.end <= b.start for a, b in pairwise(timed))
        if stage is PackageStage.PLACED:
            assert all(r.is_complete for r in rows)
    assert {PackageStage.OPEN, PackageStage.PLACED, PackageStage.TOLD} <= stages
