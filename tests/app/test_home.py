"""The workbench of every role, searching everything, daily reminders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event

from accounts.access import SYSTEM
from app import home
from app.reminders import keep_duties, remind
from bases.enums import BaseState
from bases.models import TeachingBase
from core.db import db, session, transaction
from instructor_pool.models import Instructor
from notifications.models import OutboxMessage
from party_lessons.enums import PostKind
from party_lessons.models import Credit, Obligation
from party_lessons.services import posts
from scheduling.jobs import take_recount
from scheduling.models import Session
from tests.factories.county import LOGINS, Browser, County

SignIn = Callable[[str], Browser]


@pytest.mark.parametrize("who", LOGINS)
def test_every_role_has_a_workbench(sign_in: SignIn, who: str) -> None:
    answer = sign_in(who).get("/")
    assert answer.status_code == 200 and "要办的事" in answer.text


def test_the_organiser_sees_what_waits_and_the_figures(sign_in: SignIn, county: County) -> None:
    with transaction():
        session().get_one(TeachingBase, county.bases["红色纪念馆"]).expires_on = date(2027, 5, 9)
        _leader(county)
    page = sign_in("organiser").get("/").text
    assert "1 个基地挂牌已到期" in page and "1 项党课责任有风险" in page
    assert page.index("1 个基地挂牌已到期") < page.index("1 项党课责任有风险")
    figures = sign_in("organiser").get("/figures").text
    assert 'hx-get="/figures"' in page
    assert all(label in figures for label in ("今年已授课", "今年到课", "今年授课的讲师", "党课责任完成率"))


@pytest.mark.parametrize("who", LOGINS)
def test_figures_are_fetched_where_there_are_any(sign_in: SignIn, county: County, who: str) -> None:
    actor = county.actor(who)
    assert home.has_figures(actor) == bool(home.figures(actor))
    assert ('class="stats"' in sign_in(who).get("/figures").text) == home.has_figures(actor)


def test_nothing_to_do_says_so(sign_in: SignIn) -> None:
    assert "没有要办的事。" in sign_in("auditor").get("/").text


def test_the_week_of_an_organiser(sign_in: SignIn, county: County) -> None:
    assert "这几天没有课。" in sign_in("organiser").get("/").text
    with transaction():
        session().get_one(Session, county.sessions[0]).day = date(2027, 5, 12)
    page = sign_in("organiser").get("/").text
    assert "5月12日 周三" in page and f'/scheduling/sessions/{county.sessions[0]}"' in page


def test_a_leader_sees_the_own_duty(sign_in: SignIn, county: County) -> None:
    with transaction():
        _leader(county, "王芳")
    page = sign_in("instructor").get("/").text
    assert "讲党课：镇党委书记，2027-12-31 前完成" in page and "/duties/mine" in page


@pytest.mark.parametrize(
    ("who", "most"),
    [("organiser", 72), ("approver", 46), ("evaluator", 14), ("manager", 13), ("instructor", 44)],
)
def test_the_workbench_asks_a_bounded_number_of_statements(
    sign_in: SignIn, county: County, who: str, most: int
) -> None:
    with transaction():
        _leader(county)
    browser, seen = sign_in(who), []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    browser.get("/")
    event.remove(db.engine, "before_cursor_execute", note)
    assert sum(sql.startswith("SELECT") for sql in seen) <= most


def _leader(county: County, who: str = "赵书记") -> None:
    holder = session().get_one(Instructor, county.instructors[who])
    posts.take_up(
        holder,
        county.unit("东镇"),
        "镇党委书记",
        actor=SYSTEM,
        kind=PostKind.AREA_SECRETARY,
        starts=date(2023, 5, 1),
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("王芳", "讲师"),
        ("B001", "班次"),
        ("红色", "教学基地"),
        ("嘉祥党史", "课程"),
        ("%", None),
        ("zzzz", None),
    ],
)
def test_searching_everything(sign_in: SignIn, words: str, found: str | None) -> None:
    page = sign_in("organiser").get("/search", query_string={"q": words}).text
    assert ("没有找到" in page) is (found is None)
    if found:
        assert f"<h2>{found} " in page


def test_search_stays_in_scope_and_role(sign_in: SignIn) -> None:
    assert "没有找到" in sign_in("outsider").get("/search?q=王芳").text
    assert sign_in("instructor").get("/search?q=王芳").status_code == 403
    assert "site-search" not in sign_in("instructor").get("/").text
    assert sign_in("organiser").get("/search").status_code == 200


def test_search_escapes_what_was_typed(sign_in: SignIn) -> None:
    page = sign_in("organiser").get("/search", query_string={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page and "没有找到" in page


def test_reminders_go_to_those_with_something_pressing(county: County) -> None:
    with transaction():
        session().get_one(TeachingBase, county.bases["红色纪念馆"]).expires_on = date(2027, 5, 9)
    with transaction():
        remind()
    told = session().query(OutboxMessage).all()
    assert [m.user_id for m in told] == [county.users["organiser"]]
    assert "1 个基地挂牌已到期" in told[0].body and told[0].url == "/"


def test_nobody_is_reminded_for_nothing(county: County) -> None:
    with transaction():
        session().get_one(TeachingBase, county.bases["红色纪念馆"]).state = BaseState.RECTIFYING
        # Lessons without anybody press only when they are near.
        session().query(Session).update({"day": date(2027, 12, 1)})
    with transaction():
        remind()
    assert session().query(OutboxMessage).count() == 0


def test_the_nightly_job_makes_next_years_duties(county: County) -> None:
    with transaction():
        _leader(county)
        session().query(Credit).delete()
        session().query(Obligation).delete()
    with transaction():
        keep_duties()
    assert take_recount()
    assert sorted(o.year for o in session().query(Obligation)) == [2027, 2028]
