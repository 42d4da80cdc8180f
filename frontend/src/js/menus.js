// Menus are <details data-menu>: one open at a time, closed by Escape, by leaving and by a press elsewhere.
function closeAll(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

/** Turns a menu that would leave the window to the other side. */
function keepInside(menu) {
  const body = menu.querySelector(".menu-body");
  if (!body) return;
  const box = body.getBoundingClientRect();
  if (box.left < 8) menu.classList.replace("menu-end", "menu-start");
  else if (box.right > innerWidth - 8) menu.classList.replace("menu-start", "menu-end");
}

export function startMenus() {
  document.addEventListener("click", (event) => closeAll(event.target.closest("details[data-menu]")));
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.("details[data-menu][open]")) keepInside(event.target);
    },
    true,
  );
  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.activeElement?.closest("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    // `/` goes to the search box, unless somebody is typing.
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !isTyping(event.target)) {
      const box = document.getElementById("site-search");
      if (box && box.offsetParent) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    }
  });
}

export function isTyping(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}
