"""Borrowed instructors: asked for, lent within a quota, booked only under a loan, given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from accounts.enums import P
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses.models import Course
from instructor_pool.enums import PoolState
from instructor_pool.models import Instructor
from instructor_pool.services import merging
from notifications.models import OutboxMessage
from party_lessons.enums import PostKind
from party_lessons.models import Post
from scheduling.enums import BookingState, HalfDay, LoanState, ResourceKind
from scheduling.models import Booking, Loan, Session, TrainingClass
from scheduling.queries import choices
from scheduling.queries.ahead import read_offer
from scheduling.queries.clashes import list_clashes
from scheduling.services import lending, placing, publishing
from scheduling.services.lending import Wish
from scheduling.services.placing import Choice
from scheduling.snapshots import build_problem
from scheduling.snapshots.candidates import panel_of
from tests.factories.county import County, make_class, make_session
from tests.factories.loans import asked, lent, make_guest, quota, the, wish
from tests.factories.scheduling import place

MONDAY, TUESDAY = date(2027, 6, 7), date(2027, 6, 8)
MORNING = datetime(2027, 6, 7, 8, 30)


@pytest.fixture
def guest(county: County) -> int:
    return make_guest(county)


def planned(county: County, guest: int) -> Session:
    """The first session of the class stands with the guest in the working plan."""
    row = session().get_one(Session, county.sessions[0])
    place(row, MORNING, county, "冉启明", "东镇党校")
    session().flush()
    return row


def publish(county: County) -> None:
    with transaction():
        klass = session().get_one(TrainingClass, county.classes["B001"])
        publishing.publish(klass, actor=SYSTEM, note="测试")


def booking(county: County, guest: int, **fields: Any) -> Booking:
    usual = {"session_id": county.sessions[0], "kind": ResourceKind.INSTRUCTOR, "resource_id": guest, "day": MONDAY, "from_unit": 34, "to_unit": 43, "seat": 0, "state": BookingState.HELD, "asked_at": datetime(2027, 5, 10)}  # fmt: skip
    return Booking(**(usual | fields))


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"sessions": 0}, "sessions", "1 到 200"),
        ({"purpose": " "}, "purpose", "用途"),
        ({"first_day": None}, "first_day", "请选班次，或填写起止日期"),
        ({"last_day": date(2027, 5, 31)}, "last_day", "不能早于开始"),
        ({"first_day": date(2027, 4, 1), "last_day": date(2027, 4, 2)}, "last_day", "已经过去"),
        ({"first_day": date(2027, 5, 9)}, "first_day", "不能早于今天"),
        ({"last_day": date(2028, 1, 2)}, "last_day", "分年申请"),
        ({"first_day": date(2028, 2, 1), "last_day": date(2028, 3, 1)}, "last_day", "聘期到 2028-02-29 为止"),
        ({"first_day": date(2028, 1, 3), "last_day": date(2028, 1, 4)}, "first_day", "2028 年没有开放借用"),
    ],
)
def test_every_refusal_of_a_request_names_its_field(
    county: County, guest: int, fields: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        asked(county, guest, **fields)
    (violation,) = refused.value.violations
    assert violation.subject == field and sentence in violation.sentence


def test_own_people_and_units_that_do_not_lend_are_not_asked_for(county: County, guest: int) -> None:
    for name in ("王芳", "冉启明"):
        unit = "嘉祥县" if name == "王芳" else "济宁市"
        with pytest.raises(RuleBroken) as refused, transaction():
            person = session().get_one(Instructor, county.instructors[name])
            lending.ask(person, county.unit(unit), wish(), actor=SYSTEM)
        assert "由本级管理" in refused.value.violations[0].sentence
    with transaction():
        lending.set_quota(county.unit("济宁市"), 2027, 0, actor=SYSTEM)
    with pytest.raises(RuleBroken) as refused:
        asked(county, guest)
    assert "没有开放借用" in refused.value.violations[0].sentence


def test_one_request_at_a_time_for_the_same_days(county: County, guest: int) -> None:
    asked(county, guest)
    with pytest.raises(RuleBroken, match="已有一份借用"):
        asked(county, guest, first_day=date(2027, 6, 30), last_day=date(2027, 7, 1))
    asked(county, guest, first_day=date(2027, 7, 1), last_day=date(2027, 7, 2))


@pytest.mark.parametrize("state", list(LoanState))
@pytest.mark.parametrize("action", ["approve", "refuse", "withdraw", "end"])
def test_every_state_takes_only_its_actions(
    county: County, guest: int, state: LoanState, action: str
) -> None:
    loan_id = lent(county, guest) if state in (LoanState.APPROVED, LoanState.ENDED) else asked(county, guest)
    city, organiser = county.actor("city"), county.actor("organiser")
    with transaction():
        if state is LoanState.REFUSED:
            lending.refuse(the(loan_id), "不便", actor=city)
        elif state is LoanState.WITHDRAWN:
            lending.withdraw(the(loan_id), actor=organiser)
        elif state is LoanState.ENDED:
            lending.end(the(loan_id), "另有任用", actor=city)
    does: dict[str, Callable[[Loan], object]] = {
        "approve": lambda x: lending.approve(x, 1, actor=city),
        "refuse": lambda x: lending.refuse(x, "不便", actor=city),
        "withdraw": lambda x: lending.withdraw(x, actor=organiser),
        "end": lambda x: lending.end(x, "结束", actor=organiser),
    }
    allowed = LoanState.APPROVED if action == "end" else LoanState.REQUESTED
    if state is allowed:
        with transaction():
            does[action](the(loan_id))
        return
    with pytest.raises(RuleBroken), transaction():
        does[action](the(loan_id))
    assert the(loan_id).state is state


def test_who_asked_does_not_decide_and_reasons_are_given(county: County, guest: int) -> None:
    loan_id = asked(county, guest)
    with pytest.raises(RuleBroken, match="自己提出"), transaction():
        lending.approve(the(loan_id), 1, actor=county.actor("organiser"))
    for granted in (0, 3):
        with pytest.raises(RuleBroken, match="1 到 2"), transaction():
            lending.approve(the(loan_id), granted, actor=county.actor("city"))
    with pytest.raises(RuleBroken, match="写明原因"), transaction():
        lending.refuse(the(loan_id), " ", actor=county.actor("city"))
    with transaction():
        lending.approve(the(loan_id), 1, actor=county.actor("city"))
        told = session().scalars(
            select(OutboxMessage.title).where(OutboxMessage.user_id == county.users["organiser"])
        )
        assert "济宁市同意借出冉启明，1 个课次" in list(told)


def test_the_quota_counts_what_was_granted_and_takes_back_what_was_not_used(
    county: County, guest: int
) -> None:
    first = lent(county, guest, 4, sessions=4)
    second = asked(county, guest, first_day=date(2027, 7, 1), last_day=date(2027, 7, 2))
    assert (quota(county).lent, quota(county).left) == (4, 1)
    with pytest.raises(RuleBroken, match="还剩 1 个课次"), transaction():
        lending.approve(the(second), 2, actor=county.actor("city"))
    with pytest.raises(RuleBroken, match="名额应在 4"), transaction():
        lending.set_quota(county.unit("济宁市"), 2027, 3, actor=SYSTEM)
    with transaction():
        lending.end(the(first), "另有任用", actor=county.actor("organiser"))
    assert quota(county).lent == 0
    with transaction():
        lending.approve(the(second), 2, actor=county.actor("city"))
    assert quota(county).lent == 2


def test_the_database_holds_quota_and_parties_itself(county: County, guest: int) -> None:
    """Whoever writes past the services is refused as well."""
    loan_id = lent(county, guest, 2)
    for change in ({"granted": 3}, {"sessions": 9, "granted": 6}, {"used": 3}, {"lender_id": county.units["嘉祥县"]}, {"lender_id": county.units["邻县"]}, {"state": LoanState.REQUESTED}, {"decided_by_id": county.users["organiser"]}):  # fmt: skip
        with pytest.raises(Conflict), transaction():
            for name, value in change.items():
                setattr(the(loan_id), name, value)
            session().flush()
    with pytest.raises(Conflict), transaction():
        quota(county).most = 1
    assert quota(county).lent == 2


def test_nobody_is_planned_or_booked_without_a_loan(county: County, guest: int) -> None:
    """By hand, by publishing what stands in the plan, and past the services."""
    chosen = Choice(MORNING, guest, county.venues["东镇党校"])
    with pytest.raises(RuleBroken) as refused, transaction():
        placing.place(session().get_one(Session, county.sessions[0]), chosen, actor=SYSTEM)
    assert refused.value.violations[0].code == "not_lent"
    assert "由济宁市管理" in refused.value.violations[0].sentence
    assert guest not in {
        person.id for person in panel_of(session().get_one(Session, county.sessions[0])).people
    }
    with transaction():
        planned(county, guest)
    with pytest.raises(RuleBroken) as refused:
        publish(county)
    assert "没有同意的借用" in str([v.sentence for v in refused.value.violations])
    with pytest.raises(Conflict), transaction():
        session().add(booking(county, guest))
        session().flush()
    with transaction():
        session().add(booking(county, guest, state=BookingState.DECLINED))
    with pytest.raises(Conflict), transaction():
        session().scalars(select(Booking)).one().state = BookingState.HELD


def test_a_loan_lets_somebody_be_placed_booked_and_counted(county: County, guest: int) -> None:
    loan_id = lent(county, guest, 1)
    panel = panel_of(session().get_one(Session, county.sessions[0]))
    (found,) = (person for person in panel.people if person.id == guest)
    assert "借自济宁市" in found.note
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        placing.place(row, Choice(MORNING, guest, county.venues["东镇党校"]), actor=SYSTEM)
    publish(county)
    made = session().scalars(select(Booking).where(Booking.kind == ResourceKind.INSTRUCTOR)).one()
    session().refresh(the(loan_id))
    assert made.loan_id == loan_id and the(loan_id).used == 1
    assert [person for person, *_ in choices.find_people(county.actor("organiser").scope(P.SCHEDULE_EDIT), "冉启明")] == [guest]  # fmt: skip
    with transaction():
        made = session().scalars(select(Booking).where(Booking.kind == ResourceKind.INSTRUCTOR)).one()
        made.state = BookingState.RELEASED
    session().refresh(the(loan_id))
    assert the(loan_id).used == 0


def test_a_loan_of_one_session_is_not_taught_twice(county: County, guest: int) -> None:
    lent(county, guest, 1)
    with transaction():
        klass = session().get_one(TrainingClass, county.classes["B001"])
        course = session().get_one(Course, county.courses["党的创新理论专题"])
        more = make_session(klass, 9, TUESDAY, HalfDay.MORNING, course)
        place(more, datetime(2027, 6, 8, 8, 30), county, "冉启明", "东镇党校")
        planned(county, guest)
    with pytest.raises(RuleBroken) as refused:
        publish(county)
    assert refused.value.violations


def test_matching_counts_a_loan_and_keeps_to_its_class_and_days(county: County, guest: int) -> None:
    with transaction():
        course = session().get_one(Course, county.courses["党的创新理论专题"])
        other = make_class(county.unit("嘉祥县"), "B002", [MONDAY])
        inside = county.sessions[0]
        outside = make_session(other, 1, MONDAY, HalfDay.MORNING, course).id
    with transaction():
        klass = session().get_one(TrainingClass, county.classes["B001"])
        person = session().get_one(Instructor, guest)
        asked_for = Wish(2, "只给这个班", klass)
        loan_id = lending.ask(person, klass.owner, asked_for, actor=county.actor("organiser")).id
        assert (the(loan_id).first_day, the(loan_id).last_day) == (MONDAY, TUESDAY)
    name = f"i{guest}"
    assert name not in {x.id for x in build_problem(county.units["嘉祥县"], 2027).problem.instructors}
    with transaction():
        lending.approve(the(loan_id), 2, actor=county.actor("city"))
    problem = build_problem(county.units["嘉祥县"], 2027).problem
    (seen,) = (x for x in problem.instructors if x.id == name)
    assert seen.max_total == 2
    allowed = {s.id: s.instructors for s in problem.sessions}
    assert allowed[f"s{inside}"] is None
    assert name not in (allowed[f"s{outside}"] or ())


def test_an_ended_loan_leaves_a_clash_to_be_matched_anew(county: County, guest: int) -> None:
    loan_id = lent(county, guest, 2)
    with transaction():
        planned(county, guest)
    publish(county)
    with pytest.raises(RuleBroken, match="写明原因"), transaction():
        lending.end(the(loan_id), "", actor=county.actor("city"))
    with transaction():
        assert lending.end(the(loan_id), "另有任用", actor=county.actor("city")) == 1
    session().refresh(the(loan_id))
    assert (the(loan_id).granted, the(loan_id).used, quota(county).lent) == (1, 1, 1)
    (clash,) = list_clashes(county.actor("organiser").scope(P.SCHEDULE_EDIT))
    assert clash.reason == "借用已结束：另有任用"
    with pytest.raises(Conflict), transaction():
        session().add(
            booking(county, guest, session_id=county.sessions[1], from_unit=56, to_unit=65, loan_id=loan_id)
        )
        session().flush()


def test_a_merge_into_another_units_file_asks_for_a_loan_first(county: County, guest: int) -> None:
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        place(row, MORNING, county, "王芳", "东镇党校")
    publish(county)
    kept, closed = (session().get_one(Instructor, county.instructors[name]) for name in ("冉启明", "王芳"))
    assert any("没有借用它" in sentence for sentence in merging.refusals(kept, closed))
    assert not any("没有借用它" in sentence for sentence in merging.refusals(closed, kept))


def test_people_who_left_are_not_lent(county: County, guest: int) -> None:
    loan_id = asked(county, guest)
    with transaction():
        session().get_one(Instructor, guest).state = PoolState.SUSPENDED
    with pytest.raises(RuleBroken, match="不能借出"), transaction():
        lending.approve(the(loan_id), 1, actor=county.actor("city"))


def test_the_forecast_counts_another_units_leader_only_under_a_loan(county: County, guest: int) -> None:
    with transaction():
        post = Post(
            holder_id=guest,
            unit_id=county.units["济宁市"],
            title="市委书记",
            kind=PostKind.AREA_SECRETARY,
            starts=date(2024, 1, 1),
        )
        session().add(post)

    def could() -> bool:
        offer = read_offer(2027, date(2027, 5, 10), select(Instructor.id).where(Instructor.id == guest))
        return county.sessions[0] in offer.ahead.refs[offer.open_to(guest)]

    assert not could()
    loan_id = lent(county, guest, 1)
    assert could()
    with transaction():
        used = booking(county, guest, session_id=county.sessions[2], day=TUESDAY, loan_id=loan_id)
        session().add(used)
    assert not could()
