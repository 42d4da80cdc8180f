"""Accessibility of a page as it stands."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def axe_faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands, one line a place."""
    rules = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
        "resultTypes": ["violations"],
    }
    found = Axe().run(page, options=rules).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:160]} ({node['target']})"
        for fault in found
        for node in fault["nodes"]
    ]
