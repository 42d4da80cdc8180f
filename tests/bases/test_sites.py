"""School sites as a tree, the seven elements, and the ledger."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from bases.enums import BaseKind, Theme
from bases.models import FundingGrant, SiteElement, Spending, TeachingBase
from bases.queries import tree
from bases.queries.tree import forest
from bases.rules.funding import MOST_FEN, read_yuan, yuan_text
from bases.rules.tree import PARENTS, may_belong
from bases.services import funding
from bases.services.funding import GrantFields
from core import guards
from core.db import db, session, transaction
from core.errors import RuleBroken
from tests.factories.bases import PDF
from tests.factories.county import Browser, County, make_base
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
EDIT = {"contact_name": "周馆长", "guides": "0", "lead_time": "0", "lead_unit": "days"}


def test_each_kind_stands_below_another_only() -> None:
    """So nothing can ever stand below itself, however long the chain."""
    depth = {BaseKind.MAIN_CAMPUS: 0, BaseKind.BRANCH_POINT: 1, BaseKind.PRACTICE_POINT: 2}
    assert all(depth[parent] < depth[kind] for kind in PARENTS for parent in PARENTS[kind])
    assert not may_belong(BaseKind.BRANCH_POINT, BaseKind.PRACTICE_POINT)


def _edit(county: County, browser: Browser, name: str, **fields: object) -> tuple[int, str]:
    row = session().get_one(TeachingBase, county.bases[name])
    sent = {**EDIT, "name": name, "kind": row.kind.value, "version": row.version, **fields}
    answer = browser.post(f"/bases/{row.id}/edit", data=sent)
    return answer.status_code, answer.text


def test_sites_are_put_in_their_place(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    campus, branch, point = (county.bases[n] for n in ("东镇党校", "西镇分教点", "红色纪念馆"))
    assert _edit(county, browser, "西镇分教点", parent=campus)[0] == 302
    assert _edit(county, browser, "红色纪念馆", parent=branch, theme="revolutionary_tradition")[0] == 302
    status, page = _edit(county, browser, "东镇党校", parent=branch)
    assert status == 422 and "主校区没有上级校区。" in page
    status, page = _edit(county, browser, "西镇分教点", kind="practice_point", parent="")
    assert status == 422 and "下面还有 红色纪念馆" in page
    assert _edit(county, browser, "红色纪念馆", parent=point)[0] == 422
    page = browser.get("/bases/tree").text
    assert page.index("东镇党校") < page.index("西镇分教点") < page.index("红色纪念馆")
    assert "革命传统" in page and "还没有归到校区" not in page
    assert "西镇分教点" in browser.get(f"/bases/{point}").text
    assert "西镇分教点" in browser.get(f"/bases/{campus}").text


def test_parents_are_looked_for_by_name(
    sign_in: SignIn, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A register of thousands is never written into a form; what is kept or typed stays a choice."""
    monkeypatch.setattr(tree, "MOST_PARENTS", 1)
    browser, branch = sign_in("organiser"), county.bases["西镇分教点"]
    found = browser.get("/bases/parents?q=分教").get_json()
    assert found == [{"value": str(branch), "text": "西镇分教点 (分教点)"}]
    assert browser.get(f"/bases/parents?q=分教&of={branch}").get_json() == []
    point = county.bases["红色纪念馆"]
    assert f'value="{branch}"' not in browser.get(f"/bases/{point}/edit").text
    assert _edit(county, browser, "红色纪念馆", parent=branch)[0] == 302
    assert f'<option selected value="{branch}">' in browser.get(f"/bases/{point}/edit").text
    assert sign_in("contact").get("/bases/parents").status_code == 403


