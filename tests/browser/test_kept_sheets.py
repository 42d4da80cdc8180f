"""Phones in the field: a trainee's page is light, a supervisor's sheet is kept, sent later, and counted once; a base
confirms and checks its visitors in."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.demo.people import PASSWORD
from tests.browser.axe import axe_faults
from tests.browser.conftest import PHONE, Site
from tests.browser.signing_in import sign_in
from tests.browser.test_seven_steps import ask, look
from tests.conftest import SOAK

MOST_BYTES = 15_000
MOST_SECONDS = 3.0
# 400 kbit/s, 400 ms there and back.
BYTES_A_SECOND, THERE_AND_BACK = 400_000 / 8, 0.4
LINE = {
    "offline": False,
    "latency": THERE_AND_BACK * 1000,
    "downloadThroughput": BYTES_A_SECOND,
    "uploadThroughput": BYTES_A_SECOND,
}


def scores(site: Site, url: str) -> int:
    """How many sheets of the demo's evaluator a session has."""
    question = (
        "SELECT count(*) FROM session_score s JOIN user u ON u.id = s.scorer_id "
        "WHERE s.session_id = ? AND u.login = 'evaluator'"
    )
    count = ask(site, question, int(url.rsplit("/", 1)[1]))[0][0]
    assert isinstance(count, int)
    return count


def fill(page: Page) -> str:
    """Open a session that nobody has scored and fill in its sheet, not yet handed in."""
    page.goto("/scores/?mine=no")
    page.locator("a.row-link").first.click()
    page.wait_for_selector("form[data-keep]")
    url = page.url
    page.check("input[name=mark-political][value='1']")
    for item in page.locator("form[data-keep] input[type=number]").all():
        item.fill(item.get_attribute("max") or "1")
    page.fill("textarea[name=comment]", "现场没有信号")
    return url


def hand_in(page: Page) -> None:
    page.click("form[data-keep] button[type=submit]")


def test_without_a_network_it_is_kept_and_sent_when_there_is_one(phone: Page, site: Site) -> None:
    sign_in(phone, "evaluator")
    url = fill(phone)
    phone.context.set_offline(True)
    hand_in(phone)
    expect(phone.locator("#kept")).to_contain_text("没有送出。网络恢复后自动送出。")
    expect(phone.locator("form[data-keep]")).to_be_hidden()
    assert axe_faults(phone) == []
    assert scores(site, url) == 0
    phone.context.set_offline(False)
    expect(phone.locator("main")).to_contain_text("现场没有信号")
    expect(phone.locator("#kept")).to_be_hidden()
    assert scores(site, url) == 1


def test_an_answer_lost_on_the_way_back_is_asked_for_again_and_counts_once(phone: Page, site: Site) -> None:
    sign_in(phone, "evaluator")
    url = fill(phone)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.route(url, lose)
    hand_in(phone)
    expect(phone.locator("#kept")).to_be_visible()
    assert scores(site, url) == 1, "it arrived; only the answer was lost"
    phone.unroute(url)
    phone.click("[data-kept-send]")
    expect(phone.locator("#kept")).to_be_hidden()
    assert scores(site, url) == 1


def test_signed_out_in_between_it_waits_for_the_same_person(phone: Page, site: Site) -> None:
    sign_in(phone, "evaluator")
    url = fill(phone)
    phone.context.clear_cookies()
    hand_in(phone)
    expect(phone.locator("#kept")).to_contain_text("重新登录后自动送出")
    assert scores(site, url) == 0
    phone.goto("/sign-in")
    sign_in(phone, "evaluator2")
    expect(phone.locator("#kept")).to_contain_text("另一个账号的评分")
    assert "现场没有信号" not in phone.content()
    assert scores(site, url) == 0
    phone.context.clear_cookies()
    phone.goto(f"/sign-in?next=/{url.split('/', 3)[3]}")
    phone.fill("input[name=login]", "evaluator")
    phone.fill("input[name=password]", PASSWORD)
    phone.press("input[name=password]", "Enter")
    expect(phone.locator("main")).to_contain_text("现场没有信号", timeout=60_000)
    expect(phone.locator("#kept")).to_be_hidden()
    assert scores(site, url) == 1


def test_what_was_typed_survives_a_reload_and_what_was_kept_can_be_dropped(phone: Page, site: Site) -> None:
    sign_in(phone, "evaluator")
    url = fill(phone)
    phone.reload()
    expect(phone.locator("textarea[name=comment]")).to_have_value("现场没有信号")
    expect(phone.locator("input[name=mark-political][value='1']")).to_be_checked()
    phone.context.set_offline(True)
    hand_in(phone)
    expect(phone.locator("#kept li")).to_have_count(1)
    phone.click("[data-kept-drop] button")
    phone.click("#confirm [data-confirm-yes]")
    expect(phone.locator("#kept")).to_be_hidden()
    expect(phone.locator("form[data-keep]")).to_be_visible()
    phone.context.set_offline(False)
    assert scores(site, url) == 0


def code_address(page: Page, site: Site) -> str:
    """The address of the round that is open in the demo."""
    session_id = ask(
        site, "SELECT session_id FROM feedback_round WHERE closed_at IS NULL ORDER BY closes_at DESC"
    )
    sign_in(page, "organiser")
    page.goto(f"/scores/sessions/{session_id[0][0]}/feedback")
    address = page.get_attribute("[data-copy]", "data-copy")
    assert address and "/s/" in address
    return address.split("/", 3)[3]


@pytest.mark.soak
def test_the_form_stands_within_three_seconds(desk: Page, site: Site, chromium: Browser) -> None:
    """What the slow line takes is reckoned, for a machine that does other work beside has no three seconds to keep."""
    path = code_address(desk, site)
    context = chromium.new_context(base_url=site.url, locale="zh-CN", **PHONE)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    received: list[float] = []
    line.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    began = time.monotonic()
    page.goto(f"/{path}", wait_until="load")
    page.wait_for_selector("form button[type=submit]")
    took = time.monotonic() - began
    page.wait_for_timeout(300)
    print(f"\n{sum(received):.0f} bytes in {len(received)} answers, {took:.2f} s")
    assert len(received) == 2, "the page and its style, nothing else"
    assert sum(received) < MOST_BYTES
    connecting_and_answers = (1 + len(received)) * THERE_AND_BACK
    assert connecting_and_answers + sum(received) / BYTES_A_SECOND < MOST_SECONDS / 2, (
        "half is the server's and the phone's"
    )
    assert not SOAK or took < MOST_SECONDS
    context.close()


def test_a_base_confirms_and_checks_in_on_a_phone(phone: Page) -> None:
    sign_in(phone, "manager")
    phone.goto("/base-bookings")
    look(phone)
    waiting = phone.locator("section.day").filter(has_text="等待确认")
    visit = waiting.locator("article").filter(has_text="参观 ·").first
    visit.get_by_role("button", name="确认接待").click()
    expect(phone.locator("body")).to_contain_text("已确认接待")
    today = phone.locator("section.day").filter(has_text="今天")
    today.locator("article").filter(has_text="参观 ·").get_by_role("link", name="签到").first.click()
    expect(phone.get_by_role("img", name="签到二维码")).to_be_visible()
    look(phone)
    phone.fill("[name=people]", "24")
    phone.get_by_role("button", name="登记到场").click()
    expect(today).to_contain_text("实到 24 人")
