"""Borrowed instructors: the pages of both sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from core.db import session, transaction
from courses.models import Course
from scheduling.enums import LoanState
from tests.factories.county import Browser, County, make_instructor
from tests.factories.loans import asked, make_guest, the
from tests.factories.statements import counted

SignIn = Callable[..., Browser]


@pytest.fixture
def guest(county: County) -> int:
    return make_guest(county)


def test_the_pages_of_both_sides(sign_in: SignIn, county: County, guest: int) -> None:
    ours, theirs = sign_in("organiser"), sign_in("city")
    assert "冉启明" in ours.get("/loans/people").text and "王芳" not in ours.get("/loans/people").text
    assert "冉启明" not in ours.get(f"/loans/people?course={county.courses['嘉祥党史']}").text
    url = f"/loans/people/{guest}"
    form = {
        "class_id": "0",
        "first_day": "2027-06-01",
        "last_day": "2027-06-30",
        "sessions": "2",
        "purpose": "理论课",
    }
    assert "由济宁市答复" in ours.get(url).text
    wrong = ours.post(url, data=form | {"last_day": "2027-05-01"})
    assert wrong.status_code == 422 and "不能早于开始日期" in wrong.text
    assert ours.post(url, data=form | {"purpose": ""}).status_code == 422
    made = ours.post(url, data=form)
    assert made.status_code == 302
    page = made.headers["Location"]
    loan_id = int(page.rsplit("/", 1)[1])
    assert "待审批" in ours.get(page).text and "同意借出" not in ours.get(page).text
    assert "1 份借用讲师的申请等您答复" in theirs.get("/").text
    assert "嘉祥县" in theirs.get("/loans/lent?state=requested").text
    assert ours.post(f"{page}/approve", data={"granted": "2"}).status_code == 404
    assert theirs.post(f"{page}/approve", data={"granted": "3"}).status_code == 422
    blank = theirs.post(f"{page}/refuse", data={"reason": " "})
    assert blank.status_code == 422 and 'id="refuse-reason-error"' in blank.text
    assert theirs.post(f"{page}/approve", data={"granted": "2", "note": "欢迎"}).status_code == 302
    assert "已同意" in ours.get("/loans/").text and "欢迎" in ours.get(page).text
    assert (
        ours.get("/loans/?export=xlsx").status_code
        == ours.get("/loans/counter?export=xlsx").status_code
        == 200
    )
    counter = ours.get("/loans/counter?year=2027").text
    assert "济宁市：5 个课次" in counter and "嘉祥县" in counter
    assert "没有借用" in ours.get("/loans/counter?year=2026").text
    assert "嘉祥县" in theirs.get(f"/loans/of/{guest}").text
    assert sign_in("outsider").get(page).status_code == 404
    assert 'id="end-reason-error"' in theirs.post(f"{page}/end", data={"reason": ""}).text
    assert theirs.post(f"{page}/end", data={"reason": "另有任用"}).status_code == 302
    assert the(loan_id).state is LoanState.ENDED
    again = int(ours.post(url, data=form).headers["Location"].rsplit("/", 1)[1])
    assert ours.post(f"/loans/{again}/withdraw").status_code == 302


def test_a_unit_sets_its_quota(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    assert browser.post("/loans/quota", data={"year": "2027", "most": "-1"}).status_code == 422
    assert browser.post("/loans/quota", data={"year": "2027", "most": "7"}).status_code == 302
    assert "名额 7 个课次" in browser.get("/loans/quota").text
    assert sign_in("approver").get("/loans/quota").status_code == 200
    assert "王芳" in sign_in("outsider").get("/loans/people").text


def test_the_lists_cost_the_same_for_many(sign_in: SignIn, county: County, guest: int) -> None:
    pages, browser = ("/loans/", "/loans/counter", "/loans/people"), sign_in("organiser")
    asked(county, guest, first_day=date(2027, 7, 1), last_day=date(2027, 7, 1))
    for page in pages:
        browser.get(page)
        with counted() as few:
            browser.get(page)
        with transaction():
            course = session().get_one(Course, county.courses["嘉祥党史"])
            for n in range(3):
                make_instructor(county.unit("济宁市"), f"市师{page}{n}", [course])
        for day in range(2, 5):
            month = 7 + pages.index(page)
            asked(county, guest, first_day=date(2027, month, day), last_day=date(2027, month, day))
        with counted() as many:
            browser.get(page)
        assert len(many) == len(few), page
