// A form warns on leaving with unsaved work, and is sent once.
const changed = new Set();

export function startForms() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-warn-unsaved]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    changed.delete(event.target);
    if (event.target.method !== "post" || event.target.closest("dialog")) return;
    const button = event.submitter;
    if (button) setTimeout(() => button.setAttribute("aria-busy", "true"));
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
    if (changed.size) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  });
  keepFocus();
  document.querySelector(".error-summary")?.focus();
  document.addEventListener("click", copy);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
}

// Controls are disabled while the server draws them anew, and lose the focus by that: their successor gets it. Other
// requests come and go meanwhile, so each keeps its own.
function keepFocus() {
  const focused = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { id } = document.activeElement;
    if (id && event.target.closest("[hx-disabled-elt]")) focused.set(event.detail.xhr, id);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const id = focused.get(event.detail.xhr);
    if (id && document.activeElement === document.body) document.getElementById(id)?.focus();
  });
}

async function copy(event) {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "yes";
  setTimeout(() => delete button.dataset.copied, 1500);
}
