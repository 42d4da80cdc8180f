"""What is owed follows a changed scheme in the background, and no page says otherwise meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from accounts.access import SYSTEM
from core import clock
from core.db import session, transaction
from core.errors import Conflict
from instructor_pool.models import Instructor
from notifications.models import OutboxMessage
from party_lessons.enums import PostKind
from party_lessons.models import Credit, Obligation, Post, Recount, Scheme
from party_lessons.queries.board import count_states
from party_lessons.rules import SCHEME_A
from party_lessons.services import posts, recounts
from party_lessons.services.obligations import new_scheme
from scheduling.enums import SessionState
from scheduling.jobs import take_recount
from scheduling.models import Session
from scheduling.services import recounting
from tests.factories.county import Browser, County

TODAY = date(2027, 5, 10)
AT = datetime(2027, 6, 7, 8, 30)
SignIn = Callable[[str], Browser]


@pytest.fixture
def scheme(county: County) -> Scheme:
    """The county's own scheme, off; 赵书记 leads 东镇 and was told to teach in June."""
    with transaction():
        made = new_scheme("本县书记讲党课", replace(SCHEME_A, is_on=False))
        made.owner = county.unit("嘉祥县")
        session().add(made)
        holder = session().get_one(Instructor, county.instructors["赵书记"])
        posts.take_up(
            holder, county.unit("东镇"), "镇党委书记", actor=SYSTEM, kind=PostKind.AREA_SECRETARY, starts=date(2023, 5, 1)
        )  # fmt: skip
        lesson = session().get_one(Session, county.sessions[0])
        lesson.state, lesson.told_start, lesson.told_hours = SessionState.PUBLISHED, AT, lesson.class_hours
        lesson.told_instructor_id = lesson.instructor_id = holder.id
    return made


def switched(browser: Browser, scheme: Scheme, on: str) -> str:
    """The scheme's page after it was switched."""
    data = {"on": on, "version": str(scheme.version)}
    return browser.post(f"/duties/schemes/{scheme.id}/switch", data=data, follow_redirects=True).text


def test_switching_is_worked_off_by_the_queue_and_told(
    sign_in: SignIn, county: County, scheme: Scheme
) -> None:
    browser = sign_in("organiser")
    assert "正在重算党课责任" in switched(browser, scheme, "1")
    for page in ("/duties/", "/duties/schemes", "/duties/recount"):
        assert "正在重算党课责任" in browser.get(page).text
    assert session().query(Obligation).count() == 0, "nothing was counted inside the request"
    assert take_recount() and not take_recount()
    assert sorted(row.year for row in session().query(Obligation)) == [2027, 2028]
    assert [row.day for row in session().query(Credit)] == [AT.date()]
    told = session().query(OutboxMessage).filter_by(user_id=county.users["organiser"]).one()
    assert (told.title, told.body) == ("党课责任已重算", "启用方案“本县书记讲党课”：更新 2 项。")
    after = browser.get("/duties/recount")
    assert after.headers["HX-Refresh"] == "true" and "正在重算" not in browser.get("/duties/").text


def test_what_a_scheme_that_is_off_asked_for_counts_nowhere_at_once(
    sign_in: SignIn, county: County, scheme: Scheme
) -> None:
    browser = sign_in("organiser")
    switched(browser, scheme, "1")
    take_recount()
    scope = county.actor("organiser").scope("duty_view")  # type: ignore[arg-type]
    assert sum(count_states(scope, 2027, TODAY).values()) == 1
    switched(browser, scheme, "0")
    assert session().query(Obligation).count() == 2, "they are still there"
    assert sum(count_states(scope, 2027, TODAY).values()) == 0
    assert "赵书记" not in browser.get("/duties/").text
    assert take_recount() and session().query(Obligation).count() == 0


def test_whoever_goes_away_has_not_lost_or_doubled_anything(county: County, scheme: Scheme) -> None:
    with transaction():
        scheme.is_on = True
        recounts.request(actor=SYSTEM)
    with transaction():
        first = recounts.claim()
    assert first is not None
    part = recounting.pieces(first.years)[0]
    with transaction():
        recounts.report(first, 1, 9, recounting.recount(part, actor=SYSTEM, why=""))
        assert recounts.claim() is None, "it is taken"
    with transaction():
        session().query(Recount).update({"lease_until": clock.instant()})
    assert take_recount()
    assert session().query(Obligation).count() == 2 and session().query(Credit).count() == 1
    with pytest.raises(Conflict, match="已由别的进程完成"), transaction():
        recounts.report(first, 2, 9, 0)


def test_a_lesson_taken_back_meanwhile_is_not_credited(county: County, scheme: Scheme) -> None:
    with transaction():
        scheme.is_on = True
    steps = recounting.pieces([2027])
    assert [step.of for step in steps] == [recounting.Of.POSTS, recounting.Of.LESSONS]
    with transaction():
        session().get_one(Session, county.sessions[0]).state = SessionState.CANCELLED
    with transaction():
        for step in steps:
            recounting.recount(step, actor=SYSTEM, why="")
    assert session().query(Obligation).count() == 1 and session().query(Credit).count() == 0


def test_a_fault_is_said_and_can_be_tried_again(
    sign_in: SignIn, county: County, scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("organiser")
    with monkeypatch.context() as broken:
        broken.setattr(recounting, "list_told_facts", lambda *_: 1 / 0)
        switched(browser, scheme, "1")
        assert take_recount()
    assert "重算时出了差错" in browser.get("/duties/").text
    assert browser.post("/duties/recompute").status_code == 302
    assert take_recount()
    assert "重算时出了差错" not in browser.get("/duties/").text
    assert session().query(Post).count() == 1 and session().query(Credit).count() == 1
