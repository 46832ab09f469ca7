// "/" goes to the search box; in a list j and k move, Enter opens, x selects; "?" is left to the browser.
function typing(target) {
  return target.matches?.("input, textarea, select, [contenteditable=true]");
}

function move(step) {
  const rows = [...document.querySelectorAll("tr[data-href]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("is-current"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))];
  rows[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  next.querySelector("a[href]")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  x: () => document.querySelector("tr.is-current input[type=checkbox]")?.click(),
  Enter: (event) => {
    const row = document.querySelector("tr.is-current");
    if (row && (event.target === document.body || row === event.target)) location.href = row.dataset.href;
    else return false;
  },
};

export function startKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const act = KEYS[event.key];
    if (act && act(event) !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, summary, details")) return;
    if (String(window.getSelection())) return;
    location.href = row.dataset.href;
  });
}
