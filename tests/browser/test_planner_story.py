"""The planner's year in small: a township orders, the county merges, plans, publishes, mends, holds; the lesson is scored.

Everybody uses what they have: offices a desk, lecturers and trainees a phone and no account.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.signing_in import sign_in
from tests.browser.test_seven_steps import PATIENCE, ask, confirm, look
from tests.browser.test_whole_life import fill_the_sheet

COURSE, OTHER_COURSE = "嘉祥党史", "红旗精神"
DAY = date(2027, 6, 17)
LESSON_OVER = datetime(2027, 6, 17, 18)
NewContext = Callable[[dict[str, object]], BrowserContext]


@pytest.mark.usefixtures("worker")
@pytest.mark.timeout(300)  # the server starts anew for each leap in time
def test_from_an_order_to_a_scored_lesson(site: Site, new_context: NewContext) -> None:
    town, organiser, contact, phone = (new_context(size).new_page() for size in (DESK, DESK, PHONE, PHONE))
    sign_in(town, "town")
    sign_in(organiser, "organiser")
    sign_in(contact, "contact")

    mine = order(town, COURSE, 45, DAY)
    order(organiser, COURSE, 30, DAY, unit="疃里镇")
    theirs = order(contact, OTHER_COURSE, 20, DAY)
    counter_offer(organiser, theirs, DAY + timedelta(days=5))
    agree(contact, theirs)

    class_path = merge(organiser)
    match_and_adopt(organiser, class_path)
    publish(organiser, class_path)
    town.goto(mine)
    expect(town.get_by_role("main")).to_contain_text("已发布")
    session_id = session_of(site, mine)
    go_back_a_version(organiser, class_path, session_id)

    organiser.goto(f"/scheduling/sessions/{session_id}")
    decline(phone, links_on(organiser)[0])
    find_somebody_else(organiser, phone, session_id)
    town.goto(mine)
    expect(town.get_by_role("main")).to_contain_text("已发布")

    site.go_on_at(LESSON_OVER)
    hold(organiser, class_path)
    trainee_scores(organiser, phone, session_id)
    evaluator = new_context(PHONE).new_page()
    sign_in(evaluator, "evaluator")
    evaluate(evaluator, session_id)
    town.goto(mine)
    expect(town.get_by_role("main")).to_contain_text("已评课")
    look(town)


def session_of(site: Site, order_path: str) -> int:
    """The session an order became."""
    order_id = order_path.rsplit("/", 1)[1]
    return int(str(ask(site, "SELECT session_id FROM unit_order WHERE id = ?", order_id)[0][0]))


def order(page: Page, course: str, people: int, day: date, unit: str = "") -> str:
    """From the menu, by the course's name; answers the order's address."""
    page.goto(f"/orders/menu?q={course}")
    page.get_by_role("link", name=f"点《{course}》").click()
    if unit:
        page.get_by_label("点单单位").select_option(label=unit)
    page.fill("[name=people]", str(people))
    page.fill("[name=day_1]", day.isoformat())
    page.select_option("[name=half_1]", label="下午")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("待核定")
    return page.url


def counter_offer(page: Page, order_path: str, day: date) -> None:
    """The county can do it on another day."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("份订单等您核定")).click()
    page.goto(order_path)
    page.get_by_role("link", name="另提建议").click()
    page.fill("[name=day]", day.isoformat())
    page.fill("[name=message]", "那天讲师都在外面，改到下一周可以吗")
    page.get_by_role("button", name="发出建议").click()
    expect(page.get_by_role("main")).to_contain_text("待答复建议")


def agree(page: Page, order_path: str) -> None:
    """The unit takes it, on a phone."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("有另提的建议")).click()
    page.goto(order_path)
    page.get_by_role("button", name="接受建议").click()
    confirm(page)
    expect(page.get_by_role("main")).to_contain_text("排课中")
    look(page)


def merge(page: Page) -> str:
    """The two orders of one course are proposed, previewed and become one session; answers the class's address."""
    page.goto("/orders/merging")
    page.get_by_role("button", name=f"预览合班 {COURSE}").click()
    expect(page.get_by_role("main")).to_contain_text("75 人")
    page.get_by_role("button", name="合班", exact=True).click()
    expect(page.locator("body")).to_contain_text("2 份订单已合成一个课次")
    look(page)
    return page.url


