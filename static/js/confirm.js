// Legal and destructive steps ask once, naming the effect. The form itself posts, so nothing depends on this script:
// the server asks by a page of its own when `confirmed` is missing and the form says data-confirm-page.
export function startConfirm() {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog) return;
  let waiting = null;

  document.addEventListener("submit", (event) => {
    const ask = asking(event.target, event.submitter);
    if (!ask.dataset?.confirm || event.target.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form: event.target, submitter: event.submitter, effect: ask.dataset.confirm };
    dialog.querySelector("[data-confirm-title]").textContent = ask.dataset.confirmTitle || event.submitter?.textContent.trim() || "";
    dialog.querySelector("[data-confirm-effect]").textContent = ask.dataset.confirm;
    const go = dialog.querySelector("[data-confirm-go]");
    go.textContent = ask.dataset.confirmLabel || event.submitter?.textContent.trim() || go.dataset.label;
    go.classList.toggle("btn-danger", ask.dataset.confirmTone === "danger");
    go.classList.toggle("btn-primary", ask.dataset.confirmTone !== "danger");
    stopped(dialog, false);
    dialog.showModal();
  }, true);

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) return dialog.close();
    if (!event.target.closest("[data-confirm-go]") || !waiting) return;
    const { form, submitter, effect } = waiting;
    const button = submitter && standing(form, submitter);
    if (!form.isConnected || (submitter && !button)) return stopped(dialog, true);
    dialog.close();
    // What it does is another thing by now: that is asked anew.
    if (asking(form, button).dataset.confirm === effect) form.dataset.confirmed = "yes";
    form.requestSubmit(button);
    delete form.dataset.confirmed;
  });
  // It comes late: by then the dialog may ask again.
  dialog.addEventListener("close", () => { if (!dialog.open) waiting = null; });
}

// Instead of what it would do the dialog says that nothing was done, and can only be closed.
function stopped(dialog, is) {
  dialog.querySelector("[data-confirm-effect]").hidden = is;
  dialog.querySelector("[data-confirm-stopped]").hidden = !is;
  dialog.querySelector("[data-confirm-go]").hidden = is;
  if (is) dialog.querySelector("[data-close]").focus();
}

function asking(form, submitter) {
  return submitter?.dataset.confirm ? submitter : form;
}

// The button that was pressed, or the one that was drawn in its place meanwhile, unless it is blocked.
function standing(form, submitter) {
  const alike = (part) => part.type === "submit" && part.name === submitter.name && part.value === submitter.value;
  const button = submitter.form === form ? submitter : [...form.elements].find(alike);
  return button?.disabled ? null : button;
}
