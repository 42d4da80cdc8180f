// Saved views: the address is the view, this keeps addresses under names in the browser, list by list.
function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function draw(box) {
  const key = `views:${box.dataset.views}`;
  const list = box.querySelector(".views-list");
  list.replaceChildren(
    ...read(key).map((view) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.className = "menu-item";
      link.href = `${location.pathname}?${String(view.search)}`;
      link.textContent = view.name;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn-plain";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `${box.dataset.remove} ${view.name}`);
      remove.addEventListener("click", (event) => {
        event.stopPropagation();
        localStorage.setItem(key, JSON.stringify(read(key).filter((other) => other.name !== view.name)));
        draw(box);
      });
      line.append(link, remove);
      return line;
    }),
  );
}

function save(event) {
  const form = event.target.closest(".views-form");
  if (!form) return;
  event.preventDefault();
  const box = form.closest("[data-views]");
  const input = form.querySelector("input");
  const name = input.value.trim();
  if (!name) return;
  const search = new URLSearchParams(location.search);
  search.delete("page");
  // The columns on screen belong to the view even when they came from the cookie.
  search.delete("cols");
  for (const chosen of box.parentElement.querySelectorAll('input[name="cols"]:checked')) search.append("cols", chosen.value);
  const key = `views:${box.dataset.views}`;
  const others = read(key).filter((view) => view.name !== name);
  localStorage.setItem(key, JSON.stringify([...others, { name, search: search.toString() }].slice(-20)));
  input.value = "";
  draw(box);
}

export function startViews() {
  const scan = (place) => place.querySelectorAll("[data-views]").forEach(draw);
  scan(document);
  document.addEventListener("submit", save);
  document.body.addEventListener("htmx:load", (event) => scan(event.target));
}
