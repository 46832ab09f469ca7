// Messages of success go away by themselves; warnings and errors stay until they are closed.
export function startToasts() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".alert").remove();
  });
  for (const alert of document.querySelectorAll(".alert[data-fade]")) {
    setTimeout(() => alert.matches(":hover, :focus-within") || alert.remove(), 6000);
  }
}
