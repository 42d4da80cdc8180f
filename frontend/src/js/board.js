// [data-board]: sessions are picked up by mouse or keyboard, each cell says whether and at what price they may be
// put down there, and a plain form sends the choice. Without scripts every session still has its own page.
import { isLive, send } from "./live.js";

const MARKS = ["is-yes", "is-cost", "is-no", "is-target"];
let held = null;
/** Cell to what the form says when something is put down there. */
const values = new WeakMap();

const slots = (board) => [...board.querySelectorAll("td[data-place]")];
const say = (board, text) => (board.querySelector("[data-board-says]").textContent = text);

function clearMarks(board) {
  for (const cell of slots(board)) {
    cell.classList.remove(...MARKS);
    cell.removeAttribute("title");
    delete cell.dataset.verdict;
  }
}

/** `Class · Monday morning` from the headings of row and column. */
function headings(board, cell) {
  const row = cell.closest("tr").querySelector("th")?.firstElementChild?.textContent ?? "";
  const column = board.querySelectorAll("thead th[data-column]")[cell.cellIndex - 1]?.dataset.column ?? "";
  return [row, column].filter(Boolean).join(" · ");
}

function words(board, cell) {
  const said = board.dataset[`said${cell.dataset.verdict?.replace(/^./, (c) => c.toUpperCase())}`] ?? "";
  return [cell.dataset.placeName ?? headings(board, cell), said, cell.dataset.why].filter(Boolean).join(" · ");
}

function mark(board, said) {
  const known = new Map(said.moves.map((move) => [move.place, move]));
  for (const cell of slots(board)) {
    const move = known.get(cell.dataset.place);
    cell.dataset.verdict = move?.verdict ?? "no";
    cell.dataset.why = move?.why ?? said.otherwise ?? "";
    if (move) values.set(cell, move.values);
    cell.classList.add(`is-${cell.dataset.verdict}`);
    cell.title = words(board, cell);
  }
}

async function pickUp(board, entry) {
  const waiting = (held = { board, entry, target: null, isReady: false, wanted: null });
  entry.classList.add("is-held");
  say(board, board.dataset.saidWait);
  const answer = await fetch(entry.dataset.moves, { headers: { Accept: "application/json" } }).catch(() => null);
  const said = answer?.ok ? await answer.json().catch(() => null) : null;
  if (held !== waiting) return;
  if (!said || said.refused) {
    letGo(said ? said.refused : board.dataset.saidFailed);
    return;
  }
  mark(board, said);
  held.isReady = true;
  if (held.wanted) {
    // Dropped before the rules had come.
    const { wanted } = held;
    held.wanted = null;
    putDown(wanted);
    if (wanted.dataset.verdict === "no") letGo(words(board, wanted));
    return;
  }
  say(board, board.dataset.saidHeld.replace("{name}", entry.dataset.name));
}

function letGo(text = "") {
  if (!held) return;
  const { board, entry } = held;
  held = null;
  entry.classList.remove("is-held");
  clearMarks(board);
  say(board, text);
}

function aim(cell) {
  if (!held?.isReady || !cell) return;
  held.target?.classList.remove("is-target");
  held.target = cell;
  cell.classList.add("is-target");
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(held.board, words(held.board, cell));
}

/** The next free cell in a direction; keeps the time when it goes up or down. */
function beside(board, from, key) {
  const rows = [...board.querySelectorAll("tbody tr")];
  // From beside the board into it: to the first cell that will do.
  if (!from) return slots(board).find((cell) => cell.dataset.verdict !== "no") ?? slots(board)[0];
  const row = from.closest("tr");
  const unit = (cell) => Number(cell.dataset.unit ?? cell.dataset.unitOf ?? cell.cellIndex);
  const at = unit(from);
  const inRow = (one) => [...one.querySelectorAll("td[data-place]")];
  if (key === "ArrowRight") return inRow(row).find((cell) => unit(cell) > at);
  if (key === "ArrowLeft") return inRow(row).reverse().find((cell) => unit(cell) < at);
  const step = key === "ArrowDown" ? 1 : -1;
  for (let n = rows.indexOf(row) + step; n >= 0 && n < rows.length; n += step) {
    const near = inRow(rows[n]).sort((a, b) => Math.abs(unit(a) - at) - Math.abs(unit(b) - at))[0];
    if (near) return near;
  }
  return null;
}

function putDown(cell) {
  if (!held || !cell) return;
  if (!held.isReady) {
    held.wanted = cell;
    return;
  }
  const { board, entry } = held;
  if (cell.dataset.verdict === "no") {
    say(board, words(board, cell));
    return;
  }
  const form = board.querySelector("form[data-board-form]");
  form.action = entry.dataset.move;
  for (const [name, value] of Object.entries(values.get(cell) ?? {})) form.elements[name].value = value;
  form.elements.version.value = entry.dataset.version;
  if (!isLive(board)) {
    form.submit();
    return;
  }
  letGo();
  send(board, form, entry.id);
}

function onKey(event) {
  const grip = event.target.closest("[data-grip]");
  if (!grip) return;
  const board = grip.closest("[data-board]");
  const entry = grip.closest("[data-moves]");
  if (!held) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      pickUp(board, entry);
    }
    return;
  }
  if (event.key === "Escape") letGo(board.dataset.saidLeft);
  else if (event.key === "Enter" || event.key === " ") putDown(held.target);
  else if (event.key.startsWith("Arrow")) aim(beside(board, held.target ?? entry.closest("td"), event.key));
  else return;
  event.preventDefault();
}

/** What an open board asks before it takes over what others did: whether something is in somebody's hand. */
export const isHolding = () => held !== null;

export function startBoards() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip) {
      // A tap picks up, a tap on a cell puts down: what a finger can do where it cannot drag.
      const entry = grip.closest("[data-moves]");
      if (held) letGo(held.board.dataset.saidLeft);
      else if (event.detail > 0) pickUp(grip.closest("[data-board]"), entry);
      return;
    }
    const cell = held && event.target.closest("td[data-place]");
    if (cell) putDown(cell);
  });
  document.addEventListener("focusout", (event) => {
    // A press on a cell gives the focus to what scrolls around it: that is no leaving.
    const isLeaving = event.relatedTarget && !event.relatedTarget.matches(".board-scroll");
    if (held && event.target.closest("[data-grip]") && isLeaving) letGo();
  });
  document.addEventListener("dragstart", (event) => {
    const entry = event.target.closest?.("[data-moves]");
    if (!entry) return;
    event.dataTransfer.setData("text/plain", entry.dataset.name);
    event.dataTransfer.effectAllowed = "move";
    letGo();
    pickUp(entry.closest("[data-board]"), entry);
  });
  document.addEventListener("dragover", (event) => {
    const cell = held && event.target.closest?.("td[data-place]");
    if (!cell) return;
    if (cell !== held.target) aim(cell);
    if (!held.isReady || cell.dataset.verdict !== "no") event.preventDefault();
  });
  document.addEventListener("mouseover", (event) => {
    const cell = held?.isReady && event.target.closest?.("td[data-place]");
    if (cell && cell !== held.target) aim(cell);
  });
  document.addEventListener("drop", (event) => {
    const cell = held && event.target.closest?.("td[data-place]");
    if (!cell) return;
    event.preventDefault();
    putDown(cell);
  });
  document.addEventListener("dragend", () => {
    if (held && !held.wanted) letGo(held.target ? words(held.board, held.target) : "");
  });
}
