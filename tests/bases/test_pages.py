"""The register, and a manager's own pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from accounts.access import SYSTEM
from accounts.enums import P, Role
from accounts.models import User
from bases.enums import BaseKind
from bases.models import Closure, TeachingBase, Venue
from bases.queries.bases import search
from bases.queries.todos import todos
from bases.services import closures
from core import clock
from core.audit import AuditRecord
from core.db import db, session, transaction
from tests.factories.county import Browser, County, make_base

SignIn = Callable[[str], Browser]
NEW = {
    "name": "曾子文化馆", "kind": "practice_point", "theme": "party_spirit", "guides": "2", "lead_time": "3", "lead_unit": "days",
    "contact_name": "曾敏", "phone": "13812345678", "capacity": "60", "groups": "2", "supervising_unit": "县文旅局",
}  # fmt: skip


def base_of(county: County, name: str = "红色纪念馆") -> TeachingBase:
    """A base of the county."""
    return session().get_one(TeachingBase, county.bases[name])


def test_the_register_lists_filters_and_searches(sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    assert all(name in browser.get("/bases/").text for name in ("东镇党校", "西镇分教点", "红色纪念馆"))
    for query, found in (
        ("kind=practice_point", True), ("kind=main_campus", False), ("theme=revolutionary_tradition", True), ("capacity=80", True),
        ("capacity=100", False), ("state=filed", True), ("bookable=no", False), ("expiry=over", False), ("q=红色", True), ("q=无", False),
        ("kind=x&town=x&sort=x&page=0", True),
    ):  # fmt: skip
        assert ("红色纪念馆</a>" in browser.get(f"/bases/?{query}").text) is found, query


def test_the_list_exports(sign_in: SignIn) -> None:
    answer = sign_in("organiser").get("/bases/?export=xlsx&kind=practice_point")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [row[0] for row in rows[-1:]] == ["红色纪念馆"]


def test_the_list_reads_a_bounded_number_of_statements(sign_in: SignIn, county: County) -> None:
    counts = []
    for extra in range(2):
        with transaction():
            for n in range(20 * extra):
                make_base(county.unit("嘉祥县"), f"教学点{n}", BaseKind.BRANCH_POINT, county.unit("西镇"))
        seen: list[str] = []

        def note(*args: object, kept: list[str] = seen) -> None:
            kept.append(str(args[2]))

        browser = sign_in("organiser")
        event.listen(db.engine, "before_cursor_execute", note)
        browser.get("/bases/")
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(sum(sql.startswith("SELECT") for sql in seen))
    assert counts[0] == counts[1] <= 16


def test_the_map_places_bases_and_links_them(sign_in: SignIn, county: County) -> None:
    page = sign_in("organiser").get("/bases/?view=map").text
    assert f'href="/bases/{county.bases["红色纪念馆"]}"' in page and " km</text>" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("approver", 200), ("outsider", 404), ("manager", 403), ("auditor", 403)],
)
def test_who_sees_a_base(sign_in: SignIn, county: County, who: str, status: int) -> None:
    assert sign_in(who).get(f"/bases/{county.bases['红色纪念馆']}").status_code == status


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "请填写名称。"),
        ("name", "红色纪念馆", "已有同名基地。"),
        ("capacity", "0", "单批容量"),
        ("phone", "123", "电话应是"),
        ("latitude", "95", "纬度在 -90 到 90 之间。"),
        ("longitude", "116", "经纬度要么都填"),
        ("lead_time", "x", "预约提前量"),
        ("kind", "castle", "类型"),
        ("name", "长" * 81, "名称"),
    ],
)
def test_what_a_new_base_is_refused_for(sign_in: SignIn, field: str, value: str, sentence: str) -> None:
    answer = sign_in("organiser").post("/bases/new", data={**NEW, field: value})
    assert answer.status_code == 422 and sentence in answer.text
    assert session().query(TeachingBase).count() == 3


def test_a_plaque_cannot_end_before_it_was_put_up(sign_in: SignIn) -> None:
    answer = sign_in("organiser").post(
        "/bases/new", data={**NEW, "designated_on": "2027-05-02", "expires_on": "2027-05-01"}
    )
    assert answer.status_code == 422 and "有效期不能早于挂牌日期。" in answer.text


def test_venues(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), f"/bases/{county.bases['红色纪念馆']}"
    made = {"name": "二号厅", "capacity": "30", "use": "shared", "groups": "2", "max_per_day": ""}
    assert browser.post(f"{url}/venues/new", data=made).status_code == 302
    assert "已有同名教学点" in browser.post(f"{url}/venues/new", data=made).text
    venue = session().query(Venue).filter_by(name="二号厅").one()
    refused = browser.post(f"{url}/venues/{venue.id}", data={**made, "max_per_day": "1", "version": "1"})
    assert refused.status_code == 422 and "不能少于同时接待批次" in refused.text
    assert (
        browser.post(f"{url}/venues/{venue.id}", data={**made, "capacity": "35", "version": "1"}).status_code
        == 302
    )
    assert browser.post(f"{url}/venues/{venue.id}", data={**made, "version": "1"}).status_code == 409
    assert browser.post(f"{url}/venues/{venue.id}/shut", data={"shut": "1"}).status_code == 302
    session().refresh(venue)
    assert (venue.capacity, venue.is_closed) == (35, True)
    other = f"/bases/{county.bases['东镇党校']}/venues/{venue.id}"
    assert browser.get(other).status_code == 404


def test_bad_hours_are_kept_on_the_page(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), f"/bases/{county.bases['红色纪念馆']}/hours"
    answer = browser.post(url, data={"opens-2-0": "18:00", "closes-2-0": "8:00"})
    assert answer.status_code == 422 and 'value="18:00"' in answer.text and "结束要晚于开始" in answer.text
    assert browser.post(url, data={"opens-2-0": "9:00", "closes-2-0": "12:00"}).status_code == 302
    assert base_of(county).opening_text == "周三 9:00-12:00"


def test_the_telephone_is_masked_and_shown_with_a_reason_that_is_kept(
    sign_in: SignIn, county: County
) -> None:
    with transaction():
        base_of(county).phone, base_of(county).contact_name = "13812345678", "周馆长"
    browser, url = sign_in("organiser"), f"/bases/{county.bases['红色纪念馆']}"
    page = browser.get(url).text
    assert "138****5678" in page and "13812345678" not in page
    assert browser.post(f"{url}/phone", data={"reason": "x"}).status_code == 422
    assert "13812345678" in browser.post(f"{url}/phone", data={"reason": "商定接待时间"}).text
    last = session().query(AuditRecord).order_by(AuditRecord.id.desc()).first()
    assert last is not None and last.subject == "查看 红色纪念馆 的联系电话：商定接待时间"
    assert "13812345678" not in sign_in("manager").get("/my-base/1/contact").text


def test_a_manager_closes_days_and_takes_it_back(sign_in: SignIn, county: County) -> None:
    browser, base_id = sign_in("manager"), county.bases["红色纪念馆"]
    assert "红色纪念馆" in browser.get("/my-base/").text
    url = f"/my-base/{base_id}/closures"
    assert (
        browser.post(
            url, data={"first_day": "2027-06-01", "last_day": "2027-06-03", "reason": "设备检修"}
        ).status_code
        == 302
    )
    assert "设备检修" in browser.get("/my-base/").text
    for data, sentence in (
        ({"first_day": "2027-06-03", "last_day": "2027-06-05", "reason": "x"}, "已经登记闭馆"),
        ({"first_day": "2027-07-03", "last_day": "2027-07-01", "reason": "x"}, "结束日期早于开始日期"),
        ({"first_day": "2027-01-03", "last_day": "2027-01-04", "reason": "x"}, "已经过去"),
        ({"first_day": "2027-07-01", "last_day": "2029-07-01", "reason": "x"}, "最长一年"),
        ({"first_day": "2027-07-01", "last_day": "2027-07-01", "reason": " "}, "请写明闭馆原因"),
        ({"first_day": "2027-13-01", "last_day": "x", "reason": "x"}, "不是有效的日期"),
    ):
        answer = browser.post(url, data=data)
        assert answer.status_code == 422 and sentence in answer.text, sentence
    closure = session().query(Closure).one()
    assert (
        browser.post(f"/my-base/{county.bases['东镇党校']}/closures/{closure.id}/reopen").status_code == 404
    )
    assert browser.post(f"{url}/{closure.id}/reopen").status_code == 302
    assert session().query(Closure).count() == 0


def test_a_closure_that_has_begun_ends_yesterday(county: County) -> None:
    with transaction():
        closure = Closure(
            base_id=base_of(county).id,
            first_day=date(2027, 5, 8),
            last_day=date(2027, 5, 12),
            reason="x",
            recorded_at=clock.now(),
        )
        session().add(closure)
        session().flush()
        closures.reopen(base_of(county), closure, actor=SYSTEM)
    assert closure.last_day == date(2027, 5, 9)


@pytest.mark.parametrize("part", ["hours", "contact"])
def test_a_manager_edits_only_the_own_base(sign_in: SignIn, county: County, part: str) -> None:
    browser = sign_in("manager")
    assert browser.get(f"/my-base/{county.bases['红色纪念馆']}/{part}").status_code == 200
    assert browser.get(f"/my-base/{county.bases['东镇党校']}/{part}").status_code == 404


def test_a_manager_changes_contact_and_hours(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("manager"), f"/my-base/{county.bases['红色纪念馆']}"
    assert (
        browser.post(
            f"{url}/contact", data={"contact_name": "新馆长", "phone": "0537-0001234", "version": 1}
        ).status_code
        == 302
    )
    assert (base_of(county).contact_name, base_of(county).phone) == ("新馆长", "0537-0001234")
    assert browser.post(f"{url}/contact", data={"contact_name": "", "version": 1}).status_code == 422
    assert browser.post(f"{url}/hours", data={"opens-6-0": "9:00", "closes-6-0": "16:00"}).status_code == 302
    assert base_of(county).opening_text == "周日 9:00-16:00"


def test_a_manager_without_a_base_is_told_so(sign_in: SignIn, county: County) -> None:
    with transaction():
        base_of(county).manager_id = None
    assert "还没有把基地交给您管理" in sign_in("manager").get("/my-base/").text


def test_activation_codes_for_managers(sign_in: SignIn, county: County) -> None:
    with transaction():
        for name in ("东镇党校", "西镇分教点"):
            base_of(county, name).contact_name, base_of(county, name).phone = "许磊", "0537-0001535"
    browser = sign_in("organiser")
    assert "没有账号" in browser.get("/bases/activation").text
    page = browser.post("/bases/activation", data={"whom": "all"}).text
    assert "xulei" in page and "东镇党校、西镇分教点" in page
    user = session().query(User).filter_by(login="xulei").one()
    assert {base_of(county, n).manager_id for n in ("东镇党校", "西镇分教点")} == {user.id}
    assert [g.role for g in user.grants] == [Role.BASE_MANAGER]
    assert browser.post("/bases/activation", data={"ids": "999999"}).status_code == 422
    assert sign_in("contact").get("/bases/activation").status_code == 403


def test_a_base_without_a_contact_gets_no_code(sign_in: SignIn, county: County) -> None:
    answer = sign_in("organiser").post("/bases/activation", data={"ids": county.bases["东镇党校"]})
    assert answer.status_code == 422 and "没有联系人" in answer.text


def test_todos_and_search(county: County) -> None:
    with transaction():
        base_of(county).expires_on = date(2027, 5, 9)
        base_of(county, "东镇党校").expires_on = date(2027, 6, 1)
    organiser = county.actor("organiser")
    assert {t.kind: t.count for t in todos(organiser) if t.count} == {"base_expired": 1, "base_expiring": 1}
    assert todos(county.actor("manager")) == []
    assert [b.name for b in search(organiser.scope(P.BASE_VIEW), "纪念")] == ["红色纪念馆"]
    assert search(county.actor("outsider").scope(P.BASE_VIEW), "纪念") == []
