"""The shared pieces by keyboard, mouse and finger, in light and dark, and without scripts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import axe_faults
from tests.browser.conftest import DESK, PHONE, Chromium
from tests.browser.gallery import served

PAGES = ("/", "/people", "/people?open=n&sort=-score", "/people?q=无此人", "/form", "/board", "/error")
DIST = Path(__file__).resolve().parents[2] / "app" / "static" / "dist"


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def desk(started: Chromium, chromium: Browser, gallery: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=gallery, locale="zh-CN", **DESK)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(10_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None
    )
    yield page
    started.close(context)
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    chromium: Browser, gallery: str, scheme: str, size: dict[str, object]
) -> None:
    context = chromium.new_context(base_url=gallery, color_scheme=scheme, reduced_motion="reduce", **size)
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert axe_faults(page) == [], path
    context.close()


def test_a_pale_cell_in_the_midst_of_a_list_is_seen(desk: Page) -> None:
    """Contrast is not measured on every row, yet on everything that has markup of its own."""
    desk.goto("/people")
    desk.locator("tbody tr").nth(17).locator("td").nth(2).evaluate("cell => { cell.style.color = '#ddd' }")
    assert [fault.split(":")[0] for fault in axe_faults(desk)] == ["color-contrast"]


def test_first_page_is_light() -> None:
    manifest = json.loads((DIST / "manifest.json").read_text("utf-8"))
    weight = sum(len(gzip.compress((DIST / name).read_bytes())) for name in manifest.values())
    assert weight < 250_000


def test_slash_goes_to_the_search_and_arrows_walk_the_rows(desk: Page) -> None:
    desk.goto("/people")
    desk.keyboard.press("/")
    expect(desk.locator("#site-search")).to_be_focused()
    desk.keyboard.press("Tab")
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(".row-link").nth(1)).to_be_focused()
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/people/1")


def test_filters_act_at_once_and_leave_a_clean_address(desk: Page) -> None:
    desk.goto("/people")
    desk.select_option("#people-open", "n")
    expect(desk.locator(".chip")).to_have_text("状态：退出")
    assert desk.url.endswith("/people?open=n")
    desk.fill("#people-q", "zhang 3")
    desk.keyboard.press("Enter")
    expect(desk.locator(".chip")).to_have_count(2)
    desk.locator(".chip").first.click()
    expect(desk.locator(".chip")).to_have_count(1)
    desk.go_back()
    desk.go_back()
    expect(desk.locator(".table-count")).to_contain_text("43")


def test_columns_and_views_are_remembered(desk: Page) -> None:
    desk.goto("/people?sort=-score")
    desk.click("summary:has-text('选择列')")
    desk.uncheck(".columns-form input[value=load]")
    desk.click(".columns-form button")
    desk.click(".views summary")
    desk.fill("#people-view", "高分")
    desk.click(".views-form button")
    desk.goto("/people")
    expect(desk.locator("thead")).not_to_contain_text("工作量")
    desk.click(".views summary")
    desk.click(".views-list a")
    desk.wait_for_url("**/people?sort=-score&cols=name*")
    with desk.expect_download() as download:
        desk.click("text=导出 Excel")
    assert download.value.suggested_filename.startswith("师资库 ")


def test_a_confirm_names_the_thing_and_only_yes_sends(desk: Page) -> None:
    desk.goto("/")
    desk.click("main button:has-text('退出')")
    dialog = desk.locator("#confirm")
    expect(dialog).to_contain_text("让 王建国 退出师资库")
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert desk.url.endswith("/")
    desk.click("main button:has-text('退出')")
    dialog.locator("button[value=yes]").click()
    desk.wait_for_url("**/done")


def test_ticked_rows_show_what_can_be_done(desk: Page) -> None:
    desk.goto("/people")
    expect(desk.locator(".bulk-bar")).to_be_hidden()
    desk.locator("input[name=ids]").nth(2).check()
    expect(desk.locator("[data-selected]")).to_have_text("已选 1 条")
    desk.check("[data-check-all]")
    expect(desk.locator("[data-selected]")).to_have_text("已选 50 条")
    desk.click(".bulk-bar button")
    desk.click("#confirm button[value=yes]")
    desk.wait_for_url("**/done")


def test_colours_and_density_are_kept(desk: Page) -> None:
    desk.goto("/board")
    desk.click(".user-menu summary")
    desk.click("[data-choice=theme] button[value=dark]")
    desk.click("[data-choice=density] button[value=compact]")
    desk.goto("/people")
    expect(desk.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(desk.locator("html")).to_have_attribute("data-density", "compact")


def test_people_are_picked_by_typing(desk: Page) -> None:
    desk.goto("/form")
    desk.click(".ts-control")
    desk.keyboard.type("wjg")
    expect(desk.locator(".ts-dropdown .option")).to_contain_text("县委党校 · wjg")
    desk.keyboard.press("Enter")
    expect(desk.locator("#lecturer")).to_have_value("7")
    assert axe_faults(desk) == []


def test_errors_take_the_focus_and_lead_to_the_field(desk: Page) -> None:
    desk.goto("/form")
    desk.fill("#phone", "138")
    desk.click("button:has-text('保存')")
    expect(desk.locator(".error-summary")).to_be_focused()
    expect(desk.locator("#phone")).to_have_value("138")
    desk.click(".error-summary a:has-text('姓名')")
    expect(desk.locator("#name")).to_be_focused()


def test_unsaved_text_asks_before_it_is_lost(desk: Page) -> None:
    asked: list[str] = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.goto("/form")
    desk.fill("#name", "王建国")
    desk.click(".rail a[href='/people']")
    desk.wait_for_url("**/people")
    assert asked == ["beforeunload"]


def test_a_refusal_shows_the_servers_sentence(desk: Page) -> None:
    desk.goto("/")
    desk.click("main button:has-text('保存')")
    expect(desk.locator("#toasts")).to_contain_text("这条记录刚刚被别人改过。")


def test_progress_ends_in_its_result(desk: Page) -> None:
    desk.goto("/")
    expect(desk.locator("#run")).to_contain_text("排好了")
    expect(desk.locator("#run a")).to_have_text("查看结果")


def test_copying_says_so(desk: Page) -> None:
    desk.goto("/")
    desk.click("[data-copy]")
    expect(desk.locator("[data-copy]")).to_have_text("已复制")
    assert desk.evaluate("navigator.clipboard.readText()") == "请于 5月12日 上课"


def test_a_phone_has_five_places_and_targets_for_fingers(chromium: Browser, gallery: str) -> None:
    context = chromium.new_context(base_url=gallery, **PHONE)
    page = context.new_page()
    page.goto("/people")
    places = page.locator(".rail > ul > li:visible")
    expect(places).to_have_count(5)
    page.tap(".rail-more summary")
    expect(page.locator(".rail-more .menu-item")).to_have_text(["党课责任", "设置"])
    for place in [*places.all(), page.locator(".inbox-link"), page.locator(".user-menu summary")]:
        box = place.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    expect(page.locator("tbody tr").first).to_have_css("display", "block")
    context.close()


def test_without_scripts_lists_and_menus_still_work(chromium: Browser, gallery: str) -> None:
    context = chromium.new_context(base_url=gallery, java_script_enabled=False, **DESK)
    page = context.new_page()
    page.goto("/people")
    page.select_option("#people-open", "n")
    page.click(".filters button[type=submit]")
    expect(page.locator(".chip")).to_have_text("状态：退出")
    page.click("summary:has-text('选择列')")
    page.uncheck(".columns-form input[value=load]")
    page.click(".columns-form button")
    expect(page.locator("thead")).not_to_contain_text("工作量")
    expect(page.locator("[data-check-all]")).to_be_hidden()
    page.click(".user-menu summary")
    expect(page.locator("text=退出登录")).to_be_visible()
    context.close()
