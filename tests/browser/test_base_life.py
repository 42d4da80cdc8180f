"""One base, clicked from survey to revocation: papers, site review, filing, designation, yearly review, the end."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.signing_in import sign_in
from tests.browser.test_seven_steps import ask, confirm, look

NAME = "曾子孝廉文化馆"
"""Surveyed in the demo, with its contact and place, and nothing else."""
PDF = b"%PDF-1.4\n%%EOF"
NewContext = Callable[[dict[str, object]], BrowserContext]


def test_a_base_from_survey_to_revocation(site: Site, new_context: NewContext) -> None:
    base_id = int(str(ask(site, "SELECT id FROM teaching_base WHERE name = ?", NAME)[0][0]))
    url = f"/bases/{base_id}"
    organiser, approver = (new_context(DESK).new_page() for _ in range(2))
    sign_in(organiser, "organiser")
    sign_in(approver, "approver")
    for kind in ("application", "safety_plan", "filing_form", "plaque"):
        add_paper(organiser, url, kind)
    step(organiser, url, "apply")
    expect(organiser.get_by_role("main")).to_contain_text("申报中")
    review_on_site(organiser, site, new_context, url, base_id)
    step(organiser, url, "file")
    expect(organiser.locator(".error-summary")).to_contain_text("开放时段")
    organiser.goto(f"{url}/hours")
    organiser.fill("[name=opens-0-0]", "8:30")
    organiser.fill("[name=closes-0-0]", "17:30")
    organiser.get_by_role("button", name="保存").click()
    step(organiser, url, "file")
    organiser.goto(f"{url}/edit")
    organiser.select_option("[name=designation_level]", "county")
    organiser.fill("[name=document_number]", "嘉组发〔2027〕9号")
    organiser.fill("[name=designated_on]", "2027-05-10")
    organiser.fill("[name=expires_on]", "2029-05-09")
    organiser.get_by_role("button", name="保存").click()
    step(approver, url, "designate", "decision")
    step(organiser, url, "open")
    step(organiser, url, "begin_annual_review")
    look(organiser)
    review_the_year(organiser, approver, url)
    step(approver, url, "revoke", "decision", reason="场馆改建，停止开放")
    expect(approver.get_by_role("main")).to_contain_text("已撤销，不能预约。")
    look(approver)


def step(page: Page, url: str, action: str, form: str = "state", reason: str = "") -> None:
    """Take a step on the page of the base's life."""
    page.goto(f"{url}/filing")
    box = page.locator(f"form[action='{url}/{form}']")
    box.locator("[name=action]").select_option(action)
    box.locator("[name=reason]").fill(reason)
    with page.expect_navigation():
        box.get_by_role("button", name="办理").click()
        confirm(page)


def add_paper(page: Page, url: str, kind: str) -> None:
    """Put a paper on file."""
    page.goto(f"{url}/documents/new")
    page.select_option("[name=kind]", kind)
    page.set_input_files("[name=file]", {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="存入").click()
    expect(page.locator("#documents")).to_contain_text(f"{kind}.pdf")


def fill_sheet(page: Page) -> None:
    """Full marks, vetoes passed."""
    for item in page.locator("input[type=number][name^=mark-]").all():
        item.fill(item.get_attribute("max") or "0")
    for item in page.locator("input[type=radio][name^=mark-][value='1']").all():
        item.check()


def review_on_site(organiser: Page, site: Site, new_context: NewContext, url: str, base_id: int) -> None:
    """Two offices are asked and score on their phones; the organiser closes."""
    organiser.goto(f"{url}/site-review")
    for login, office in (("evaluator", "县文化和旅游局"), ("evaluator2", "县应急管理局")):
        user_id = ask(site, "SELECT id FROM user WHERE login = ?", login)[0][0]
        organiser.check(f"#seat-{user_id}")
        organiser.fill(f"[name=office-{user_id}]", office)
    organiser.fill("[name=due]", "2027-05-31")
    look(organiser)
    organiser.get_by_role("button", name="发起评审").click()
    expect(organiser.locator("#site-reviews")).to_contain_text("县应急管理局")
    review_id = ask(site, "SELECT id FROM site_review WHERE base_id = ?", base_id)[0][0]
    for login in ("evaluator", "evaluator2"):
        page = new_context(PHONE).new_page()
        sign_in(page, login)
        page.goto(f"/bases/site-reviews/{review_id}")
        fill_sheet(page)
        page.get_by_role("button", name="交评分表").click()
        expect(page.get_by_role("main")).to_contain_text("我的评分表")
    organiser.goto(f"{url}/filing")
    organiser.get_by_role("button", name="结束评审，计算得分").click()
    confirm(organiser)
    expect(organiser.locator("#site-reviews")).to_contain_text("平均 100.0 分，最高最低相差 0.0 分")


def review_the_year(organiser: Page, approver: Page, url: str) -> None:
    """One scores the six parts, another concludes."""
    year = f"{url}/annual-reviews/2027"
    organiser.goto(year)
    fill_sheet(organiser)
    organiser.get_by_role("button", name="交年检表").click()
    expect(organiser.get_by_role("main")).to_contain_text("等待结论")
    approver.goto(year)
    approver.check("[name=conclusion][value=renew]")
    approver.fill("[name=until]", "2031-05-09")
    approver.get_by_role("button", name="确定结论").click()
    confirm(approver)
    expect(approver.get_by_role("main")).to_contain_text("合格，续期")
