// People by name, pinyin or initials: <select data-picker="/address"> asks the server as somebody types.
import TomSelect from "tom-select/base";

function line(item, escape) {
  const note = item.note ? `<span class="picker-note">${escape(item.note)}</span>` : "";
  return `<div>${escape(item.text)}${note}</div>`;
}

function start(select) {
  if (select.tomselect) return;
  const none = select.dataset.none || "";
  const address = select.dataset.picker;
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  new TomSelect(select, {
    valueField: "value",
    labelField: "text",
    searchField: [],
    maxOptions: 50,
    placeholder: select.dataset.placeholder,
    loadThrottle: 250,
    preload: address ? "focus" : false,
    ...(address
      ? {
          load(query, done) {
            const url = new URL(address, location.href);
            url.searchParams.set("q", query);
            fetch(url, { headers: { Accept: "application/json" } })
              .then((response) => (response.ok ? response.json() : []))
              .then((found) => {
                this.clearOptions((option) => this.items.includes(option.value));
                done(found.items ?? found);
              })
              .catch(() => done());
          },
          // The server has searched already, by pinyin too: show what it found, in its order.
          score: () => () => 1,
          sortField: [{ field: "$order" }],
        }
      : { searchField: ["text", "note"] }),
    render: {
      option: line,
      item: line,
      no_results: () => `<div class="no-results">${none}</div>`,
    },
  });
  // The label moves to the box that is typed in; the hidden select keeps a name of its own.
  if (label) select.setAttribute("aria-label", label.textContent.trim());
}

export function startPickers() {
  const scan = (place) => place.querySelectorAll?.("select[data-picker]").forEach(start);
  scan(document);
  document.body.addEventListener("htmx:load", (event) => scan(event.target));
}
