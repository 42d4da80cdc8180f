// Lists by keyboard: up and down move between rows, Enter opens one; a press anywhere in a row opens it too.
import { isTyping } from "./menus.js";

const links = (table) => [...table.querySelectorAll("tbody .row-link")];

function move(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
  if (event.target.closest("details, dialog, [role=listbox]")) return;
  const inside = event.target.closest("table[data-rows]");
  if (!inside && event.target !== document.body && event.target.id !== "content") return;
  const table = inside || document.querySelector("table[data-rows]");
  const rows = table ? links(table) : [];
  if (!rows.length) return;
  const at = rows.indexOf(event.target.closest("tr")?.querySelector(".row-link"));
  const next = at < 0 ? 0 : at + (event.key === "ArrowDown" ? 1 : -1);
  if (!rows[next]) return;
  event.preventDefault();
  rows[next].focus();
}

function open(event) {
  if (event.target.closest("a, button, input, label, select, summary, details, form form")) return;
  const row = event.target.closest("tr[data-href]");
  if (!row || String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
}

export function startRows() {
  document.addEventListener("keydown", move);
  document.addEventListener("click", open);
}
