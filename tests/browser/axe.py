"""Accessibility of a page as it stands."""

from __future__ import annotations

from functools import lru_cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Measuring contrast takes most of axe's time, and colours come from classes and drawing attributes, never from words. So in the
# rows between the first and the last of a list it is measured once for every other markup of a cell, at odd and at even places.
MARK_ALIKE = """() => {
  const words = /^(href|id|for|value|name|action|title|datetime|data-href|aria-label|aria-labelledby|aria-describedby|hx-.*)$/;
  const shape = (part) => {
    const copy = part.cloneNode(true);
    for (const element of [copy, ...copy.querySelectorAll("*")])
      for (const attribute of [...element.attributes])
        if (words.test(attribute.name)) element.removeAttribute(attribute.name);
    const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.trim() ? "x" : "";
    return copy.outerHTML;
  };
  for (const list of document.querySelectorAll("tbody, ul, ol")) {
    if (list.closest("[data-alike]")) continue;
    const seen = new Set();
    [...list.children].slice(1, -1).forEach((row, at) => {
      const place = (at % 2) + shape(row.cloneNode(false));
      (list.tagName === "TBODY" ? [...row.children] : [row]).forEach((part, column) => {
        const kind = `${place} ${column} ${shape(part)}`;
        if (seen.has(kind)) part.setAttribute("data-alike", "");
        else seen.add(kind);
      });
    });
  }
}"""


# What may differ between two widths of one page that axe has seen whole at the other.
OF_WIDTH = [
    "target-size",
    "scrollable-region-focusable",
    "aria-hidden-focus",
    "button-name",
    "link-name",
    "label",
]


# What stands around every page alike.
FRAME = [".topbar", ".rail", "#confirm"]


RUN = """async ([tags, contrast, rules, around]) => {
  const options = { resultTypes: ["violations"] };
  const frame = around.filter((part) => document.querySelector(part)).map((part) => [part]);
  const all = { runOnly: tags, rules: { "color-contrast": { enabled: false } } };
  const rest = await axe.run({ exclude: frame }, { ...options, ...(rules ? { runOnly: { type: "rule", values: rules } } : all) });
  const where = { exclude: [...frame, ["[data-alike]"]] };
  const only = { ...options, runOnly: { type: "rule", values: ["color-contrast"] } };
  const pale = contrast ? (await axe.run(where, only)).violations : [];
  document.querySelectorAll("[data-alike]").forEach((part) => part.removeAttribute("data-alike"));
  return [...rest.violations, ...pale].flatMap((fault) =>
    fault.nodes.map((node) => `${fault.id}: ${node.html.slice(0, 160)} (${node.target})`));
}"""


@lru_cache
def _script() -> str:
    return str(Axe().axe_script)


def axe_faults(
    page: Page, *, contrast: bool = True, rules: list[str] | None = None, frame: bool = True
) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands, one line a place.

    `rules` alone if given; without `frame`, what every page has around it is left out.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    contrast = contrast and rules is None
    if contrast:
        page.evaluate(MARK_ALIKE)
    found: list[str] = page.evaluate(RUN, [TAGS, contrast, rules, [] if frame else FRAME])
    return found
