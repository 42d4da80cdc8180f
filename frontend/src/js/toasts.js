// Short messages: what a failed request said, and whether the network is there.
const region = () => document.getElementById("toasts");

/** Shows one sentence; an error stays until it is closed, anything else leaves after six seconds. */
export function toast(sentence, { stays = false } = {}) {
  const place = region();
  if (!place || !sentence) return;
  const line = document.createElement("div");
  line.className = "toast-line";
  const text = document.createElement("span");
  text.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-plain";
  close.textContent = "×";
  close.setAttribute("aria-label", place.dataset.close || "×");
  close.addEventListener("click", () => line.remove());
  line.append(text, close);
  place.append(line);
  while (place.children.length > 3) place.firstElementChild.remove();
  if (!stays) setTimeout(() => line.remove(), 6000);
}

/** The sentence in an error answer: problem+json, a marked element, or nothing. */
function sentenceOf(xhr) {
  const kind = xhr.getResponseHeader("Content-Type") || "";
  if (kind.includes("json")) {
    try {
      const problem = JSON.parse(xhr.responseText);
      return problem.detail || problem.title || "";
    } catch {
      return "";
    }
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-sentence]")?.textContent.trim() || "";
}

export function startToasts() {
  document.body.addEventListener("htmx:responseError", (event) => {
    toast(sentenceOf(event.detail.xhr) || region()?.dataset.failed, { stays: true });
  });
  document.body.addEventListener("htmx:sendError", () => toast(region()?.dataset.offline, { stays: true }));
  document.body.addEventListener("htmx:timeout", () => toast(region()?.dataset.failed, { stays: true }));
  window.addEventListener("offline", () => toast(region()?.dataset.offline, { stays: true }));
  window.addEventListener("online", () => toast(region()?.dataset.online));
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".flash, .note")?.remove();
    if (event.target.closest("[data-back]")) history.back();
    if (event.target.closest("[data-print]")) window.print();
  });
}
