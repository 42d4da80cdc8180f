"""Two organisers on the same week: each sees what the other does, and nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import axe_faults
from tests.browser.conftest import DESK, Chromium, Site
from tests.browser.signing_in import sign_in

WEEK = "/scheduling/boards/classes?first=2027-07-05"
SOON = 3_000
"""Milliseconds within which others see a change."""


@pytest.fixture
def two(started: Chromium, chromium: Browser, site: Site) -> Iterator[tuple[Page, Page]]:
    contexts = [chromium.new_context(base_url=site.url, locale="zh-CN", **DESK) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(10_000)
        sign_in(page, "organiser")
        page.goto(WEEK)
    yield pages[0], pages[1]
    for context in contexts:
        started.close(context)


def put(page: Page, name: str) -> None:
    """Pick a session up by keyboard and press the first half-day that will do."""
    entry = page.locator(".plan-place [data-moves]", has_text=name).first
    entry.locator("[data-grip]").focus()
    page.keyboard.press("Enter")
    page.locator("td.is-yes, td.is-cost").first.click(position={"x": 3, "y": 3})


def test_two_organisers_see_each_other_and_lose_nothing(two: tuple[Page, Page]) -> None:
    one, other = two
    said = one.locator("[data-board-says]")
    name = one.locator(".board-waiting [data-moves]").first.get_attribute("data-name") or ""
    put(one, name)
    expect(said).to_contain_text("已移动")
    expect(other.locator("td [data-moves]", has_text=name)).to_be_visible(timeout=SOON)
    assert axe_faults(one) == []
    # The other no longer hears of changes, and wants the session elsewhere: refused, and shown where it is.
    other.route("**/boards/classes?**", lambda route: route.abort())
    one.keyboard.press("Control+z")
    expect(said).to_contain_text("回到原处")
    put(other, name)
    expect(other.locator("[data-board-says]")).to_contain_text("刚刚被别人改过")
    expect(one.locator(".board-waiting [data-moves]", has_text=name)).to_be_visible()
    one.keyboard.press("Control+y")
    expect(said).to_contain_text("已重做")