@pytest.mark.databases
def test_the_database_keeps_the_tree(county: County) -> None:
    campus, branch, point = (county.bases[n] for n in ("东镇党校", "西镇分教点", "红色纪念馆"))
    with transaction():
        session().get_one(TeachingBase, branch).parent_id = campus
        session().get_one(TeachingBase, point).parent_id = branch
        abroad = make_base(county.unit("邻县"), "邻县党校", BaseKind.MAIN_CAMPUS, county.unit("邻县")).id
    wrong = (
        (branch, f"parent_id = {branch}"),
        (branch, f"parent_id = {point}"),
        (campus, f"parent_id = {branch}"),
        (point, f"parent_id = {point}"),
        (branch, "kind = 'practice_point'"),
        (campus, "kind = 'practice_point'"),
        (branch, f"parent_id = {abroad}"),
    )
    with db.engine.connect().execution_options(writing=True) as connection:
        for base_id, change in wrong:
            sentence = f"UPDATE teaching_base SET {change} WHERE id = {base_id}"
            assert guards.refuses(connection, sentence), change
        assert not guards.refuses(
            connection, f"UPDATE teaching_base SET parent_id = {campus} WHERE id = {point}"
        )
        connection.rollback()


def test_the_tree_is_bounded(sign_in: SignIn, county: County) -> None:
    scope_page = sign_in("organiser")
    with counted() as few:
        scope_page.get("/bases/tree")
    with transaction():
        for n in range(25):
            top = make_base(county.unit("嘉祥县"), f"校{n:02}", BaseKind.MAIN_CAMPUS, county.unit("东镇"))
            for m in range(3):
                make_base(
                    county.unit("嘉祥县"),
                    f"点{n}-{m}",
                    BaseKind.BRANCH_POINT,
                    county.unit("东镇"),
                    parent_id=top.id,
                )
            make_base(
                county.unit("嘉祥县"),
                f"馆{n}",
                BaseKind.PRACTICE_POINT,
                county.unit("东镇"),
                theme=Theme.OTHER,
            )
    with counted() as many:
        page = scope_page.get("/bases/tree").text
    assert len(many) <= len(few) + 3 and "第 1 页，共 2 页" in page
    found = forest(county.actor("organiser").scope("base_view"), 99)  # type: ignore[arg-type]
    assert (found.page, found.total, len(found.campuses)) == (2, 26, 6)


def test_the_checklist_says_what_is_missing(sign_in: SignIn, county: County) -> None:
    browser, base_id = sign_in("organiser"), county.bases["东镇党校"]
    url = f"/bases/{base_id}/checklist"
    answer = browser.post(url, data={"premises": "met", "funds": "lacking"})
    assert answer.status_code == 422 and "经费不齐，请写明缺什么。" in answer.text
    sent = {
        "premises": "met",
        "funds": "lacking",
        "note-funds": "没有专项经费",
        "plan": "partly",
        "note-plan": "缺年度计划",
    }
    assert browser.post(url, data=sent).status_code == 302
    row = session().query(SiteElement).filter_by(base_id=base_id, element="funds").one()
    assert (row.note, row.judged_on, row.judged_by) == ("没有专项经费", date(2027, 5, 10), "organiser")
    sent |= {"note-funds": "已列入预算", "funds": "met"}
    assert "1 项有变动" in browser.post(url, data=sent, follow_redirects=True).text
    page = browser.get(f"/bases/{base_id}").text
    assert "场地：具备；管理团队：没核对" in page
    assert "东镇党校" in browser.get("/bases/checklists?short=plan").text
    assert "东镇党校</a>" not in browser.get("/bases/checklists?short=premises").text
    book = load_workbook(io.BytesIO(browser.get("/bases/checklists?export=xlsx").data)).active
    assert book is not None
    rows = [row for row in book.iter_rows(values_only=True) if row[0] == "东镇党校"]
    assert rows[0][4] == "具备" and rows[0][7] == "部分具备 缺年度计划"
    assert sign_in("approver").get(url).status_code == 200
    assert sign_in("approver").post(url, data=sent).status_code == 403


@pytest.mark.parametrize(
    ("raw", "fen"),
    [
        *[("1200", 120000), ("1,200.5", 120050), ("0.01", 1), ("1e3", 100000)],
        *[(raw, None) for raw in ("0", "-3", "1.234", "x", "", "NaN", str(MOST_FEN))],
    ],
)
def test_amounts_are_whole_fen(raw: str, fen: int | None) -> None:
    assert read_yuan(raw) == fen


def test_yuan_on_paper() -> None:
    assert (yuan_text(123450), yuan_text(5)) == ("1,234.50", "0.05")


