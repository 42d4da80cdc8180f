"""Honours: within quotas that hold under races, with their document, shown where people look."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from instructor_pool import queries
from instructor_pool.enums import HonourKind
from instructor_pool.models import Honour, Instructor
from instructor_pool.rules.honours import Quota
from instructor_pool.services import honours
from instructor_pool.services.honours import Award
from tests.factories.county import County
from tests.factories.statements import counted
from tests.instructor_pool.test_pages import SignIn, text_of

MASTER, LESSON = HonourKind.MASTER_TEACHER, HonourKind.FINE_LESSON
DAY = date(2027, 4, 1)
FORM = {"kind": "master_teacher", "document": "嘉组〔2027〕8号", "day": "2027-04-01", "title": ""}


def somebody(county: County, name: str = "王芳") -> Instructor:
    return session().get_one(Instructor, county.instructors[name])


def limit(county: County, most: int) -> None:
    wanted = {kind: Quota(most=most) for kind in HonourKind}
    honours.set_quotas(county.unit("嘉祥县"), wanted, actor=county.actor("organiser"))


def award(county: County, name: str, said: Award) -> Honour:
    return honours.award(somebody(county, name), county.unit("嘉祥县"), said, actor=county.actor("organiser"))


@pytest.mark.parametrize(
    ("quota", "year", "period"),
    [
        (Quota(), 2026, (2026, 2030)),
        (Quota(), 2030, (2026, 2030)),
        (Quota(), 2031, (2031, 2035)),
        (Quota(), 2025, (2021, 2025)),
        (Quota(years=1, since=2027), 2029, (2029, 2029)),
    ],
)
def test_periods_repeat_from_their_first_year(quota: Quota, year: int, period: tuple[int, int]) -> None:
    assert quota.period(year) == period


def test_the_quota_is_kept_and_freed_by_revoking(county: County) -> None:
    with transaction():
        limit(county, 1)
        first = award(county, "王芳", Award(MASTER, "8号", DAY))
        with pytest.raises(RuleBroken, match="2026–2030 年的「名师」名额 1 个已用完"):
            award(county, "李强", Award(MASTER, "9号", DAY))
        award(county, "李强", Award(HonourKind.FINE_LECTURER, "9号", DAY))
        award(county, "李强", Award(MASTER, "1号", date(2025, 12, 31)))
        with pytest.raises(RuleBroken, match="撤销原因"):
            honours.revoke(first, " ", actor=county.actor("organiser"))
        honours.revoke(first, "违反师德", actor=county.actor("organiser"))
        assert award(county, "李强", Award(MASTER, "9号", DAY)).seat == 1
        with pytest.raises(RuleBroken, match="已经撤销过"):
            honours.revoke(first, "再次", actor=county.actor("organiser"))


def test_the_database_holds_the_quota_when_two_award_at_once(county: County) -> None:
    """Both looked before the other wrote: the seat lets one in."""
    with transaction():
        row = award(county, "王芳", Award(MASTER, "8号", DAY))
        unit, seat = row.unit_id, row.seat
    late = {
        "unit_id": unit, "kind": MASTER, "document": "9号", "day": DAY, "first_year": 2026, "recorded_by": "另一人",
        "recorded_at": datetime(2027, 5, 10), "instructor_id": county.instructors["李强"],
    }  # fmt: skip
    with pytest.raises(Conflict), transaction():
        session().add(Honour(**late, seat=seat))
        session().flush()
    with transaction():
        session().add(Honour(**late, seat=seat + 1))


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        (Award(MASTER, " ", DAY), "document", "请填写文号"),
        (Award(MASTER, "8号", date(2027, 5, 11)), "day", "不能晚于今天"),
        (Award(LESSON, "8号", DAY), "title", "题目"),
    ],
)
def test_every_refusal_names_its_field(county: County, said: Award, field: str, sentence: str) -> None:
    with transaction(), pytest.raises(RuleBroken) as refused:
        award(county, "王芳", said)
    (violation,) = refused.value.violations
    assert violation.subject == field and sentence in violation.sentence


def test_once_a_period_and_only_in_the_pool(county: County) -> None:
    with transaction():
        award(county, "王芳", Award(LESSON, "8号", DAY, "一堂好课"))
        award(county, "王芳", Award(LESSON, "8号", DAY, "另一堂"))
        with pytest.raises(RuleBroken, match="已经授予过「精品党课《一堂好课》」"):
            award(county, "王芳", Award(LESSON, "9号", DAY, "一堂好课"))
        with pytest.raises(RuleBroken) as refused:
            award(county, "孙退", Award(MASTER, "9号", DAY))
        assert "不在库" in refused.value.violations[0].sentence


def test_the_pages_award_show_and_revoke(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), f"/instructors/{county.instructors['王芳']}/honours"
    assert browser.post(url, data=FORM).status_code == 302
    again = browser.post(url, data=FORM)
    assert again.status_code == 422 and "已经授予过" in text_of(again)
    assert browser.post(url, data=FORM | {"document": ""}).status_code == 422
    for page in (f"/instructors/{county.instructors['王芳']}", "/instructors/honours", url):
        assert "名师" in text_of(browser.get(page)) and "嘉组〔2027〕8号" in text_of(browser.get(page))
    assert "名师" in text_of(sign_in("instructor").get("/me/profile"))
    listed = text_of(browser.get("/instructors/?honour=master_teacher&cols=name&cols=honours"))
    assert "王芳" in listed and "李强" not in listed
    assert browser.get("/instructors/honours?export=xlsx").status_code == 200
    # Whoever sees the list can open its rows, with or without the right to award.
    person = f"/instructors/{county.instructors['王芳']}"
    assert f'href="{person}#honours"' in sign_in("approver").get("/instructors/honours").text
    assert sign_in("approver").get(person).status_code == 200
    row = session().scalars(select(Honour)).one()
    assert (
        sign_in("outsider").post(f"/instructors/honours/{row.id}/revoke", data={"reason": "x"}).status_code
        == 404
    )
    assert browser.post(f"/instructors/honours/{row.id}/revoke", data={"reason": ""}).status_code == 422
    assert browser.post(f"/instructors/honours/{row.id}/revoke", data={"reason": "弄错"}).status_code == 302
    assert "已撤销" in text_of(browser.get("/instructors/honours"))


def test_a_level_sets_its_own_quotas(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), "/instructors/honours/quotas"
    data = {
        f"{part}_{kind.value}": n
        for kind in HonourKind
        for part, n in (("most", "3"), ("years", "2"), ("since", "2027"))
    }
    assert 'value="100"' in browser.get(url).text
    assert browser.post(url, data=data | {"most_fine_course": "-1"}).status_code == 422
    assert browser.post(url, data=data).status_code == 302
    assert "2027–2028 年共 3 个" in text_of(browser.get("/instructors/honours"))
    with transaction():
        assert queries.quota_of(county.units["邻县"], MASTER) == Quota()


def test_the_list_of_honours_costs_the_same_for_many(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    browser.get("/instructors/honours")
    with transaction():
        award(county, "王芳", Award(MASTER, "8号", DAY))
    with counted() as few:
        browser.get("/instructors/honours")
    with transaction():
        for n, name in enumerate(("李强", "单雄", "钱局长", "赵书记")):
            award(county, name, Award(MASTER, f"{n}号", DAY))
    with counted() as many:
        browser.get("/instructors/honours")
    assert len(many) == len(few)
