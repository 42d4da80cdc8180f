// form[data-keep]: what is handed in is kept in this browser first and sent then, now or when the network is
// back. Each sheet carries a key the server counts once, so sending again does no harm.
const STORE = "kept-sheets";
const EVERY = 20_000;
let busy = false;

const region = () => document.getElementById("kept");

function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** False when the browser keeps nothing: the form is sent the plain way then. */
function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

const sheets = () => read(STORE, []);
const change = (key, fields) =>
  write(STORE, sheets().map((sheet) => (sheet.key === key ? { ...sheet, ...fields } : sheet)));
const drop = (key) => write(STORE, sheets().filter((sheet) => sheet.key !== key));

async function ask(url, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const answer = await fetch(url, { ...options, headers, credentials: "same-origin", redirect: "error" });
  return { status: answer.status, said: await answer.json().catch(() => ({})) };
}

/** Who is signed in now, with a token of the present session; the one on the page may have run out. */
async function present() {
  const { status, said } = await ask(region().dataset.check);
  return status === 200 ? said : null;
}

/** Sends one sheet: "sent", or what it waits for ("network", "sign-in", "other"), or "refused". */
async function send(sheet) {
  try {
    const who = await present();
    if (!who) return "sign-in";
    if (who.user !== sheet.user) return "other";
    const { status, said } = await ask(sheet.url, {
      method: "POST",
      headers: { "X-CSRFToken": who.token, "Content-Type": "application/x-www-form-urlencoded" },
      body: sheet.body,
    });
    if (status === 200) return "sent";
    if (status === 401) return "sign-in";
    if (status >= 500 || status === 429 || status === 409) return "network";
    change(sheet.key, { said: said.detail || said.title || "" });
    return "refused";
  } catch {
    return "network";
  }
}

const formFor = (url) => [...document.querySelectorAll("form[data-keep]")].find((form) => form.action === url);

async function sendAll() {
  if (busy || !region()) return;
  busy = true;
  let answered = null;
  try {
    for (const sheet of sheets()) {
      const state = await send(sheet);
      if (state === "sent") {
        drop(sheet.key);
        forget(sheet.url);
        if (formFor(sheet.url)) answered = sheet.url;
      } else change(sheet.key, { state });
    }
  } finally {
    busy = false;
    // Whoever looks at the form of a sheet that just arrived sees what the server made of it, not the form again.
    if (answered) location.assign(answered);
    else show();
  }
}

function show() {
  const place = region();
  const list = place.querySelector(".kept-list");
  list.replaceChildren();
  for (const sheet of sheets()) {
    const line = place.querySelector("template").content.cloneNode(true);
    const own = sheet.user === Number(place.dataset.user);
    line.querySelector("[data-kept-title]").textContent = own ? sheet.title : place.dataset.foreign;
    const state = own ? sheet.state || "network" : "other";
    line.querySelector("[data-kept-state]").textContent =
      state === "refused" && sheet.said ? sheet.said : place.dataset[state.replace("-", "")];
    const open = line.querySelector("a");
    const way = own ? { "sign-in": "enter", refused: "open" }[state] : null;
    if (way) {
      const path = new URL(sheet.url).pathname;
      open.href = way === "enter" ? `/sign-in?next=${encodeURIComponent(path)}` : path;
      open.textContent = place.dataset[way];
    } else open.remove();
    line.querySelector("form").dataset.key = sheet.key;
    list.append(line);
  }
  place.hidden = list.childElementCount === 0;
  for (const form of document.querySelectorAll("form[data-keep]")) {
    form.hidden = sheets().some((sheet) => sheet.url === form.action && sheet.state !== "refused");
  }
}

const draft = (url) => `draft:${region().dataset.user}:${url}`;
const forget = (url) => localStorage.removeItem(draft(url));

/** What was typed and not handed in comes back after a reload, unless the server shows it already. */
function restore(form) {
  const typed = read(draft(form.action), null);
  if (!typed || form.querySelector(".has-error")) return;
  for (const [name, value] of typed) {
    for (const item of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (item.type === "hidden") continue;
      if (item.type === "radio") item.checked = item.value === value;
      else item.value = value;
    }
  }
}

const fields = (form) => [...new FormData(form)].filter(([name]) => name !== "csrf_token");

async function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-kept-drop]")) {
    event.preventDefault();
    for (const sheet of sheets().filter((kept) => kept.key === form.dataset.key)) forget(sheet.url);
    drop(form.dataset.key);
    return show();
  }
  if (!form.matches("[data-keep]") || event.defaultPrevented) return undefined;
  if (!form.checkValidity()) {
    // With a network the server says what is wrong, in words; without one the browser does.
    if (!navigator.onLine) {
      event.preventDefault();
      form.reportValidity();
    }
    return undefined;
  }
  const sheet = {
    key: form.elements.key.value,
    url: form.action,
    title: form.dataset.title,
    user: Number(region().dataset.user),
    body: new URLSearchParams(fields(form)).toString(),
  };
  const others = sheets().filter((kept) => kept.url !== sheet.url || kept.user !== sheet.user);
  if (!write(STORE, [...others, sheet])) return undefined;
  event.preventDefault();
  event.submitter?.classList.add("is-busy");
  await sendAll();
  event.submitter?.classList.remove("is-busy");
  if (sheets().some((kept) => kept.key === sheet.key)) region().scrollIntoView({ block: "start" });
  return undefined;
}

export function startKept() {
  if (!region()) return;
  for (const form of document.querySelectorAll("form[data-keep]")) restore(form);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) write(draft(form.action), fields(form));
  });
  region().querySelector("[data-kept-send]").addEventListener("click", sendAll);
  window.addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());
  setInterval(() => sheets().length && navigator.onLine && sendAll(), EVERY);
  show();
  if (sheets().length) sendAll();
}
