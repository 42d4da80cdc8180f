"""What people see on the duty pages, and what the forecast takes from the plan."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.access import EVERYTHING, SYSTEM
from accounts.enums import P
from core.db import session, transaction
from instructor_pool.enums import AnswerSource, Grade
from instructor_pool.models import Instructor, Unavailability
from party_lessons.enums import DutyState, PostKind
from party_lessons.models import Obligation, Post
from party_lessons.queries import people
from party_lessons.queries.board import overview
from party_lessons.services import credits, posts
from scheduling.enums import HalfDay, OrderKind, SessionState
from scheduling.jobs import take_recount
from scheduling.models import Session, TrainingClass
from scheduling.queries import duties
from scheduling.queries.ahead import read_offer
from scheduling.queries.duties import get_duty, todos
from scheduling.queries.duty_papers import STATISTIC
from scheduling.queries.lessons import lesson_facts
from tests.factories.county import Browser, County, make_class, make_session
from tests.factories.duties import reckon_all

TODAY = date(2027, 5, 10)
SignIn = Callable[[str], Browser]


@pytest.fixture
def duty(county: County) -> Post:
    """赵书记 leads 东镇; the county's own class B001 in June is the only one that serves him."""
    holder = session().get(Instructor, county.instructors["赵书记"])
    assert holder is not None
    with transaction():
        return posts.take_up(
            holder,
            county.unit("东镇"),
            "镇党委书记",
            actor=SYSTEM,
            kind=PostKind.AREA_SECRETARY,
            starts=date(2023, 5, 1),
        )


def obligation_of(post: Post) -> int:
    """Id of this year's duty."""
    return session().query(Obligation.id).filter_by(post_id=post.id, year=2027).one()[0]


def test_the_board_names_leader_state_and_reason(sign_in: SignIn, duty: Post) -> None:
    page = sign_in("organiser").get("/duties/").text
    assert "赵书记" in page and "镇党委书记" in page
    assert "有风险" in page and "符合条件的课次只剩 1 个，不能再错过。" in page


def test_an_empty_board_says_so(sign_in: SignIn) -> None:
    assert "还没有应讲党课的领导" in sign_in("organiser").get("/duties/").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=zss", False),
        ("q=赵书", True),
        ("state=at_risk", True),
        ("state=held", False),
    ],
)
def test_filters_and_search(sign_in: SignIn, duty: Post, query: str, found: bool) -> None:
    assert ("赵书记</a>" in sign_in("organiser").get(f"/duties/?{query}").text) is found


def test_nonsense_in_the_address_is_ignored(sign_in: SignIn, duty: Post) -> None:
    answer = sign_in("organiser").get("/duties/?state=x&unit=x&page=99&size=x&year=999999&cols=x")
    assert (answer.status_code, "赵书记" in answer.text) == (200, True)


def test_one_duty_shows_the_lessons_that_would_serve_it(sign_in: SignIn, county: County, duty: Post) -> None:
    page = sign_in("organiser").get(f"/duties/{obligation_of(duty)}").text
    assert f"/scheduling/classes/{county.classes['B001']}#session-{county.sessions[0]}" in page
    assert "党的创新理论专题" in page


def test_exempting_by_hand_and_back(sign_in: SignIn, duty: Post) -> None:
    browser, url = sign_in("organiser"), f"/duties/{obligation_of(duty)}"
    refused = browser.post(f"{url}/exempt", data={"version": 1, "reason": " "})
    assert refused.status_code == 422 and "请写明免计的理由" in refused.text
    assert browser.post(f"{url}/exempt", data={"version": 1, "reason": "脱产学习"}).status_code == 302
    assert "经批准免计：脱产学习" in browser.get(url).text
    assert browser.post(f"{url}/lift", data={"version": 1}).status_code == 409
    assert browser.post(f"{url}/lift", data={"version": 2}).status_code == 302
    assert "经批准免计" not in browser.get(url).text


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("contact", 200), ("evaluator", 403), ("auditor", 403)]
)
def test_who_sees_a_duty(sign_in: SignIn, duty: Post, who: str, status: int) -> None:
    assert sign_in(who).get(f"/duties/{obligation_of(duty)}").status_code == status