def test_a_grant_is_spent_and_a_wrong_spending_cancelled(sign_in: SignIn, county: County) -> None:
    browser, base_id = sign_in("organiser"), county.bases["红色纪念馆"]
    url = f"/bases/{base_id}/funding"
    grant = {"source": "县财政", "purpose": "展陈维护", "amount": "1,000.00", "granted_on": "2027-03-01"}
    assert browser.post(f"{url}/new", data={**grant, "amount": "1.234"}).status_code == 422
    assert browser.post(f"{url}/new", data={**grant, "granted_on": "2027-12-01"}).status_code == 422
    assert browser.post(f"{url}/new", data=grant).status_code == 302
    row = session().query(FundingGrant).one()
    pay = {"item": "更换展板", "amount": "600", "spent_on": "2027-04-01"}
    spend = f"{url}/{row.id}/spend"
    assert browser.post(spend, data={**pay, "spent_on": "2027-02-01"}).status_code == 422
    assert browser.post(spend, data={**pay, "voucher": (io.BytesIO(PDF), "发票.pdf")}).status_code == 302
    answer = browser.post(spend, data={**pay, "amount": "400.01"})
    assert answer.status_code == 422 and "这笔经费只剩 400.00 元。" in answer.text
    spending = session().query(Spending).one()
    file = browser.get(f"/bases/{base_id}/spendings/{spending.id}/voucher")
    assert file.data == PDF and file.headers["Content-Security-Policy"].startswith("sandbox")
    page = browser.get(url).text
    assert "结余 400.00 元" in page and "发票.pdf" in page
    cancel = f"/bases/{base_id}/spendings/{spending.id}/cancel"
    assert browser.post(cancel, data={"reason": ""}).status_code == 422
    assert browser.post(cancel, data={"reason": "重复登记"}).status_code == 302
    assert browser.post(cancel, data={"reason": "再来"}).status_code == 422
    assert "重复登记" in browser.get(url).text
    session().expire_all()
    assert session().query(FundingGrant).one().spent == 0
    book = load_workbook(io.BytesIO(browser.get("/bases/funding?export=xlsx").data)).active
    assert book is not None and [r[5:8] for r in book.iter_rows(values_only=True)][-1] == (1000, 0, 1000)
    for who, status in (("approver", 200), ("outsider", 404), ("manager", 403), ("evaluator", 403)):
        assert sign_in(who).get(url).status_code == status, who
    assert "展陈维护" in sign_in("manager").get(f"/my-base/{base_id}/funding").text


@pytest.mark.databases
def test_the_database_counts_what_is_spent(county: County) -> None:
    """Around the service: nobody spends more than was granted, and nothing entered is changed or taken away."""
    organiser = county.actor("organiser")
    with transaction():
        base = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        fields = GrantFields("县财政", "维护", 1000, date(2027, 3, 1))
        grant = funding.enter_grant(base, fields, actor=organiser)
        row = funding.spend(grant, "甲", 700, date(2027, 4, 1), actor=organiser)
        with pytest.raises(RuleBroken):
            funding.spend(grant, "乙", 301, date(2027, 4, 1), actor=organiser)
        grant_id, row_id = grant.id, row.id
    more = (
        "INSERT INTO spending (grant_id, item, amount, spent_on, recorded_at, recorded_by, cancelled_by, cancel_reason) "
        f"VALUES ({grant_id}, 'x', {{}}, '2027-04-01', '2027-04-01 00:00:00', 'x', '', '')"
    )
    with db.engine.connect().execution_options(writing=True) as connection:
        for sentence in (
            more.format(301),
            f"UPDATE funding_grant SET amount = 699 WHERE id = {grant_id}",
            f"UPDATE spending SET amount = 1 WHERE id = {row_id}",
            f"DELETE FROM spending WHERE id = {row_id}",
        ):
            assert guards.refuses(connection, sentence), sentence
        connection.execute(text(more.format(300)))
        spent = connection.scalar(text(f"SELECT spent FROM funding_grant WHERE id = {grant_id}"))
        assert spent == 1000
        connection.rollback()
