"""The main job as people do it, from the workbook to the duty board.

The organiser works at a desk, the others by phone; in the full walk the organiser once more by phone.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.demo.people import PASSWORD
from tests.browser.axe import axe_faults
from tests.browser.conftest import DESK, PHONE, Site
from tests.conftest import SOAK

WORKBOOK = Path(__file__).parents[2] / "app" / "demo" / "jiaxiang-2027.xlsx"
# A class of the unplanned half of the year for each width, so that the two walks do not meet.
CLASSES = {"desk": "B039", "phone": "B014"}
OWN_PASSWORD = "my own words 27"
PATIENCE = 120_000  # milliseconds; a run may use its whole minute


def ask(site: Site, question: str, *values: object) -> list[tuple[object, ...]]:
    """Read something from the served database that a page would need many clicks to tell."""
    with sqlite3.connect(f"file:{site.instance / 'jiangtai.sqlite'}?mode=ro", uri=True) as connection:
        return connection.execute(question, values).fetchall()


def look(page: Page) -> None:
    """The page as it stands has no axe fault and does not scroll sideways."""
    assert axe_faults(page) == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{page.url} is {wide} px too wide"


def visit(page: Page, path: str) -> None:
    """Open a page and look at it."""
    answer = page.goto(path)
    assert answer is not None and answer.status == 200, path
    page.wait_for_load_state("networkidle")
    look(page)


def sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def confirm(page: Page) -> None:
    """Say yes where the page asks."""
    yes = page.locator("dialog#confirm [data-confirm-yes]")
    if yes.is_visible():
        yes.click()


@pytest.fixture(params=["desk", "phone"] if SOAK else ["desk"])
def width(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.soak
@pytest.mark.usefixtures("worker")
def test_the_seven_steps(
    width: str, site: Site, new_context: Callable[[dict[str, object]], BrowserContext]
) -> None:
    size = DESK if width == "desk" else PHONE
    organiser = new_context(size).new_page()
    sign_in(organiser, "organiser")
    look(organiser)
    import_the_workbook(organiser)
    number = CLASSES[width]
    class_id = ask(site, "SELECT id FROM training_class WHERE number = ?", number)[0][0]
    match_and_adopt(organiser, class_id, number)
    pin_by_hand(organiser, site, class_id)
    publish(organiser, class_id)
    session_id, name = ask(
        site,
        "SELECT s.id, i.name FROM session s JOIN instructor i ON i.id = s.told_instructor_id "
        "WHERE s.class_id = ? AND i.user_id IS NULL ORDER BY s.position",
        class_id,
    )[0]
    lecturer = new_context(PHONE).new_page()
    activate(organiser, lecturer, str(name))
    decline(lecturer)
    substitute(organiser, site, class_id, session_id, str(name))
    evaluator = new_context(PHONE).new_page()
    score(evaluator, site)
    manager = new_context(PHONE).new_page()
    manage_the_base(manager)
    visit(organiser, "/duties/")
    expect(organiser.get_by_role("main")).to_contain_text("25")
    expect(organiser.get_by_role("main")).to_contain_text("区域书记")


def import_the_workbook(page: Page) -> None:
    """Step 2: the same file again is read, previewed and changes nothing."""
    visit(page, "/imports/")
    page.set_input_files("input[type=file]", WORKBOOK)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("button", name="确认导入")).to_be_visible(timeout=PATIENCE)
    look(page)
    page.get_by_role("link", name=re.compile("^问题")).click()
    expect(page.get_by_role("main")).to_contain_text("可能影响排课")
    look(page)
    page.get_by_role("link", name=re.compile("^待确认")).click()
    expect(page.get_by_role("main")).to_contain_text("7月休假")
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("main")).to_contain_text("已导入", timeout=PATIENCE)


def match_and_adopt(page: Page, class_id: object, number: str) -> None:
    """Step 3: the class is matched, the proposal explains itself and becomes the plan."""
    visit(page, f"/scheduling/classes?q={number}")
    visit(page, f"/scheduling/classes/{class_id}")
    page.get_by_role("button", name="自动排课").click()
    expect(page.get_by_role("main")).to_contain_text("待采用", timeout=PATIENCE)
    look(page)
    page.get_by_text("为什么这样排").first.click()
    expect(page.get_by_role("button", name=re.compile("采用全部"))).to_be_visible()
    page.get_by_role("button", name=re.compile("采用全部")).click()
    confirm(page)
    expect(page.get_by_role("button", name="撤销采用")).to_be_visible()


def pin_by_hand(page: Page, site: Site, class_id: object) -> None:
    """Step 3: the ranked list of one session opens, and a choice is pinned."""
    session_id = ask(
        site, "SELECT id FROM session WHERE class_id = ? AND start IS NOT NULL ORDER BY position", class_id
    )[0][0]
    visit(page, f"/scheduling/sessions/{session_id}/candidates")
    expect(page.get_by_role("main")).to_contain_text("可以授课的讲师")
    page.get_by_label("固定时间").check()
    page.get_by_role("button", name="保存固定").click()
    expect(page.locator("#candidates .note-ok")).to_be_visible()
    assert ask(site, "SELECT pinned_start FROM session WHERE id = ?", session_id) == [(1,)]


def publish(page: Page, class_id: object) -> None:
    """Step 3: people are told; a missed ratio is explained."""
    visit(page, f"/scheduling/classes/{class_id}/publish")
    reason = page.locator("textarea")
    if reason.count():
        reason.first.fill("点名专题班，按需求安排")
    page.get_by_role("button", name="发布", exact=True).click()
    confirm(page)
    expect(page.get_by_role("main")).to_contain_text("已发布")
    visit(page, f"/scheduling/classes/{class_id}/timetable")


def activate(organiser: Page, lecturer: Page, name: str) -> None:
    """Step 4: a one-time code, and the lecturer's own password."""
    visit(organiser, f"/instructors/activation?q={name}")
    organiser.get_by_label(f"选择 {name}", exact=True).check()
    organiser.get_by_role("button", name="给选中的人生成").click()
    code = organiser.locator("code.num").inner_text()
    look(organiser)
    visit(lecturer, "/activate")
    lecturer.fill("input[name=code]", code)
    lecturer.fill("input[name=password]", OWN_PASSWORD)
    lecturer.fill("input[name=repeat]", OWN_PASSWORD)
    lecturer.get_by_role("button", name="激活并登录").click()
    expect(lecturer.get_by_role("heading", name="工作台")).to_be_visible()


