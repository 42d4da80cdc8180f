// Forms: focus on what is wrong, warn before typed text is lost, send once only.
let dirty = null;

function startGuard() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) dirty = form;
  });
  document.addEventListener("submit", (event) => {
    if (event.target === dirty && !event.defaultPrevented) dirty = null;
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.target === dirty) dirty = null;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty?.isConnected) event.preventDefault();
  });
}

/** A second press while the first is under way would save twice. */
function startOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.classList.add("is-busy");
    // A download answers without leaving the page.
    setTimeout(() => {
      delete form.dataset.sent;
      event.submitter?.classList.remove("is-busy");
    }, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
  });
}

/** Ticking rows shows what can be done with them. */
function startBulk() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (!form) return;
    const boxes = [...form.querySelectorAll('input[name="ids"]')];
    const all = form.querySelector("[data-check-all]");
    if (event.target === all) boxes.forEach((box) => (box.checked = all.checked));
    const chosen = boxes.filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    form.classList.toggle("has-selection", chosen > 0);
    const count = form.querySelector("[data-selected]");
    count.textContent = count.dataset.text.replace("{count}", chosen);
  });
}

/** data-submit-on-change: a select that acts at once, e.g. the year of a board. */
function startAutoSubmit() {
  document.addEventListener("change", (event) => {
    event.target.closest("form[data-submit-on-change]")?.requestSubmit();
  });
}

/** Filters that say nothing stay out of the address. */
function startFilters() {
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches(".filters")) return;
    const { parameters } = event.detail;
    for (const name of Object.keys(parameters)) {
      if (parameters[name] === "") delete parameters[name];
    }
  });
}

/** On a phone filters that are not in use fold away. */
function startFolds() {
  const phone = window.matchMedia("(max-width: 640px)");
  const fold = (place) => {
    for (const box of place.querySelectorAll("[data-fold-on-phone]")) {
      box.open = !phone.matches || "inUse" in box.dataset;
    }
  };
  fold(document);
  phone.addEventListener("change", () => fold(document));
  document.body.addEventListener("htmx:load", (event) => fold(event.target));
}

export function startForms() {
  startGuard();
  startOnce();
  startBulk();
  startAutoSubmit();
  startFilters();
  startFolds();
  document.querySelector("[data-focus]")?.focus();
}
