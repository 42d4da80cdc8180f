// data-copy="text", or data-copy-target="#id" for the text of an element or a field.
async function write(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Plain http on an intranet has no clipboard object; the old way still works there.
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-target]");
    if (!button) return;
    const target = button.dataset.copyTarget && document.querySelector(button.dataset.copyTarget);
    await write(target ? (target.value ?? target.textContent) : button.dataset.copy);
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    if (button.dataset.done && before !== button.dataset.done) {
      label.textContent = button.dataset.done;
      setTimeout(() => (label.textContent = before), 2000);
    }
  });
}
