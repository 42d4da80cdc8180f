"""One person's way into the pool, clicked through: nominated by anybody, checked by anybody in the end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.test_seven_steps import ask, confirm, look, sign_in, visit

NAME = "闵子骞"
EVALUATORS = ("evaluator", "evaluator2", "evaluator3")


def test_from_public_nomination_to_a_certificate_anybody_can_check(
    site: Site, new_context: Callable[[dict[str, object]], BrowserContext]
) -> None:
    anybody = new_context(PHONE).new_page()
    receipt = nominate(anybody)
    organiser = new_context(DESK).new_page()
    sign_in(organiser, "organiser")
    check_eligibility(organiser)
    person_id = ask(site, "SELECT id FROM instructor WHERE name = ?", NAME)[0][0]
    seat_panels(organiser)
    batch_id = ask(site, "SELECT max(id) FROM review_batch")[0][0]
    for login in EVALUATORS:
        evaluator = new_context(PHONE).new_page()
        sign_in(evaluator, login)
        score(evaluator, site, person_id)
    decide(organiser, batch_id)
    file = f"/instructors/{person_id}"
    object_to(anybody)
    answer(organiser, file)
    approver = new_context(DESK).new_page()
    sign_in(approver, "approver")
    visit(approver, f"{file}/decisions/approve")
    approver.get_by_role("button", name="批准入库").click()
    expect(approver.locator(".error-summary")).to_contain_text("公示还没有结束,不能批准。")
    let_publicity_end(site, person_id)
    visit(approver, f"{file}/decisions/approve")
    approver.get_by_role("button", name="批准入库").click()
    expect(approver.get_by_role("main")).to_contain_text("已批准")
    sign_the_letter(organiser, file)
    organiser.goto(f"{file}/steps/appoint")
    organiser.get_by_role("button", name="办理聘任").click()
    expect(organiser.get_by_role("main")).to_contain_text("排课选不到这位讲师")
    look(organiser)
    visit(organiser, f"{file}/certificate")
    code = ask(site, "SELECT code FROM appointment_certificate WHERE instructor_id = ?", person_id)[0][0]
    check(anybody, str(code))
    anybody.goto("/nominate/receipt")
    anybody.fill("[name=code]", receipt)
    anybody.get_by_role("button", name="查进度").click()
    expect(anybody.get_by_role("main")).to_contain_text("在库")


def nominate(page: Page) -> str:
    """By oneself, on a phone, without an account; answers the receipt code."""
    visit(page, "/nominate")
    page.fill("[name=name]", NAME)
    page.fill("[name=phone]", "13905370101")
    page.fill("[name=work_unit]", "县史志研究中心")
    page.select_option("[name=source_category]", "scholar")
    page.fill("[name=topics]", "从地方志看初心")
    page.fill("[name=link]", "https://video.example.cn/trial/99")
    page.check("[name=consent]")
    page.get_by_role("button", name="提交推荐").click()
    expect(page.get_by_role("heading", name="推荐已收到")).to_be_visible()
    look(page)
    return page.locator(".stat-value").inner_text()


def check_eligibility(page: Page) -> None:
    """The newcomer alone is ticked."""
    visit(page, f"/instructors/candidates?q={NAME}")
    page.get_by_role("row", name=re.compile(NAME)).get_by_role("checkbox").check()
    page.get_by_role("button", name="资格审查通过").click()
    confirm(page)
    expect(page.locator("body")).to_contain_text("1 位候选人资格审查通过。")


def seat_panels(page: Page) -> None:
    """A batch with the newcomer, its panel drawn."""
    visit(page, "/instructors/batches/new")
    for box in page.locator("[name=people]").all():
        box.uncheck()
    page.get_by_label(re.compile(NAME)).check()
    page.get_by_role("button", name="建立批次").click()
    expect(page.locator("body")).to_contain_text("批次已建立")
    look(page)


def score(page: Page, site: Site, person_id: object) -> None:
    """Full marks, handed in from a phone."""
    panel_id = ask(site, "SELECT max(id) FROM review_panel WHERE instructor_id = ?", person_id)[0][0]
    visit(page, f"/instructors/reviews/{panel_id}")
    for mark in page.locator("input[type=number]").all():
        mark.fill(str(mark.get_attribute("max")))
    for passed in page.locator("fieldset input[type=radio][value='1']").all():
        passed.check()
    page.get_by_role("button", name="交评分表", exact=True).click()
    expect(page.locator("body")).to_contain_text("评分表已交")


def decide(page: Page, batch_id: object) -> None:
    """Filled in by the pass mark, looked at, applied once."""
    visit(page, f"/instructors/batches/{batch_id}")
    page.get_by_role("button", name="按合格线填").click()
    expect(page.locator("body")).to_contain_text("按合格线填了 1 位")
    page.get_by_role("button", name="执行批次").click()
    confirm(page)
    expect(page.locator("body")).to_contain_text("批次已执行")
    look(page)


def object_to(page: Page) -> None:
    """Somebody reads the notice and objects, without an account."""
    visit(page, "/publicity")
    page.get_by_role("link", name=f"提出异议 {NAME}").click()
    page.fill("[name=statement]", "听说去年的讲座没有讲完。")
    page.fill("[name=name]", "匿名")
    look(page)
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator("body")).to_contain_text("异议已收到")


def answer(page: Page, file: str) -> None:
    """The organiser looks into it."""
    visit(page, file)
    page.get_by_role("link", name="异议 1").click()
    page.select_option("[name=outcome]", "dismissed")
    page.fill("[name=answer]", "查讲座记录,按计划讲完。")
    look(page)
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_role("main")).to_contain_text("查讲座记录,按计划讲完。")


def let_publicity_end(site: Site, person_id: object) -> None:
    """The served clock cannot be moved on, so the period is moved back."""
    with sqlite3.connect(site.instance / "jiangtai.sqlite", timeout=30) as connection:
        connection.execute(
            "UPDATE publicity SET starts_on = date(starts_on, '-20 day'), ends_on = date(ends_on, '-20 day') "
            "WHERE instructor_id = ?",
            (person_id,),
        )


def sign_the_letter(page: Page, file: str) -> None:
    """Drawn as Word and PDF, then recorded as signed."""
    visit(page, f"{file}/steps/sign_letter")
    for link, start in (("下载责任书 Word", b"PK"), ("PDF", b"%PDF-")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=link, exact=True).click()
        assert waiting.value.path().read_bytes().startswith(start)
    page.get_by_role("button", name="签订责任书").click()
    expect(page.get_by_role("main")).to_contain_text("已签责任书")


def check(page: Page, code: str) -> None:
    """Typed from paper; says whether it holds and not whose it is."""
    visit(page, "/certificates")
    page.fill("[name=code]", f"{code[:4]}-{code[4:].lower()}")
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_role("main")).to_contain_text("这张证书有效。")
    assert NAME not in page.locator("body").inner_text()
    look(page)
    page.fill("[name=name]", NAME)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("main")).to_contain_text("与登记的姓名一致。")
