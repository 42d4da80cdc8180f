"""One person's life in the pool, clicked through: nominated by anybody, appointed, teaching, scored, renewed.

Another is made to leave. Everybody uses what they have: anybody and evaluators a phone, the office a desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.signing_in import sign_in
from tests.browser.test_seven_steps import PATIENCE, ask, confirm, look

NAME = "闵子骞"
EVALUATORS = ("evaluator", "evaluator2", "evaluator3")
PUBLICITY_OVER = datetime(2027, 5, 18, 9)
YEAR_OVER = datetime(2028, 1, 5, 9)
TERM_END = "2028-03-15"
NewContext = Callable[[dict[str, object]], BrowserContext]


@pytest.mark.timeout(600)  # two years of a life, with the server started anew for each leap
def test_a_life_in_the_pool_from_nomination_to_renewal(site: Site, new_context: NewContext) -> None:
    anybody, organiser, approver = (new_context(size).new_page() for size in (PHONE, DESK, DESK))
    sign_in(organiser, "organiser")
    sign_in(approver, "approver")
    receipt = nominate(anybody)
    check_eligibility(organiser)
    person_id = int(str(ask(site, "SELECT id FROM instructor WHERE name = ?", NAME)[0][0]))
    seat_panels(organiser)
    for login in EVALUATORS:
        evaluator = new_context(PHONE).new_page()
        sign_in(evaluator, login)
        review(evaluator, site, person_id)
    decide(organiser, site)
    file = f"/instructors/{person_id}"
    object_to(anybody)
    answer_objection(organiser, file)
    approver.goto(f"{file}/decisions/approve")
    approver.get_by_role("button", name="批准入库").click()
    expect(approver.locator(".error-summary")).to_contain_text("公示还没有结束，不能批准。")

    site.go_on_at(PUBLICITY_OVER)
    approver.goto(f"{file}/decisions/approve")
    approver.get_by_role("button", name="批准入库").click()
    expect(approver.get_by_role("main")).to_contain_text("已批准")
    sign_the_letter(organiser, file)
    organiser.goto(f"{file}/steps/appoint")
    organiser.get_by_role("button", name="办理聘任").click()
    expect(organiser.get_by_role("main")).to_contain_text("排课选不到这位讲师")
    look(organiser)
    code = str(ask(site, "SELECT code FROM appointment_certificate WHERE instructor_id = ?", person_id)[0][0])
    check_certificate(anybody, code)
    anybody.goto("/nominate/receipt")
    anybody.fill("[name=code]", receipt)
    anybody.get_by_role("button", name="查进度").click()
    expect(anybody.get_by_role("main")).to_contain_text("在库")

    session_id, class_id, course_id, start = lesson_without_a_teacher(site)
    clear_courseware(organiser, approver, file, course_id)
    put_in(organiser, session_id, class_id)
    site.go_on_at(start + timedelta(hours=4))
    hold(organiser, class_id)
    trainees_score(organiser, anybody, new_context, session_id)
    supervise(evaluator, session_id)

    site.go_on_at(YEAR_OVER)
    site.start_worker()
    work_out_the_year(organiser, site)
    publish_the_year(approver, person_id, site)
    renew(organiser)
    organiser.goto(file)
    expect(organiser.get_by_role("main")).to_contain_text("2030-03-15")
    look(organiser)
    anybody.goto(f"/certificates/{code}")
    expect(anybody.get_by_role("main")).to_contain_text("2030-03-15")
    make_leave(approver)


def nominate(page: Page) -> str:
    """By oneself, on a phone, without an account; answers the receipt code."""
    page.goto("/nominate")
    page.select_option("[name=unit]", label="嘉祥县 县委组织部")
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
    page.goto(f"/instructors/candidates?q={NAME}")
    page.get_by_role("row", name=re.compile(NAME)).get_by_role("checkbox").check()
    page.get_by_role("button", name="资格审查通过").click()
    confirm(page)
    expect(page.locator("body")).to_contain_text("1 位候选人资格审查通过。")


def seat_panels(page: Page) -> None:
    """A batch with the newcomer, its panel drawn."""
    page.goto("/instructors/batches/new")
    for box in page.locator("[name=people]").all():
        box.uncheck()
    page.get_by_label(re.compile(NAME)).check()
    page.get_by_role("button", name="建立批次").click()
    expect(page.locator("body")).to_contain_text("批次已建立")


def fill_the_sheet(page: Page) -> None:
    """Full marks."""
    for mark in page.locator("input[type=number]").all():
        mark.fill(str(mark.get_attribute("max")))
    for passed in page.locator("fieldset input[type=radio][value='1']").all():
        passed.check()


def review(page: Page, site: Site, person_id: int) -> None:
    """Handed in from a phone."""
    panel_id = ask(site, "SELECT max(id) FROM review_panel WHERE instructor_id = ?", person_id)[0][0]
    page.goto(f"/instructors/reviews/{panel_id}")
    fill_the_sheet(page)
    page.get_by_role("button", name="交评分表", exact=True).click()
    expect(page.locator("body")).to_contain_text("评分表已交")


def decide(page: Page, site: Site) -> None:
    """Filled in by the pass mark, looked at, applied once."""
    page.goto(f"/instructors/batches/{ask(site, 'SELECT max(id) FROM review_batch')[0][0]}")
    page.get_by_role("button", name="按合格线填").click()
    expect(page.locator("body")).to_contain_text("按合格线填了 1 位")
    page.get_by_role("button", name="执行批次").click()
    confirm(page)
    expect(page.locator("body")).to_contain_text("批次已执行")
    look(page)


def object_to(page: Page) -> None:
    """Somebody reads the notice and objects, without an account."""
    page.goto("/publicity")
    page.get_by_role("link", name=f"提出异议 {NAME}").click()
    page.fill("[name=statement]", "听说去年的讲座没有讲完。")
    page.fill("[name=name]", "匿名")
    look(page)
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator("body")).to_contain_text("异议已收到")


def answer_objection(page: Page, file: str) -> None:
    """The organiser looks into it."""
    page.goto(file)
    page.get_by_role("link", name="异议 1").click()
    page.select_option("[name=outcome]", "dismissed")
    page.fill("[name=answer]", "查讲座记录，按计划讲完。")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_role("main")).to_contain_text("查讲座记录，按计划讲完。")


def sign_the_letter(page: Page, file: str) -> None:
    """Drawn as Word and PDF, then recorded as signed, for a term of less than a year."""
    page.goto(f"{file}/steps/sign_letter")
    for link, start in (("下载责任书 Word", b"PK"), ("PDF", b"%PDF-")):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=link, exact=True).click()
        assert waiting.value.path().read_bytes().startswith(start)
    page.fill("[name=end]", TERM_END)
    page.get_by_role("button", name="签订责任书").click()
    expect(page.get_by_role("main")).to_contain_text("已签责任书")


def check_certificate(page: Page, code: str) -> None:
    """Typed from paper; says whether it holds and not whose it is."""
    page.goto("/certificates")
    page.fill("[name=code]", f"{code[:4]}-{code[4:].lower()}")
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_role("main")).to_contain_text("这张证书有效。")
    assert NAME not in page.locator("body").inner_text()
    look(page)
    page.fill("[name=name]", NAME)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("main")).to_contain_text("与登记的姓名一致。")


def lesson_without_a_teacher(site: Site) -> tuple[int, int, int, datetime]:
    """A published lesson of the weeks after that nobody has taken: session, class, course, start."""
    session_id, class_id, course_id, start = ask(
        site,
        "SELECT id, class_id, course_id, start FROM session WHERE state = 'published' AND method <> 'on_site' "
        "AND instructor_id IS NULL AND leader_required = 0 AND start > ? ORDER BY start",
        PUBLICITY_OVER.isoformat(" "),
    )[0]
    return int(str(session_id)), int(str(class_id)), int(str(course_id)), datetime.fromisoformat(str(start))


def clear_courseware(organiser: Page, approver: Page, file: str, course_id: int) -> None:
    """Handed in for the newcomer and cleared by somebody else; only then may the course be taught."""
    organiser.goto(f"{file}/courseware")
    organiser.select_option("[name=course]", str(course_id))
    organiser.fill("[name=title]", "村里的网格怎么划")
    organiser.fill("[name=link]", "https://files.example.cn/grid")
    organiser.get_by_role("button", name="提交审核").click()
    expect(organiser.get_by_role("main")).to_contain_text("待审核")
    approver.goto("/instructors/courseware?state=submitted")
    approver.get_by_role("row", name=re.compile(NAME)).get_by_role("link").first.click()
    approver.get_by_role("button", name="审核通过").click()
    expect(approver.get_by_role("main")).to_contain_text("停用这一版")


def put_in(page: Page, session_id: int, class_id: int) -> None:
    """The newcomer is among those who could teach the lesson, is chosen and told."""
    page.goto(f"/scheduling/sessions/{session_id}/candidates")
    page.get_by_role("button", name=f"选用 {NAME}", exact=True).click()
    expect(page.locator("#candidates .note-ok")).to_be_visible()
    page.goto(f"/scheduling/classes/{class_id}/publish")
    reason = page.locator("textarea")
    if reason.count():
        reason.first.fill("点名专题班，按需求安排")
    page.get_by_role("button", name="发布", exact=True).click()
    confirm(page)
    expect(page.get_by_role("main")).to_contain_text("已发布")


def hold(page: Page, class_id: int) -> None:
    """What was taught is recorded with who came."""
    page.goto(f"/scheduling/classes/{class_id}/hold")
    expect(page.get_by_role("main")).to_contain_text(NAME)
    page.get_by_role("button", name="登记选中的课次").click()
    expect(page.get_by_role("main")).to_contain_text("已授课")


def trainees_score(organiser: Page, phone: Page, new_context: NewContext, session_id: int) -> None:
    """One taps on a phone, four more send the same form; five are shown once the round is over."""
    organiser.goto(f"/scores/sessions/{session_id}/feedback")
    organiser.get_by_role("button", name="开评课码").click()
    address = str(organiser.locator("[data-copy]").first.get_attribute("data-copy"))
    phone.goto(address)
    look(phone)
    marks = {}
    for choice in phone.locator(".levels label:first-child").all():
        choice.click()
        marks[str(choice.locator("input").get_attribute("name"))] = str(
            choice.locator("input").get_attribute("value")
        )
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("status")).to_contain_text("谢谢，已经收到。")
    for _ in range(4):
        another = new_context(PHONE).request
        token = re.search(r'name="csrf_token" value="([^"]+)"', another.get(address).text())
        assert token
        assert "已经收到" in another.post(address, form={**marks, "csrf_token": token.group(1)}).text()
    organiser.reload()
    organiser.get_by_role("button", name="结束收集").click()
    confirm(organiser)
    expect(organiser.get_by_role("heading", name="结果")).to_be_visible()
    expect(organiser.locator(".stat-ok")).to_contain_text("100")


def supervise(page: Page, session_id: int) -> None:
    """An evaluator who sat in hands in the sheet from a phone; the rating counts both."""
    page.goto(f"/scores/sessions/{session_id}")
    fill_the_sheet(page)
    page.get_by_role("button", name="交评分表").click()
    expect(page.get_by_role("main")).to_contain_text("100")


def work_out_the_year(page: Page, site: Site) -> None:
    """The worker reads the year's four sources for everybody."""
    run_id = ask(site, "SELECT id FROM assessment_run WHERE year = 2027")[0][0]
    page.goto(f"/instructors/assessments/{run_id}")
    page.get_by_role("button", name="重新测算").click()
    expect(page.get_by_role("main")).to_contain_text("2027年12月31日", timeout=PATIENCE)


