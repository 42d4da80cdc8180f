// Density and colours: kept in cookies so that the server draws the next page right from the start.
const YEAR = 365 * 24 * 3600;
const root = document.documentElement;
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

function paint() {
  const scheme = root.dataset.theme === "auto" ? (prefersDark.matches ? "dark" : "light") : root.dataset.theme;
  root.dataset.bsTheme = scheme;
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", scheme);
  keep("scheme", scheme);
}

export function startPreferences() {
  if (!root.dataset.theme) return; // stand-alone pages have one look
  paint();
  prefersDark.addEventListener("change", paint);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choice] button");
    if (!button) return;
    const name = button.parentElement.dataset.choice;
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
    root.dataset[name] = button.value;
    keep(name, button.value);
    if (name === "theme") paint();
  });
}
