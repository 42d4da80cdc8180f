// data-confirm="…" on a form, or on a submit button: asks in a dialog that names the thing, then sends.
let waiting = null;

function ask(sentence, label, proceed) {
  const dialog = document.getElementById("confirm");
  const yes = dialog.querySelector("[data-confirm-yes]");
  dialog.querySelector("#confirm-text").textContent = sentence;
  yes.textContent = label || yes.dataset.label;
  waiting = proceed;
  dialog.returnValue = "";
  dialog.showModal();
}

function onSubmit(event) {
  const form = event.target;
  const button = event.submitter;
  const source = button?.dataset.confirm ? button : form.dataset?.confirm ? form : null;
  if (!source || form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(source.dataset.confirm, source.dataset.confirmLabel || button?.textContent.trim(), () => {
    form.dataset.confirmed = "1";
    form.requestSubmit(button ?? undefined);
  });
}

export function startConfirms() {
  // Capture, so that htmx and the unsaved-form guard see only what was confirmed.
  document.addEventListener("submit", onSubmit, true);
  document.getElementById("confirm")?.addEventListener("close", (event) => {
    const proceed = waiting;
    waiting = null;
    if (event.target.returnValue === "yes") proceed?.();
  });
  // hx-confirm goes through the same dialog.
  document.body.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, "", () => event.detail.issueRequest(true));
  });
}