def test_a_contact_looks_but_does_not_exempt(sign_in: SignIn, duty: Post) -> None:
    browser, url = sign_in("contact"), f"/duties/{obligation_of(duty)}"
    assert "免计理由" not in browser.get(url).text
    assert browser.post(f"{url}/exempt", data={"reason": "x"}).status_code == 403


def test_own_duties(sign_in: SignIn, county: County, duty: Post) -> None:
    assert "没有讲党课的责任" in sign_in("instructor").get("/duties/mine").text
    with transaction():
        session().get_one(Instructor, county.instructors["王芳"]).user_id = None
        session().flush()
        session().get_one(Instructor, county.instructors["赵书记"]).user_id = county.users["instructor"]
    page = sign_in("instructor").get("/duties/mine").text
    assert "东镇党委" in page and "有风险" in page


def test_the_staffs_table(sign_in: SignIn, county: County, duty: Post) -> None:
    with transaction():
        hold_lesson(county)
    answer = sign_in("organiser").get("/duties/?export=statistic")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[1] == STATISTIC
    assert rows[2][1:4] == ("东镇党委", "赵书记", "镇党委书记")
    assert (rows[2][4].date(), *rows[2][5:10]) == (
        date(2027, 3, 3),
        "东镇党校",
        "党的创新理论专题",
        "冬训班",
        76,
        "讲授",
    )  # type: ignore[union-attr]


def test_the_list_exports_what_it_shows(sign_in: SignIn, duty: Post) -> None:
    answer = sign_in("organiser").get("/duties/?export=xlsx")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[-1][0] == "赵书记 镇党委书记"


def hold_lesson(county: County) -> Session:
    """赵书记 taught the winter class of 东镇 in March."""
    klass = make_class(
        county.unit("嘉祥县"), "B002", [date(2027, 3, 3)], name="冬训班", host_id=county.units["东镇"]
    )
    start, who, venue = datetime(2027, 3, 3, 8, 30), county.instructors["赵书记"], county.venues["东镇党校"]
    course = session().get_one(Session, county.sessions[0]).course
    assert course is not None
    held = make_session(
        klass, 1, start.date(), HalfDay.MORNING, course, start=start, instructor_id=who, venue_id=venue,
        told_start=start, told_instructor_id=who, told_venue_id=venue, state=SessionState.HELD, held_at=start, attendance=76,
    )  # fmt: skip
    credits.hold(lesson_facts(held.id), actor=SYSTEM)
    return held


def test_recomputing_credits_what_was_held_before_the_post_was_entered(
    sign_in: SignIn, county: County
) -> None:
    with transaction():
        hold_lesson(county)
    holder = session().get_one(Instructor, county.instructors["赵书记"])
    with transaction():
        posts.take_up(
            holder,
            county.unit("东镇"),
            "镇党委书记",
            actor=SYSTEM,
            kind=PostKind.AREA_SECRETARY,
            starts=date(2023, 5, 1),
        )
    browser = sign_in("organiser")
    assert "已完成 1 课。" not in browser.get("/duties/").text
    assert browser.post("/duties/recompute").status_code == 302
    assert take_recount()
    assert "已完成 1 课。" in browser.get("/duties/").text


def candidates(county: County) -> frozenset[int]:
    """Who could teach the first lesson of B001."""
    offer = read_offer(2027, TODAY, select(Post.holder_id))
    place = offer.ahead.refs.tolist().index(county.sessions[0])
    return frozenset(who for who in county.instructors.values() if place in offer.open_to(who))


