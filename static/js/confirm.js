// Legal and destructive steps ask once, naming the effect. The form itself posts, so nothing depends on this script:
// the server asks by a page of its own when `confirmed` is missing and the form says data-confirm-page.
export function startConfirm() {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog) return;
  let waiting = null;

  document.addEventListener("submit", (event) => {
    const ask = event.submitter?.dataset.confirm ? event.submitter : event.target;
    if (!ask.dataset?.confirm || event.target.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form: event.target, submitter: event.submitter };
    dialog.querySelector("[data-confirm-title]").textContent = ask.dataset.confirmTitle || event.submitter?.textContent.trim() || "";
    dialog.querySelector("[data-confirm-effect]").textContent = ask.dataset.confirm;
    const go = dialog.querySelector("[data-confirm-go]");
    go.textContent = ask.dataset.confirmLabel || event.submitter?.textContent.trim() || go.dataset.label;
    go.classList.toggle("btn-danger", ask.dataset.confirmTone === "danger");
    go.classList.toggle("btn-primary", ask.dataset.confirmTone !== "danger");
    dialog.showModal();
  }, true);

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) return dialog.close();
    if (!event.target.closest("[data-confirm-go]") || !waiting) return;
    const { form, submitter } = waiting;
    form.dataset.confirmed = "yes";
    dialog.close();
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  });
  dialog.addEventListener("close", () => { waiting = null; });
}
