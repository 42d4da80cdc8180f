"""Signing in as one of the demo's people."""

from __future__ import annotations

from playwright.sync_api import Page

from app.demo.people import PASSWORD


def sign_in(page: Page, login: str) -> None:
    """Sign in through the page, as a person does; ends on the workbench."""
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("nav.rail")
