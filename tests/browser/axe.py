"""Accessibility of a page as it stands."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What stands around every page alike.
FRAME = [".topbar", ".rail", "#confirm"]
# Measuring contrast takes most of axe's time. It comes from a text's colour, size and weight and from what is painted beneath,
# so of all texts that have these in common axe measures one; what is taken out of its place may lie on anything, and counts for
# its class alone.
MARK_COLOURS = """(known) => {
  const seen = new Set(known), grounds = new Map(), fresh = [];
  const ground = (part) => {
    if (!part) return "";
    if (!grounds.has(part)) {
      const style = getComputedStyle(part);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity].join();
      const isPainted = /^rgb\\(/.test(style.backgroundColor) && style.backgroundImage === "none" && style.opacity === "1";
      const isOut = /absolute|fixed|sticky/.test(style.position) ? part.getAttribute("class") : "";
      grounds.set(part, isPainted && !isOut ? own : `${ground(part.parentElement)} / ${own} ${isOut}`);
    }
    return grounds.get(part);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), parts = new Set();
  while (walker.nextNode()) if (walker.currentNode.data.trim()) parts.add(walker.currentNode.parentElement);
  for (const part of document.querySelectorAll("input, select, textarea")) parts.add(part);
  for (const part of parts) {
    if (!part.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(part);
    const look = [style.color, style.fontSize, style.fontWeight, style.textShadow, ground(part)].join(" ");
    if (seen.has(look)) continue;
    seen.add(look);
    fresh.push(look);
    part.setAttribute("data-fresh", "");
  }
  return fresh;
}"""
CONTRAST = """async () => {
  const only = { resultTypes: ["violations"], runOnly: { type: "rule", values: ["color-contrast"] } };
  const found = (await axe.run({ include: ["[data-fresh]"] }, only)).violations;
  document.querySelectorAll("[data-fresh]").forEach((part) => part.removeAttribute("data-fresh"));
  return found;
}"""
MARK_SHOWN = """() => {
  for (const part of document.body.querySelectorAll("*")) if (part.checkVisibility()) part.setAttribute("data-shown", "");
}"""
# The outermost parts that show now and did not when others were marked.
MARK_OTHERS = """() => {
  let others = 0;
  for (const part of document.body.querySelectorAll(":not([data-shown])")) {
    if (part.parentElement.hasAttribute("data-other") || part.parentElement.closest("[data-other]")) continue;
    if (part.checkVisibility()) { part.setAttribute("data-other", ""); others += 1; }
  }
  return others;
}"""
RUN = """async ([tags, off, context]) => {
  const rules = Object.fromEntries(["color-contrast", ...off].map((rule) => [rule, { enabled: false }]));
  for (const side of ["include", "exclude"])
    if (context[side]) context[side] = context[side].filter((part) => document.querySelector(part)).map((part) => [part]);
  return (await axe.run(context, { resultTypes: ["violations"], runOnly: tags, rules })).violations;
}"""
_sound: set[str] = set()
"""Colours that axe found sound on some page before."""


@lru_cache
def _script() -> str:
    return str(Axe().axe_script)


def bring(page: Page) -> None:
    """Every page opened in this window from now on has axe, which takes less time than to send it there."""
    page.add_init_script(_script())


def axe_faults(page: Page, *, frame: bool = True) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands, one line a place.

    Without `frame`, what every page has around it is left out.
    """
    _need(page)
    return [*_run(page, [], {"exclude": [] if frame else FRAME}), *_pale(page)]


def mark_shown(page: Page) -> None:
    """Remember what shows at this width, for `axe_faults_of_others` at another."""
    page.evaluate(MARK_SHOWN)


def axe_faults_of_others(page: Page, *, frame: bool = True) -> list[str]:
    """What axe finds in what did not show when others were marked, and in colours.

    How large targets are is left out: `axe_faults` measures it where fingers are.
    """
    others: list[str] = []
    if page.evaluate(MARK_OTHERS):
        others = _run(page, ["target-size"], {"include": ["[data-other]"], "exclude": [] if frame else FRAME})
    return others + _pale(page)


def _need(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())


def _run(page: Page, off: list[str], context: dict[str, list[str]]) -> list[str]:
    return _lines(page.evaluate(RUN, [TAGS, off, context]))


def _pale(page: Page) -> list[str]:
    """Texts that stand out too little from what is beneath them."""
    fresh = page.evaluate(MARK_COLOURS, list(_sound))
    if not fresh:
        return []
    found = _lines(page.evaluate(CONTRAST))
    if not found:
        _sound.update(fresh)
    return found


def _lines(violations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{fault['id']}: {node['html'][:160]} ({node['target']})"
        for fault in violations
        for node in fault["nodes"]
    ]
