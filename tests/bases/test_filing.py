"""The pages of a base's life: what each role sees and sends."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from bases.enums import BaseState
from bases.models import AnnualReview, BaseDocument, BaseStateChange, SiteReview, TeachingBase
from core import clock
from core.db import session, transaction
from notifications.models import OutboxMessage
from scheduling.enums import BookingState, CheckInSource, ResourceKind, SessionState, VisitState
from scheduling.models import Booking, CheckIn, Session
from tests.factories import visits
from tests.factories.bases import PDF, full_marks, make_base_in
from tests.factories.county import Browser, County
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
S = BaseState


def base_in(county: County, state: BaseState, name: str = "曾子馆", **fields: Any) -> int:
    with transaction():
        return make_base_in(county, state, name, **fields).id


def the(base_id: int) -> TeachingBase:
    return session().get_one(TeachingBase, base_id)


def marks(form: object, share: str = "0.9") -> dict[str, str]:
    return {f"mark-{key}": str(value) for key, value in full_marks(form, share).items()}  # type: ignore[arg-type]


def test_a_base_from_survey_to_revocation(sign_in: SignIn, county: County) -> None:
    """Every step by hand, each by whoever it belongs to."""
    base_id = base_in(county, S.SURVEYED, papers=False)
    organiser, approver, manager = sign_in("organiser"), sign_in("approver"), sign_in("manager")
    url = f"/bases/{base_id}"

    def step(browser: Browser, action: str, reason: str = "", to: str = "state") -> int:
        sent = {"action": action, "reason": reason, "version": str(the(base_id).version)}
        return browser.post(f"{url}/{to}", data=sent).status_code

    def paper(kind: str) -> int:
        sent = {"kind": kind, "file": (io.BytesIO(PDF), f"{kind}.pdf")}
        return organiser.post(f"{url}/documents/new", data=sent).status_code

    assert step(organiser, "apply") == 422
    assert "还缺：申报材料" in organiser.post(f"{url}/state", data={"action": "apply"}).text
    assert organiser.post(f"{url}/documents/new", data={"kind": "application"}).status_code == 422
    assert [paper(k) for k in ("application", "safety_plan", "filing_form", "plaque")] == [302] * 4
    assert step(organiser, "apply") == 302
    assert (step(organiser, "file"), step(organiser, "review"), step(organiser, "revoke", "x")) == (
        422,
        422,
        422,
    )
    seats = {county.users["evaluator"]: "文旅局", county.users["evaluator2"]: "应急局"}
    asked = (
        {"due": "2027-05-20"}
        | {f"seat-{n}": "1" for n in seats}
        | {f"office-{n}": o for n, o in seats.items()}
    )
    assert organiser.post(f"{url}/site-review", data={"due": "2027-05-20"}).status_code == 422
    assert organiser.post(f"{url}/site-review", data=asked).status_code == 302
    review = session().query(SiteReview).one()
    for login in ("evaluator", "evaluator2"):
        judge = sign_in(login)
        assert "1 个基地请您实地评审" in judge.get("/").text
        page = judge.get(f"/bases/site-reviews/{review.id}").text
        assert "文旅局" in page or "应急局" in page
        paper_id = session().query(BaseDocument).first()
        assert paper_id is not None
        file = judge.get(f"/bases/site-reviews/{review.id}/documents/{paper_id.id}")
        assert file.data == PDF and file.headers["Content-Security-Policy"].startswith("sandbox")
        assert judge.post(f"/bases/site-reviews/{review.id}", data={}).status_code == 422
        sent = marks(session().get_one(SiteReview, review.id).form)
        assert judge.post(f"/bases/site-reviews/{review.id}", data=sent).status_code == 302
    assert organiser.post(f"{url}/site-review/close").status_code == 302
    assert "最高最低相差 0.0 分" in organiser.get(f"{url}/filing").text
    assert "应急局" in organiser.get(f"{url}/site-reviews/{review.id}").text
    assert step(organiser, "file") == 302 and the(base_id).is_bookable
    assert step(organiser, "designate") == 403
    assert step(approver, "designate", to="decision") == 302
    assert (step(organiser, "open"), step(organiser, "begin_annual_review")) == (302, 302)
    year = f"{url}/annual-reviews/2027"
    assert (
        approver.post(f"{year}/conclude", data={"conclusion": "renew", "until": "2029-04-30"}).status_code
        == 422
    )
    assert organiser.post(f"{year}/score", data={}).status_code == 422
    sent = marks(session().query(AnnualReview).one().form)
    assert organiser.post(f"{year}/score", data=sent).status_code == 302
    assert "1 个基地的年检等您作结论" in approver.get("/").text
    sent = {"conclusion": "rectify", "until": "2027-06-30", "opinion": "消防通道被占"}
    assert approver.post(f"{year}/conclude", data=sent).status_code == 302
    page = organiser.get(f"{url}/filing").text
    assert "整改期间不能预约。" in page and "消防通道被占" in page
    assert "要在 2027-06-30 前交整改报告" in manager.get("/").text
    assert "交整改报告" in manager.get("/my-base/").text
    report = {"text": "已清理", "file": (io.BytesIO(PDF), "照片.pdf")}
    assert manager.post(f"/my-base/{base_id}/rectification", data=report).status_code == 302
    assert "1 个基地交了整改报告" in organiser.get("/").text
    assert organiser.post(f"{url}/rectification", data={"verdict": "no"}).status_code == 422
    assert organiser.post(f"{url}/rectification", data={"verdict": "yes"}).status_code == 302
    sent = {"conclusion": "renew", "until": "2029-04-30"}
    assert approver.post(f"{year}/conclude", data=sent).status_code == 302
    assert (the(base_id).state, the(base_id).expires_on) == (S.RENEWED, date(2029, 4, 30))
    assert step(approver, "revoke", to="decision") == 422
    assert step(approver, "revoke", "停止开放", to="decision") == 302
    page = organiser.get(f"{url}/filing").text
    assert "已撤销，不能预约。" in page and "停止开放" in page
    assert session().query(BaseStateChange).filter_by(base_id=base_id).count() == 10


def test_a_stale_step_is_a_conflict(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), f"/bases/{county.bases['红色纪念馆']}/state"
    assert browser.post(url, data={"action": "open", "version": 1}).status_code == 302
    assert browser.post(url, data={"action": "begin_annual_review", "version": 1}).status_code == 409


@pytest.mark.parametrize("page", ["filing", "annual-reviews/2027"])
@pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("manager", 403), ("evaluator", 403)])
def test_who_does_not_see_the_life_of_a_base(
    sign_in: SignIn, county: County, who: str, status: int, page: str
) -> None:
    base_id = base_in(county, S.IN_USE)
    assert sign_in(who).get(f"/bases/{base_id}/{page}").status_code == status


def test_bookings_of_a_base_that_stops_are_listed_for_moving(sign_in: SignIn, county: County) -> None:
    base_id, venue_id = county.bases["红色纪念馆"], county.venues["红色纪念馆"]
    with transaction():
        lesson = session().get_one(Session, county.sessions[3])
        lesson.state, lesson.venue_id, lesson.told_venue_id = SessionState.PUBLISHED, venue_id, venue_id
        lesson.told_course_name = lesson.course_name
        booking = Booking(
            session_id=lesson.id, kind=ResourceKind.VENUE, resource_id=venue_id, day=lesson.day,
            from_unit=56, to_unit=64, state=BookingState.CONFIRMED, asked_at=clock.now(),
        )  # fmt: skip
        session().add(booking)
    browser = sign_in("organiser")
    assert not browser.get(f"/scheduling/bases/{base_id}/to-move").text.strip()
    sent = {"asked": "护栏松动", "due": "2027-06-30", "version": "1"}
    assert browser.post(f"/bases/{base_id}/rectify", data={**sent, "due": "2027-01-01"}).status_code == 422
    assert browser.post(f"/bases/{base_id}/rectify", data=sent).status_code == 302
    page = browser.get(f"/scheduling/bases/{base_id}/to-move").text
    assert "有 1 个预约要另行安排" in page and "现场教学" in page
    told = [m.title for m in session().query(OutboxMessage).filter_by(user_id=county.users["organiser"])]
    assert told == ["红色纪念馆整改中，有 1 个预约要另行安排"]
    answer = browser.post("/scheduling/clashes/rematch", data={"base_id": base_id})
    assert answer.status_code == 302 and session().get_one(Session, lesson.id).venue_id is None


def test_the_page_costs_the_same_for_many(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    first, second = base_in(county, S.FILED, "一馆", papers=False), base_in(county, S.FILED, "二馆")
    counts = []
    for base_id in (first, second):
        with counted() as seen:
            assert browser.get(f"/bases/{base_id}/filing").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 30


def test_figures_of_a_year(sign_in: SignIn, county: County) -> None:
    with transaction():
        lesson = session().get_one(Session, county.sessions[3])
        lesson.state, lesson.venue_id, lesson.attendance = SessionState.HELD, county.venues["红色纪念馆"], 37
        lesson.start = lesson.told_start = datetime(2027, 6, 8, 14, 0)
    visit_id = visits.asked(county)
    with transaction():
        visit = visits.the(visit_id)
        visit.state = VisitState.ARRIVED
        usual: dict[str, Any] = {"at": visit.start, "source": CheckInSource.BASE, "by": "test"}
        session().add(CheckIn(visit=visit, people=25, groups=2, **usual))
    page = sign_in("organiser").get(f"/scheduling/bases/{county.bases['红色纪念馆']}/figures?year=2027").text
    assert "6月" in page and ">37<" in page
    may = page[page.index("5月") :]
    assert ">25<" in may[: may.index("</tr>")] and "<b>62</b>" in page
