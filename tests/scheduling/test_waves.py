"""Somebody declines, others are asked in waves, the first who says yes has it; and near lessons are left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.access import SYSTEM
from core import clock
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from notifications.models import OutboxMessage
from scheduling.enums import AskState, BookingState, CallState, ResourceKind
from scheduling.jobs import take_call
from scheduling.models import Booking, ScheduleVersion, Session, SubstituteAsk, SubstituteCall
from scheduling.rules.answers import AnswerPolicy
from scheduling.rules.waves import Ranked
from scheduling.services import answering, freezing, placing, policies, publishing, substituting
from scheduling.services.placing import Choice
from scheduling.snapshots import build_problem
from scheduling.snapshots.stand_ins import ranked_for
from tests.factories.county import Browser, County
from tests.scheduling.test_chain import booked, klass_of, plan_all

SignIn = Callable[[str], Browser]
SLACK = timedelta(seconds=30)


@pytest.fixture
def published(county: County) -> list[int]:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    return county.sessions


def lesson(county: County, n: int = 1) -> Session:
    return session().get_one(Session, county.sessions[n - 1])


def decline(county: County) -> None:
    """赵书记 cannot come to the first lesson."""
    with transaction():
        answering.answer(
            booked(lesson(county), ResourceKind.INSTRUCTOR), accept=False, reason="生病", actor=SYSTEM
        )


def call(county: County, size: int = 1) -> int:
    with transaction():
        made = substituting.open_call(
            lesson(county), "生病", size=size, hours=12, actor=county.actor("organiser")
        )
        substituting.advance(made, is_due=True)
        return made.id


def asked(call_id: int) -> dict[str, AskState]:
    session().rollback()
    return {a.instructor.name: a.state for a in session().get_one(SubstituteCall, call_id).asks}


def told(kind: str) -> list[str]:
    return [
        m.user.login for m in session().query(OutboxMessage).filter_by(kind=kind).order_by(OutboxMessage.id)
    ]


def test_the_second_wave_accepts(county: County, published: list[int]) -> None:
    decline(county)
    names = {county.instructors[name]: name for name in ("王芳", "李强")}
    order = [names[x.instructor_id] for x in ranked_for(lesson(county))]
    assert sorted(order) == ["李强", "王芳"]
    call_id = call(county)
    assert asked(call_id) == {order[0]: AskState.ASKED}
    assert not take_call()  # the wait is not over
    with transaction():
        session().get_one(SubstituteCall, call_id).next_at = clock.now()
    assert take_call()
    assert asked(call_id) == dict.fromkeys(order, AskState.ASKED)
    second = session().query(SubstituteAsk).filter_by(wave=2).one()
    with transaction():
        substituting.accept(session().get_one(SubstituteAsk, second.id), actor=SYSTEM)
    assert asked(call_id) == {order[0]: AskState.ENDED, order[1]: AskState.ACCEPTED}
    row, booking = lesson(county), booked(lesson(county), ResourceKind.INSTRUCTOR)
    assert row.told_instructor_id == row.instructor_id == second.instructor_id
    assert (booking.resource_id, booking.state) == (second.instructor_id, BookingState.CONFIRMED)
    assert session().get_one(SubstituteCall, call_id).state is CallState.FILLED
    newest = session().query(ScheduleVersion).order_by(ScheduleVersion.id.desc()).first()
    assert newest is not None and order[1] in newest.note
    assert told("substitute_result") == ["organiser"]
    with pytest.raises(Conflict), transaction():
        first = session().query(SubstituteAsk).filter_by(wave=1).one()
        substituting.accept(first, actor=SYSTEM)


def test_a_wave_that_declines_is_followed_at_once_and_the_last_ends_it(
    county: County, published: list[int]
) -> None:
    decline(county)
    call_id = call(county)
    for _ in range(2):
        with transaction():
            ask = session().query(SubstituteAsk).filter_by(state=AskState.ASKED).one()
            substituting.decline(ask, "有会", actor=SYSTEM)
        assert take_call()
    assert set(asked(call_id).values()) == {AskState.DECLINED} and len(asked(call_id)) == 2
    found = session().get_one(SubstituteCall, call_id)
    assert (found.state, found.wave) == (CallState.EXHAUSTED, 2)
    assert told("substitute_result") == ["organiser"]


def test_somebody_who_is_ill_stays_booked_until_another_steps_in(
    county: County, published: list[int]
) -> None:
    before = booked(lesson(county), ResourceKind.INSTRUCTOR).id
    call_id = call(county, size=5)
    assert session().get_one(Booking, before).state is BookingState.HELD
    with transaction():
        ask = session().query(SubstituteAsk).filter_by(instructor_id=county.instructors["李强"]).one()
        substituting.accept(ask, actor=SYSTEM)
    assert session().get_one(Booking, before).state is BookingState.RELEASED
    assert asked(call_id)["王芳"] is AskState.ENDED
    assert told("substitute_found") == ["instructor"]


def test_stopped_and_made_needless(county: County, published: list[int]) -> None:
    decline(county)
    call_id = call(county, size=2)
    with pytest.raises(Conflict), transaction():
        substituting.open_call(lesson(county), "", actor=SYSTEM)
    with transaction():
        substituting.stop(session().get_one(SubstituteCall, call_id), actor=county.actor("organiser"))
    assert set(asked(call_id).values()) == {AskState.ENDED}
    again = call(county)
    with transaction():
        row = lesson(county)
        placing.place(row, Choice(row.start, county.instructors["李强"], row.venue_id), actor=SYSTEM)
        publishing.publish(klass_of(county), actor=SYSTEM)
        session().get_one(SubstituteCall, again).next_at = clock.now()
    assert take_call()
    found = session().get_one(SubstituteCall, again)
    assert (found.state, found.end_reason) == (CallState.STOPPED, "已经另行安排了讲师。")


def test_a_level_that_wants_it_asks_by_itself(county: County, published: list[int]) -> None:
    with transaction():
        policy = AnswerPolicy(wave_size=1, wave_auto=True)
        policies.set_policy(county.unit("嘉祥县"), policy, actor=SYSTEM)
    decline(county)
    found = session().query(SubstituteCall).one()
    assert (found.reason, found.wave, found.asks) == ("生病", 0, [])
    assert take_call()
    assert len(asked(found.id)) == 1


def test_a_near_lesson_is_left_alone_until_somebody_says_why(county: County, published: list[int]) -> None:
    row = lesson(county)
    assert row.told_start is not None
    with transaction():
        days = (row.told_start.date() - clock.today()).days + 1
        policies.set_policy(county.unit("嘉祥县"), AnswerPolicy(freeze_days=days), actor=SYSTEM)
    choice = Choice(lesson(county).start, county.instructors["李强"], lesson(county).venue_id)
    with pytest.raises(RuleBroken, match="冻结"), transaction():
        placing.place(lesson(county), choice, actor=SYSTEM)
    problem = build_problem(county.units["嘉祥县"], 2027).problem
    mine = next(s for s in problem.sessions if s.id == f"s{county.sessions[0]}")
    assert set(mine.pinned) == {"start", "instructor", "venue"}
    with pytest.raises(RuleBroken), transaction():
        freezing.thaw(lesson(county), "  ", actor=SYSTEM)
    with transaction():
        freezing.thaw(lesson(county), "领导临时出差", actor=county.actor("organiser"))
    with transaction():
        placing.place(lesson(county), choice, actor=SYSTEM)
    assert lesson(county).instructor_id == county.instructors["李强"]


def test_a_near_gap_may_be_filled(county: County, published: list[int]) -> None:
    with transaction():
        policies.set_policy(county.unit("嘉祥县"), AnswerPolicy(freeze_days=60), actor=SYSTEM)
    decline(county)
    with transaction():
        row = lesson(county)
        placing.place(row, Choice(row.start, county.instructors["李强"], row.venue_id), actor=SYSTEM)
    assert lesson(county).instructor_id == county.instructors["李强"]


def test_the_organisers_pages(sign_in: SignIn, county: County, published: list[int]) -> None:
    decline(county)
    browser, url = sign_in("organiser"), f"/scheduling/sessions/{county.sessions[0]}/substitutes"
    assert "找人接替" in browser.get("/scheduling/declined").text
    page = browser.get(url).text
    assert "李强" in page and "王芳" in page and "没有账号" in page
    wrong = browser.post(url, data={"wave_size": "99", "wave_hours": "12"})
    assert wrong.status_code == 422 and "请填 1 到 20" in wrong.text
    assert browser.post(url, data={"wave_size": "1", "wave_hours": "12", "reason": "生病"}).status_code == 302
    page = browser.get(url).text
    assert "正在找人" in page and "第几批" in page
    found = session().query(SubstituteCall).one()
    assert browser.post(f"/scheduling/substitutes/{found.id}/more").status_code == 302
    assert len(asked(found.id)) == 2
    assert "第B001班" in browser.get("/scheduling/substitutes?state=open").text
    assert browser.get("/scheduling/substitutes?export=xlsx").data[:2] == b"PK"
    assert browser.post(f"/scheduling/substitutes/{found.id}/stop").status_code == 302
    assert sign_in("outsider").get(url).status_code == 404
    assert sign_in("outsider").post(f"/scheduling/substitutes/{found.id}/stop").status_code == 404


def test_answering_in_the_app(sign_in: SignIn, county: County, published: list[int]) -> None:
    decline(county)
    call(county, size=2)
    browser = sign_in("instructor")
    assert "请您接替" in browser.get("/teaching").text
    assert "1 节课请您接替" in browser.get("/").text
    ask = session().query(SubstituteAsk).filter_by(instructor_id=county.instructors["王芳"]).one().id
    other = session().query(SubstituteAsk).filter_by(instructor_id=county.instructors["李强"]).one().id
    assert browser.get(f"/teaching/substitutes/{other}").status_code == 404
    assert "我来上" in browser.get(f"/teaching/substitutes/{ask}").text
    assert browser.post(f"/teaching/substitutes/{ask}", data={"answer": "accept"}).status_code == 303
    assert "这节课由您来上" in browser.get(f"/teaching/substitutes/{ask}").text
    assert lesson(county).told_instructor_id == county.instructors["王芳"]


def test_figures_out_of_bounds_are_refused_by_field(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    page = browser.get("/scheduling/answer-policy").text
    assert 'name="wave_size"' in page
    sent = {
        "days_to_answer": "2",
        "first_after_hours": "12",
        "last_before_hours": "6",
        "wave_size": "2",
        "wave_hours": "4",
        "freeze_days": "99",
    }
    refused = browser.post("/scheduling/answer-policy", data=sent)
    assert refused.status_code == 422 and "请填 0 到 60" in refused.text
    assert browser.post("/scheduling/answer-policy", data=sent | {"freeze_days": "2"}).status_code == 302
    assert 'value="4"' in browser.get("/scheduling/answer-policy").text


def test_a_look_that_breaks_off_comes_later_and_later_and_lets_others_pass(
    county: County, published: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    decline(county)
    call_id = call(county)
    looks = []

    def broken(row: Session) -> list[Ranked]:
        looks.append(row.id)
        raise ArithmeticError("no ranking today")

    monkeypatch.setattr(substituting, "ranked_for", broken)
    for minutes in (1, 4, 16, 64, 240, 240):
        with transaction():
            session().get_one(SubstituteCall, call_id).next_at = clock.now()
        assert take_call() and not take_call()
        session().rollback()
        wait = session().get_one(SubstituteCall, call_id).next_at
        assert wait is not None and timedelta(0) <= clock.now() + timedelta(minutes=minutes) - wait < SLACK
    assert len(looks) == 6
    monkeypatch.undo()
    with transaction():
        substituting.ask_more(session().get_one(SubstituteCall, call_id), actor=SYSTEM)
    assert session().get_one(SubstituteCall, call_id).failures == 0