def decline(page: Page) -> None:
    """Step 4: the lecturer cannot come, says why, and marks a week."""
    visit(page, "/teaching")
    page.get_by_role("link", name="不能来").first.click()
    look(page)
    page.fill("textarea", "那天要开会")
    page.get_by_role("button", name="不能来").click()
    expect(page.get_by_role("main")).to_contain_text("组织员会另请他人")
    visit(page, "/me/availability")
    visit(page, "/me/profile")


def substitute(page: Page, site: Site, class_id: object, session_id: object, name: str) -> None:
    """Step 4: back on the to-do with substitutes; the next one is told and answers by phone."""
    visit(page, "/")
    expect(page.get_by_role("main")).to_contain_text(re.compile("谢绝|不能来|婉拒"))
    visit(page, f"/scheduling/sessions/{session_id}/candidates")
    assert page.get_by_role("button", name=f"选用 {name}", exact=True).count() == 0
    page.get_by_role("button", name=re.compile("^选用 ")).first.click()
    expect(page.locator("#candidates .note-ok")).to_be_visible()
    publish(page, class_id)
    booking_id = ask(
        site,
        "SELECT id FROM booking WHERE session_id = ? AND kind = 'instructor' AND state = 'held'",
        session_id,
    )[0][0]
    visit(page, f"/scheduling/bookings/{booking_id}/answer")
    page.check("[name=answer][value=accept]")
    page.check("[name=source][value=phone]")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_load_state("networkidle")
    assert ask(site, "SELECT state, answer_source FROM booking WHERE id = ?", booking_id) == [
        ("confirmed", "phone")
    ]


def score(page: Page, site: Site) -> None:
    """Step 5: a held session is scored and the rating moves."""
    sign_in(page, "evaluator")
    visit(page, "/scores/")
    session_id, instructor_id = ask(
        site,
        "SELECT id, instructor_id FROM session WHERE state = 'held' AND instructor_id IS NOT NULL "
        "AND id NOT IN (SELECT session_id FROM session_score) ORDER BY id",
    )[0]
    count = "SELECT rating_count FROM instructor WHERE id = ?"
    before = ask(site, count, instructor_id)[0][0]
    visit(page, f"/scores/sessions/{session_id}")
    for mark in page.locator("input[type=number]").all():
        mark.fill(str(mark.get_attribute("max")))
    for passed in page.locator("fieldset input[type=radio][value='1']").all():
        passed.check()
    page.get_by_role("button", name="交评分表").click()
    # The sheet is kept in the browser first and sent from there; the page comes anew when it has arrived.
    expect(page.get_by_role("button", name="交评分表")).to_have_count(0)
    assert ask(site, count, instructor_id)[0][0] == before + 1
    visit(page, f"/scores/instructors/{instructor_id}")
    visit(page, "/instructors/reviews")


def manage_the_base(page: Page) -> None:
    """Step 6: bookings are confirmed, days are closed."""
    sign_in(page, "manager")
    visit(page, "/base-bookings")
    waiting = page.get_by_role("button", name="确认接待")
    count = waiting.count()
    if count:
        waiting.first.click()
        expect(page.get_by_role("button", name="确认接待")).to_have_count(count - 1)
    visit(page, "/my-base")
