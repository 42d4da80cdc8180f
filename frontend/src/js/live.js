// [data-live]: a board that several people work on at once. Every two seconds it asks whether anything is new; only
// cells that differ are taken over. Without scripts the page is loaded anew, as any other.
import { toast } from "./toasts.js";

const EVERY = 2000;
const RESTS = 10 * 60 * 1000; // nobody is there: the sign-in may then end as it would on any page
const FRESH = 6000;
let touched = Date.now();
let isAsking = false;
/** Counts what is sent: what was asked for before is then old, and would say one's own change to be somebody else's. */
let turn = 0;

export const isLive = (board) => board.dataset.live !== undefined;

const fragment = (text) => new DOMParser().parseFromString(text, "text/html").querySelector("[data-live]");
const parts = (board) => [...board.querySelectorAll("[data-place], [data-part]")];
const named = (part) => part.dataset.place ?? part.dataset.part;

function say(board, text) {
  const line = board.querySelector("[data-board-says]");
  if (line && text) line.textContent = text;
}

/** Takes over what differs; the whole board where its rows or columns are others now. */
function takeOver(board, fresh, { marks }) {
  const before = parts(board);
  const after = parts(fresh);
  const isAlike = before.length === after.length && before.every((part, n) => named(part) === named(after[n]));
  if (!isAlike) {
    board.replaceChildren(...fresh.children);
    return;
  }
  for (const [n, part] of before.entries()) {
    if (part.innerHTML === after[n].innerHTML) continue;
    part.replaceChildren(...after[n].childNodes);
    if (!marks) continue;
    part.classList.add("is-fresh");
    setTimeout(() => part.classList.remove("is-fresh"), FRESH);
  }
  const tools = board.querySelectorAll("[data-step]");
  for (const [n, form] of fresh.querySelectorAll("[data-step]").entries()) tools[n]?.replaceWith(form);
}

function accept(board, text, options) {
  const fresh = fragment(text);
  if (!fresh) return "";
  const said = fresh.querySelector("[data-board-says]")?.textContent ?? "";
  board.dataset.etag = fresh.dataset.etag;
  takeOver(board, fresh, options);
  say(board, said);
  return said;
}

/** Sends a form of the board and shows what came of it; a refusal is said, and the board is brought up to date. */
export async function send(board, form, focus = "") {
  turn += 1;
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "HX-Request": "true" },
  }).catch(() => null);
  if (!answer) {
    toast(board.dataset.saidFailed, { stays: true });
    return;
  }
  const text = await answer.text();
  turn += 1;
  if (answer.ok) {
    accept(board, text, { marks: false });
  } else {
    const said = new DOMParser().parseFromString(text, "text/html");
    const lines = [...said.querySelectorAll("[data-sentence], .violations li")].map((line) => line.textContent.trim());
    const sentence = [...new Set(lines)].join(" ") || board.dataset.saidFailed;
    say(board, sentence);
    toast(sentence, { stays: true });
    await look(board, () => false);
    say(board, sentence);
  }
  if (focus) document.getElementById(focus)?.querySelector("[data-grip]")?.focus();
}

async function look(board, isHolding) {
  const asked = turn;
  const answer = await fetch(board.dataset.live, {
    headers: { "HX-Request": "true", "If-None-Match": board.dataset.etag },
    cache: "no-store",
  }).catch(() => null);
  if (!answer || asked !== turn) return;
  if (answer.status === 304) {
    board.dataset.etag = answer.headers.get("ETag") ?? board.dataset.etag;
    return;
  }
  // What is in hand keeps its place until it is put down; the server refuses it when somebody was faster.
  if (!answer.ok) return;
  const text = await answer.text();
  if (asked === turn && !isHolding()) accept(board, text, { marks: true });
}

export function startLive(isHolding) {
  for (const kind of ["pointerdown", "keydown", "pointermove"]) {
    document.addEventListener(kind, () => (touched = Date.now()), { passive: true });
  }
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-live] [data-step]");
    if (!form) return;
    event.preventDefault();
    send(form.closest("[data-live]"), form);
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    const step = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
    const form = step && document.querySelector(`[data-live] [data-step="${step}"]`);
    if (!form || form.querySelector("button").disabled) return;
    event.preventDefault();
    form.requestSubmit();
  });
  setInterval(async () => {
    const board = document.querySelector("[data-live]");
    if (!board || isAsking || document.hidden || isHolding() || Date.now() - touched > RESTS) return;
    isAsking = true;
    await look(board, isHolding);
    isAsking = false;
  }, EVERY);
}
