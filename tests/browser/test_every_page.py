"""Every page that a role can reach by links: it opens, has one heading, fits a desk and a phone, and axe finds nothing.

Pages are told apart by their path with numbers left out. Each is asked for once a role; drawn, measured at both widths and
looked at by axe, which takes most of the time, for the first role that reaches it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import axe_faults, axe_faults_of_others, bring, mark_shown
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.signing_in import sign_in

ROLES = ("organiser", "approver", "evaluator", "town", "contact", "administrator", "security", "auditor")
PHONE_ROLES = ("instructor", "leader", "manager")
FILES = re.compile(r"\.(xlsx|xls|csv|ics|pdf|docx)$|/export\b")
LINK = re.compile(r"<a\b([^>]*)>")
HREF = re.compile(r'\bhref="([^"#]+)')
SENT = re.compile(r"/(?:a|stand-in)/[\w.-]+")
SEARCH = re.compile(r"/scheduling/sessions/\d+/substitutes")
HEADING = re.compile(r"<h1\b")
MOST_PAGES = 300
OPEN_PAGES = ("/sign-in", "/activate", "/nominate", "/nominate/receipt", "/publicity", "/certificates")
"""What opens without an account."""


def kind_of(path: str) -> str:
    """An address with its numbers and its query left out: /classes/17/grid?day=3 → /classes/#/grid."""
    return re.sub(r"\d+", "#", path.partition("?")[0])


def links_of(path: str, body: str) -> list[str]:
    """Where links on a page lead to on this site, downloads left out; some pages are for what their query names."""
    links = [link for link in LINK.findall(body) if " download" not in link]
    hrefs = [href for link in links for href in HREF.findall(link)]
    parts = [urlsplit(urljoin(path, unescape(href))) for href in hrefs]
    return [
        part._replace(fragment="").geturl()
        for part in parts
        if not part.scheme and not part.netloc and not FILES.search(part.path) and "export=" not in part.query
    ]


@pytest.fixture(scope="module")
def drawn() -> set[str]:
    """Kinds of pages that were drawn and that axe has looked at."""
    return set()


def faults_of(page: Page, path: str, drawn: set[str]) -> tuple[list[str], str]:
    """What is wrong with one page, and the page."""
    if kind_of(path) in drawn:
        answer = page.request.get(path)
        return _faults(path, answer.status, answer.text()), answer.text()
    is_first = not drawn
    drawn.add(kind_of(path))
    shown = page.goto(path)
    assert shown is not None
    body = shown.text()
    found = _faults(path, shown.status, body)
    if found:
        return found, body
    return [f"{path}: {fault}" for fault in _faults_at_both(page, frame=is_first)], body


def _faults_at_both(page: Page, *, frame: bool) -> list[str]:
    """Looked at whole where it is narrow, and at a desk's width what shows only there."""
    page.set_viewport_size(PHONE["viewport"])
    found = [f"on a phone: {fault}" for fault in _too_wide(page) + axe_faults(page, frame=frame)]
    mark_shown(page)
    page.set_viewport_size(DESK["viewport"])
    return found + _too_wide(page) + axe_faults_of_others(page, frame=frame)


def _too_wide(page: Page) -> list[str]:
    is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    return ["wider than the window"] if page.evaluate(is_wider) else []


def _faults(path: str, status: int, body: str) -> list[str]:
    headings = len(HEADING.findall(body))
    if status >= 400:
        return [f"{path}: {status}"]
    return [] if headings == 1 else [f"{path}: {headings} h1"]


def walk(page: Page, drawn: set[str]) -> tuple[list[str], list[str]]:
    """Look at every kind of page from the workbench on: (kinds seen, faults)."""
    waiting, seen, faults = ["/"], {"/"}, []
    while waiting and len(seen) <= MOST_PAGES:
        path = waiting.pop(0)
        found, body = faults_of(page, path, drawn)
        faults += found
        for link in links_of(path, body):
            if kind_of(link) not in seen:
                seen.add(kind_of(link))
                waiting.append(link)
    return sorted(seen), faults


@pytest.mark.parametrize("login", PHONE_ROLES)
def test_pages_of_those_who_carry_a_phone(phone: Page, login: str, drawn: set[str]) -> None:
    bring(phone)
    sign_in(phone, login)
    seen, faults = walk(phone, drawn)
    assert faults == []
    assert 1 < len(seen) < MOST_PAGES


@pytest.mark.parametrize("login", ROLES)
def test_pages_at_both_widths(desk: Page, login: str, drawn: set[str]) -> None:
    bring(desk)
    sign_in(desk, login)
    seen, faults = walk(desk, drawn)
    assert faults == []
    assert 1 < len(seen) < MOST_PAGES


def test_pages_before_signing_in(desk: Page, drawn: set[str]) -> None:
    faults = [fault for path in OPEN_PAGES for fault in faults_of(desk, path, drawn)[0]]
    assert faults == []


def test_pages_that_a_link_opens(
    desk: Page, new_context: Callable[[dict[str, object]], BrowserContext], site: Site, drawn: set[str]
) -> None:
    """The organiser's ready-made messages hold the links; whoever opens one is not signed in."""
    sign_in(desk, "organiser")
    searches = links_of("/", desk.request.get("/scheduling/substitutes").text())
    ready = ["/scheduling/answers", *(path for path in searches if SEARCH.fullmatch(path))]
    sent = [link for path in ready for link in SENT.findall(desk.request.get(path).text())]
    with sqlite3.connect(site.instance / "jiangtai.sqlite") as connection:
        (token,) = connection.execute("SELECT token FROM public_timetable").fetchone()
    paths = {link.split("/")[1]: link for link in [*sent, f"/t/{token}"]}
    assert set(paths) == {"a", "stand-in", "t"}
    visitor = new_context(DESK).new_page()
    assert [fault for path in paths.values() for fault in faults_of(visitor, path, drawn)[0]] == []


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
    assert axe_faults(desk) == []
    desk.keyboard.press("Enter")
    expect(desk.locator(".flashes")).to_contain_text("已移动")
    desk.get_by_role("button", name="撤销").click()
    expect(desk.locator(".flashes")).to_contain_text("已移动")