def test_who_could_still_teach(county: County, duty: Post) -> None:
    leader = county.instructors["赵书记"]
    assert candidates(county) == {leader}
    with transaction():
        away = Unavailability(
            instructor_id=leader,
            starts=datetime(2027, 6, 7, 8),
            ends=datetime(2027, 6, 7, 9),
            grade=Grade.CANNOT,
            reason="",
            source=AnswerSource.SELF,
        )
        session().add(away)
    assert candidates(county) == frozenset()
    with transaction():
        away.grade = Grade.RATHER_NOT
    assert candidates(county) == {leader}
    with transaction():
        session().get_one(Instructor, leader).term_end = date(2027, 6, 6)
    assert candidates(county) == frozenset()


def test_an_instructor_asked_for_by_name_shuts_others_out(county: County, duty: Post) -> None:
    with transaction():
        session().get_one(Session, county.sessions[0]).wanted_instructor_id = county.instructors["李强"]
    assert candidates(county) == frozenset()


def test_sent_to_another_township_it_serves_nobody_here(county: County, duty: Post) -> None:
    with transaction():
        klass = session().get_one(TrainingClass, county.classes["B001"])
        klass.order_kind, klass.town_id = OrderKind.INDIVIDUAL_ORDER, county.units["西镇"]
    organiser = county.actor("organiser")
    reckon_all()
    assert overview(organiser.scope(P.DUTY_VIEW), 2027, TODAY).counts[DutyState.IMPOSSIBLE] == 1
    assert [(t.kind, t.count) for t in todos(organiser)] == [("duty_impossible", 1)]


def test_of_many_lessons_the_first_are_read_and_the_others_counted(
    county: County, duty: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    theory = session().get_one(Session, county.sessions[0]).course
    assert theory is not None
    with transaction():
        for n, day in enumerate((date(2027, 5, 20), date(2027, 6, 9), date(2027, 9, 1), date(2027, 9, 2))):
            make_session(make_class(county.unit("嘉祥县"), f"M{n}", [day]), 1, day, HalfDay.MORNING, theory)
    reckon_all()
    whole = get_duty(EVERYTHING, obligation_of(duty))
    assert whole.left == 5
    monkeypatch.setattr(duties, "MANY", 4)
    monkeypatch.setattr(duties, "MOST_LESSONS", 2)
    first = get_duty(EVERYTHING, obligation_of(duty))
    assert (first.left, first.lessons, first.row.standing) == (5, whole.lessons[:2], whole.row.standing)
    with monkeypatch.context() as few:
        few.setattr(duties, "MOST_LESSONS", 4)
        # In the coming weeks there are three: all have to be read.
        assert get_duty(EVERYTHING, obligation_of(duty)).lessons == whole.lessons[:4]
    with transaction():
        make_session(
            make_class(county.unit("嘉祥县"), "M9", [date(2027, 5, 19)]), 1, date(2027, 5, 19), HalfDay.MORNING, theory
        )  # fmt: skip
    # Nobody has counted since.
    assert get_duty(EVERYTHING, obligation_of(duty)).left == 6


def test_what_a_long_list_leaves_out_is_found_and_can_be_chosen(
    county: County, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_OFFERED", 1)
    browser = sign_in("organiser")
    office, leader = county.units["县财政局"], county.instructors["钱局长"]
    assert [x["value"] for x in browser.get("/duties/seats?q=财政").json or ()] == [office]
    assert [x["value"] for x in browser.get("/duties/people?q=钱局长").json or ()] == [leader]
    assert browser.get("/duties/seats?q=邻县").json == [], "out of the scope"
    data = {
        "holder": leader,
        "unit": office,
        "title": "党组书记",
        "kind": "unit_secretary",
        "starts": "2027-01-01",
    }
    assert browser.post("/duties/posts/new", data=data).status_code == 302
    assert session().query(Post).one().unit_id == office
    assert [x["value"] for x in browser.get("/duties/leaders?q=钱").json or ()] == [leader]
    assert browser.post("/duties/posts/new", data=data | {"unit": county.units["邻县"]}).status_code == 404
