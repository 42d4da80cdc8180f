"""Every page that a role can reach by links: it opens, has one heading, fits its width and axe finds nothing.

Pages are told apart by their path with numbers left out; each is looked at once per role and width, and by axe, which takes
most of the time, for the first role that reaches it at that width.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import axe_faults
from tests.browser.conftest import DESK
from tests.browser.signing_in import sign_in

ROLES = ("organiser", "approver", "evaluator", "town", "contact", "administrator", "security", "auditor")
PHONE_ROLES = ("instructor", "leader", "manager")
FILES = re.compile(r"\.(xlsx|xls|csv|ics|pdf|docx)$|/export\b")
MOST_PAGES = 200
OPEN_PAGES = ("/sign-in", "/activate", "/nominate", "/nominate/receipt", "/publicity", "/certificates")
"""What opens without an account."""


def kind_of(path: str) -> str:
    """A path with its numbers left out: /classes/17/grid → /classes/#/grid."""
    return re.sub(r"\d+", "#", path)


def links_of(page: Page) -> list[str]:
    """Paths that links on the page lead to, on this site, downloads left out."""
    hrefs: list[str] = page.eval_on_selector_all(
        "a[href]:not([download])", "links => links.map(link => link.href)"
    )
    here = urlsplit(page.url).netloc
    parts = [urlsplit(href) for href in hrefs]
    return [
        p.path for p in parts if p.netloc == here and not FILES.search(p.path) and "export=" not in p.query
    ]


@pytest.fixture(scope="module")
def seen_by_axe() -> set[tuple[int, str]]:
    """Widths and kinds of pages that axe has looked at."""
    return set()


def faults_of(page: Page, path: str, seen_by_axe: set[tuple[int, str]]) -> list[str]:
    """What is wrong with one page."""
    answer = page.goto(path)
    assert answer is not None and page.viewport_size is not None
    if answer.status >= 400:
        return [f"{path}: {answer.status}"]
    place = (page.viewport_size["width"], kind_of(path))
    # Colours are the same at both widths; their contrast is measured at a desk's.
    is_wide = page.viewport_size == DESK["viewport"]
    found = [] if place in seen_by_axe else [f"{path}: {x}" for x in axe_faults(page, contrast=is_wide)]
    seen_by_axe.add(place)
    if page.locator("h1").count() != 1:
        found.append(f"{path}: {page.locator('h1').count()} h1")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        found.append(f"{path}: wider than the window")
    return found


def walk(page: Page, seen_by_axe: set[tuple[int, str]]) -> tuple[list[str], list[str]]:
    """Look at every kind of page from the workbench on: (kinds seen, faults)."""
    waiting, seen, faults = ["/"], {"/"}, []
    while waiting and len(seen) <= MOST_PAGES:
        path = waiting.pop(0)
        faults += faults_of(page, path, seen_by_axe)
        for link in links_of(page):
            if kind_of(link) not in seen:
                seen.add(kind_of(link))
                waiting.append(link)
    return sorted(seen), faults


@pytest.mark.parametrize("login", ROLES + PHONE_ROLES)
def test_pages_at_a_desk(desk: Page, login: str, seen_by_axe: set[tuple[int, str]]) -> None:
    sign_in(desk, login)
    seen, faults = walk(desk, seen_by_axe)
    assert faults == []
    assert 1 < len(seen) < MOST_PAGES


@pytest.mark.parametrize("login", ("organiser", *PHONE_ROLES))
def test_pages_on_a_phone(phone: Page, login: str, seen_by_axe: set[tuple[int, str]]) -> None:
    sign_in(phone, login)
    seen, faults = walk(phone, seen_by_axe)
    assert faults == []
    assert 1 < len(seen) < MOST_PAGES


def test_pages_before_signing_in(page: Page, seen_by_axe: set[tuple[int, str]]) -> None:
    faults = [fault for path in OPEN_PAGES for fault in faults_of(page, path, seen_by_axe)]
    assert faults == []


def test_a_session_moves_on_the_board_by_keyboard_and_back(desk: Page) -> None:
    """Pick up, look at places with the arrow keys, put down, undo; Escape changes nothing."""
    sign_in(desk, "organiser")
    desk.goto("/scheduling/bases/month")
    days = desk.eval_on_selector_all("td.load a", "links => links.map(link => link.getAttribute('href'))")
    for href in sorted(days, key=lambda day: day[-10:], reverse=True):
        desk.goto(href)
        if desk.locator("[data-grip]").count():
            break
    grip, says = desk.locator("[data-grip]").first, desk.locator("[data-board-says]")
    grip.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_selector("td[data-verdict]")
    desk.keyboard.press("Escape")
    expect(says).to_have_text("已放回原处，没有改动。")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("td[data-verdict]")
    for key in ["ArrowLeft"] * 12 + ["ArrowRight"] * 24:
        desk.keyboard.press(key)
        if "可以" in says.inner_text():
            break
    assert axe_faults(desk, contrast=True) == []
    desk.keyboard.press("Enter")
    expect(desk.locator(".flashes")).to_contain_text("已移动")
    desk.get_by_role("button", name="撤销").click()
    expect(desk.locator(".flashes")).to_contain_text("已移动")
