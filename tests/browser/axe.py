"""Accessibility of a page as it stands."""

from __future__ import annotations

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


RUN = """async ([tags, contrast]) => {
  const options = { resultTypes: ["violations"] };
  const rest = await axe.run({ ...options, runOnly: tags, rules: { "color-contrast": { enabled: false } } });
  const where = { exclude: [["[data-alike]"]] };
  const only = { ...options, runOnly: { type: "rule", values: ["color-contrast"] } };
  const pale = contrast ? (await axe.run(where, only)).violations : [];
  document.querySelectorAll("[data-alike]").forEach((part) => part.removeAttribute("data-alike"));
  return [...rest.violations, ...pale].flatMap((fault) =>
    fault.nodes.map((node) => `${fault.id}: ${node.html.slice(0, 160)} (${node.target})`));
}"""


def axe_faults(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands, one line a place."""
    page.evaluate(Axe().axe_script)
    if contrast:
        page.evaluate(MARK_ALIKE)
    found: list[str] = page.evaluate(RUN, [TAGS, contrast])
    return found