def match_and_adopt(page: Page, class_path: str) -> None:
    """The worker finds time, lecturer and room; the proposal becomes the plan."""
    page.get_by_role("button", name="自动排课").click()
    expect(page.get_by_role("main")).to_contain_text("待采用", timeout=PATIENCE)
    page.get_by_role("button", name=re.compile("采用全部")).click()
    confirm(page)
    expect(page.get_by_role("button", name="撤销采用")).to_be_visible()
    page.goto(class_path)


def publish(page: Page, class_path: str) -> None:
    """A single lesson misses the shares of a whole class; the reason is kept."""
    page.goto(class_path)
    page.get_by_role("link", name=re.compile("^发布")).click()
    page.locator("textarea").fill("送课下基层，只有一课")
    page.get_by_role("button", name="发布", exact=True).click()
    confirm(page)
    expect(page.get_by_role("main")).to_contain_text("已发布")


def go_back_a_version(page: Page, class_path: str, session_id: int) -> None:
    """Somebody else is put in and published; then the first version is brought back."""
    page.goto(f"/scheduling/sessions/{session_id}/candidates")
    page.get_by_role("button", name=re.compile("^选用 ")).first.click()
    expect(page.locator("#candidates .note-ok")).to_be_visible()
    publish(page, class_path)
    page.get_by_role("link", name="第 1 版").click()
    page.locator("textarea").fill("还是请原来的讲师")
    look(page)
    page.get_by_role("button", name="恢复并通知").click()
    confirm(page)
    expect(page.get_by_role("main")).to_contain_text("第 3 版")


def links_on(page: Page) -> list[str]:
    """The signed links in the texts that an organiser copies into WeChat."""
    texts = [str(button.get_attribute("data-copy")) for button in page.locator("main [data-copy]").all()]
    return [found.group() for text in texts if (found := re.search(r"https?://\S+", text))]


def decline(page: Page, link: str) -> None:
    """The lecturer, without an account, on a phone."""
    page.goto(link)
    page.get_by_label("不能来的原因").fill("那天要开会")
    page.get_by_role("button", name="不能来").click()
    expect(page.locator("body")).to_contain_text("组织员会另请他人")
    look(page)


def find_somebody_else(organiser: Page, phone: Page, session_id: int) -> None:
    """Two are asked and cannot; the worker asks two more, and the first of them who says yes has the lesson."""
    organiser.goto("/")
    expect(organiser.get_by_role("main")).to_contain_text(re.compile("谢绝|不能来|婉拒"))
    organiser.goto(f"/scheduling/sessions/{session_id}")
    organiser.get_by_role("link", name="找人接替").click()
    organiser.get_by_role("button", name="问第一批").click()
    expect(organiser.locator("body")).to_contain_text("已问下一批")
    first = links_on(organiser)
    assert len(first) == 2
    for link in first:
        phone.goto(link)
        phone.get_by_role("button", name="来不了").click()
        expect(phone.locator("body")).to_contain_text("已记下您来不了")
    for _ in range(60):
        organiser.reload()
        if links_on(organiser):
            break
        organiser.wait_for_timeout(500)
    second, late = links_on(organiser)
    look(organiser)
    phone.goto(second)
    look(phone)
    phone.get_by_role("button", name="我来上").click()
    expect(phone.locator("body")).to_contain_text("这节课由您来上，谢谢您。")
    phone.goto(late)
    expect(phone.locator("body")).to_contain_text("不用再答复了")


def hold(page: Page, class_path: str) -> None:
    """How many came is written down."""
    page.goto(f"{class_path}/hold")
    page.get_by_label(f"{COURSE} 的到课人数").fill("71")
    page.get_by_role("button", name="登记选中的课次").click()
    expect(page.get_by_role("main")).to_contain_text("已授课")


def trainee_scores(organiser: Page, phone: Page, session_id: int) -> None:
    """By the code on the screen, without an account."""
    organiser.goto(f"/scores/sessions/{session_id}/feedback")
    organiser.get_by_role("button", name="开评课码").click()
    phone.goto(str(organiser.locator("main [data-copy]").first.get_attribute("data-copy")))
    for choice in phone.locator(".levels label:first-child").all():
        choice.click()
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("status")).to_contain_text("谢谢，已经收到。")


def evaluate(page: Page, session_id: int) -> None:
    """Whoever sat in hands the sheet in."""
    page.goto(f"/scores/sessions/{session_id}")
    fill_the_sheet(page)
    page.get_by_role("button", name="交评分表").click()
    expect(page.get_by_role("main")).to_contain_text("100")