def publish_the_year(page: Page, person_id: int, site: Site) -> None:
    """The newcomer's own page shows what the proposal rests on; then everybody's year is out."""
    row_id, run_id = ask(
        site, "SELECT id, run_id FROM assessment WHERE instructor_id = ? ORDER BY run_id DESC", person_id
    )[0]
    page.goto(f"/instructors/assessments/people/{row_id}")
    expect(page.get_by_role("main")).to_contain_text("合格")
    look(page)
    page.goto(f"/instructors/assessments/{run_id}")
    page.get_by_role("button", name="公布").click()
    confirm(page)
    expect(page.get_by_role("main")).to_contain_text("已公布")


def renew(page: Page) -> None:
    """Among those whose terms end; previewed with what the year proposes."""
    page.goto(f"/instructors/renewals?q={NAME}")
    page.get_by_role("row", name=re.compile(NAME)).get_by_role("checkbox").check()
    page.get_by_role("button", name="续聘选中的人").click()
    expect(page.get_by_role("row", name=re.compile(NAME))).to_contain_text("2027 年度")
    look(page)
    page.get_by_role("button", name="续聘勾选的人").click()
    expect(page.locator("body")).to_contain_text("续聘")


def make_leave(page: Page) -> None:
    """Whom the year before proposed to leave; an approver decides, with a reason, and the file says so."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("考核建议退出，等您决定")).click()
    page.locator("a.row-link").first.click()
    page.get_by_role("link", name="办理退出").click()
    page.fill("[name=reason]", "两次约谈没有改进")
    page.get_by_role("button", name="退出", exact=True).click()
    confirm(page)
    expect(page.get_by_role("main")).to_contain_text("已退出")
    expect(page.get_by_role("main")).to_contain_text("退出：考核不合格")
