// [data-board]: sessions are picked up by mouse or keyboard, each free cell says whether and at what price they may be
// put down there, and a plain form sends the choice. Without scripts every session still has its own page.
const MARKS = ["is-yes", "is-cost", "is-no", "is-target"];
let held = null;

const slots = (board) => [...board.querySelectorAll("td[data-start]")];
const say = (board, text) => (board.querySelector("[data-board-says]").textContent = text);

function clearMarks(board) {
  for (const cell of slots(board)) {
    cell.classList.remove(...MARKS);
    cell.removeAttribute("title");
    delete cell.dataset.verdict;
  }
}

function words(board, cell) {
  const said = board.dataset[`said${cell.dataset.verdict?.replace(/^./, (c) => c.toUpperCase())}`] ?? "";
  const place = `${cell.dataset.venueName} ${cell.dataset.start}`;
  return [place, said, cell.dataset.why].filter(Boolean).join(" · ");
}

function mark(board, moves) {
  const known = new Map(moves.map((move) => [`${move.venue} ${move.start}`, move]));
  for (const cell of slots(board)) {
    const move = known.get(`${cell.dataset.venue} ${cell.dataset.start}`);
    cell.dataset.verdict = move?.verdict ?? "no";
    cell.dataset.why = move?.why ?? "";
    cell.classList.add(`is-${cell.dataset.verdict}`);
    cell.title = words(board, cell);
  }
}

async function pickUp(board, entry) {
  const waiting = (held = { board, entry, target: null, isReady: false, wanted: null });
  entry.classList.add("is-held");
  say(board, board.dataset.saidWait);
  const url = `${entry.dataset.moves}?base=${board.dataset.base}&day=${board.dataset.day}`;
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  const said = answer?.ok ? await answer.json().catch(() => null) : null;
  if (held !== waiting) return;
  if (!said || said.refused) {
    letGo(said ? said.refused : board.dataset.saidFailed);
    return;
  }
  mark(board, said.moves);
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
  const row = from.closest("tr");
  const at = Number(from.dataset.unit ?? from.querySelector("[data-unit]")?.dataset.unit ?? 0);
  const inRow = (one) => [...one.querySelectorAll("td[data-start]")];
  if (key === "ArrowRight") return inRow(row).find((cell) => Number(cell.dataset.unit) > at);
  if (key === "ArrowLeft") return inRow(row).reverse().find((cell) => Number(cell.dataset.unit) < at);
  const step = key === "ArrowDown" ? 1 : -1;
  for (let n = rows.indexOf(row) + step; n >= 0 && n < rows.length; n += step) {
    const near = inRow(rows[n]).sort((a, b) => Math.abs(a.dataset.unit - at) - Math.abs(b.dataset.unit - at))[0];
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
  form.elements.venue_id.value = cell.dataset.venue;
  form.elements.start.value = `${board.dataset.day}T${cell.dataset.start}`;
  form.elements.version.value = entry.dataset.version;
  form.submit();
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
    const cell = held && event.target.closest("td[data-start]");
    if (cell) putDown(cell);
  });
  document.addEventListener("focusout", (event) => {
    if (held && event.target.closest("[data-grip]") && event.relatedTarget) letGo();
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
    const cell = held && event.target.closest?.("td[data-start]");
    if (!cell) return;
    if (cell !== held.target) aim(cell);
    if (!held.isReady || cell.dataset.verdict !== "no") event.preventDefault();
  });
  document.addEventListener("mouseover", (event) => {
    const cell = held?.isReady && event.target.closest?.("td[data-start]");
    if (cell && cell !== held.target) aim(cell);
  });
  document.addEventListener("drop", (event) => {
    const cell = held && event.target.closest?.("td[data-start]");
    if (!cell) return;
    event.preventDefault();
    putDown(cell);
  });
  document.addEventListener("dragend", () => {
    if (held && !held.wanted) letGo(held.target ? words(held.board, held.target) : "");
  });
}
