// A wide table scrolls by itself; the keyboard must be able to reach what scrolls and hear what it is.
const SCROLLERS = ".table-scroll, .table-responsive, .board-scroll, .tabs";

function mark(box) {
  const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  if (box.matches(".tabs")) {
    const current = box.querySelector("[aria-current]");
    if (current) box.scrollLeft = current.offsetLeft - (box.clientWidth - current.offsetWidth) / 2;
    return;
  }
  if (scrolls && !box.hasAttribute("tabindex")) {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    if (!box.hasAttribute("aria-label")) {
      const name = box.querySelector("caption") || document.querySelector("h1");
      box.setAttribute("aria-label", name?.textContent.trim() || document.title);
    }
  }
}

export function startScrollers() {
  const scan = (place) => place.querySelectorAll(SCROLLERS).forEach(mark);
  scan(document);
  window.addEventListener("resize", () => scan(document));
  document.body.addEventListener("htmx:load", (event) => scan(event.target));
}
