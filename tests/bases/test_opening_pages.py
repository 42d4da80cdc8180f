"""Pages of opening times, limits and what a base lends: for organisers, and for the base's manager alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bases.enums import BaseResourceKind
from bases.models import OpeningSeason, SpecialHours, TeachingBase
from core.db import session
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
SUMMER = {"name": "夏季", "begins": "5-1", "ends": "9月30日", "opens-0-0": "8:00", "closes-0-0": "12:00"}


@pytest.fixture(params=["organiser", "manager"])
def desk(request: pytest.FixtureRequest, sign_in: SignIn, county: County) -> tuple[Browser, str]:
    """Whoever keeps the base, and where its pages are."""
    start = "/bases" if request.param == "organiser" else "/my-base"
    return sign_in(request.param), f"{start}/{county.bases['红色纪念馆']}"


def base(county: County) -> TeachingBase:
    session().rollback()
    return session().get_one(TeachingBase, county.bases["红色纪念馆"])


def test_a_season_is_added_changed_and_taken_away(desk: tuple[Browser, str], county: County) -> None:
    browser, url = desk
    assert "没有季节安排" in browser.get(f"{url}/opening").text
    assert browser.post(f"{url}/seasons/new", data=SUMMER).status_code == 302
    row = session().query(OpeningSeason).one()
    assert (row.begins, row.ends, [h.weekday for h in row.hours]) == (501, 930, [0])
    page = browser.get(f"{url}/seasons/{row.id}").text
    assert 'value="5-1"' in page
    assert 'value="08:00"' in page
    assert browser.post(f"{url}/seasons/{row.id}", data={**SUMMER, "ends": "8-31"}).status_code == 302
    session().refresh(row)
    assert row.ends == 831
    autumn = browser.post(
        f"{url}/seasons/new", data={**SUMMER, "name": "秋季", "begins": "8-31", "ends": "10-1"}
    )
    assert (autumn.status_code, "和“夏季”的日期重叠" in autumn.text) == (422, True)
    assert browser.post(f"{url}/seasons/{row.id}/drop").status_code == 302
    assert session().query(OpeningSeason).count() == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"begins": "2-30"}, "写成 5-1"),
        ({"ends": "x"}, "写成 5-1"),
        ({"name": ""}, "请填写季节名称"),
        ({"closes-0-0": "7:00"}, "结束要晚于开始"),
    ],
)
def test_a_season_that_cannot_be_is_refused_in_words(
    desk: tuple[Browser, str], typed: dict[str, str], said: str
) -> None:
    browser, url = desk
    answer = browser.post(f"{url}/seasons/new", data={**SUMMER, **typed})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_one_day_has_times_of_its_own(desk: tuple[Browser, str], county: County) -> None:
    browser, url = desk
    day = {"day": "2027-10-01", "opens": "9:00", "closes": "11:30", "reason": "国庆开放"}
    assert browser.post(f"{url}/special-hours", data=day).status_code == 302
    assert browser.post(f"{url}/special-hours", data={**day, "opens": "10:00"}).status_code == 302
    assert [str(row.opens) for row in session().query(SpecialHours)] == ["10:00:00"]
    assert "国庆开放" in browser.get(f"{url}/opening").text
    turned = browser.post(f"{url}/special-hours", data={**day, "closes": "9:00", "opens": "9:30"})
    assert (turned.status_code, "结束要晚于开始" in turned.text) == (422, True)
    past = browser.post(f"{url}/special-hours", data={**day, "day": "2027-05-09"})
    assert (past.status_code, "已经过去" in past.text) == (422, True)
    assert browser.post(f"{url}/special-hours/2027-10-01/forget").status_code == 302
    assert session().query(SpecialHours).count() == 0
    assert browser.post(f"{url}/special-hours/soon/forget").status_code == 404


def test_limits_and_holidays(desk: tuple[Browser, str], county: County) -> None:
    browser, url = desk
    version = str(base(county).version)
    typed = {"groups": "3", "max_per_day": "8", "closed_on_holidays": "y", "version": version}
    few = browser.post(f"{url}/limits", data={**typed, "max_per_day": "2"})
    assert (few.status_code, "不能少于同时接待批次" in few.text) == (422, True)
    assert browser.post(f"{url}/limits", data=typed).status_code == 302
    found = base(county)
    assert (found.groups, found.max_per_day, found.closed_on_holidays, found.make_up_as_monday) == (
        3,
        8,
        True,
        False,
    )
    assert browser.post(f"{url}/limits", data=typed).status_code == 409  # somebody else's page is out of date


def test_what_a_base_lends(desk: tuple[Browser, str], county: County) -> None:
    browser, url = desk
    assert "讲解员" in browser.get(f"{url}/resources").text
    typed = {
        "guide-count": "3",
        "coach-count": "1",
        "coach-name": "45 座",
        "guide-out_of_order": "1",
        "guide-out_until": "2027-06-30",
    }
    assert browser.post(f"{url}/resources", data=typed).status_code == 302
    found = {row.kind: row for row in base(county).resources}
    assert (
        found[BaseResourceKind.GUIDE].available(date(2027, 6, 30)),
        found[BaseResourceKind.GUIDE].count,
    ) == (2, 3)
    assert found[BaseResourceKind.GUIDE].available(date(2027, 7, 1)) == 3
    assert BaseResourceKind.PROJECTOR not in found
    for wrong in (
        {"guide-count": "x"},
        {"guide-out_of_order": "4"},
        {"guide-out_from": "2027-07-01"},
        {"guide-out_until": "morgen"},
    ):
        assert browser.post(f"{url}/resources", data={**typed, **wrong}).status_code == 422
    assert base(county).guides == 3


def test_the_page_of_a_base_shows_its_year(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), f"/bases/{county.bases['红色纪念馆']}"
    version = str(base(county).version)
    browser.post(f"{url}/limits", data={"closed_on_holidays": "y", "version": version})
    page = browser.get(url).text
    assert "2027 年的放假安排尚未公布" in page
    assert "法定节假日不开放" in page
    assert "国庆节" in page
    assert "年开放 248 天" in page  # 261 weekdays less the holidays that fall on one
    viewer = sign_in("approver").get(url).text
    assert "年开放 248 天" in viewer
    assert "季节、节假日和限额" not in viewer


def test_other_peoples_bases_are_not_found(sign_in: SignIn, county: County) -> None:
    theirs = county.bases["东镇党校"]
    for path in ("opening", "resources", "seasons/new", "seasons/1"):
        assert sign_in("manager").get(f"/my-base/{theirs}/{path}").status_code == 404
        assert sign_in("outsider").get(f"/bases/{theirs}/{path}").status_code == 404
