// What was written in a clause opens beside the draft; without scripts the same link is a page of its own.
export function startHistory(root) {
  const dialog = document.getElementById("draft-history");
  if (!dialog) return;
  root.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-history]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("details")?.removeAttribute("open");
    await window.htmx.ajax("GET", link.href, { target: dialog.querySelector("[data-history-shown]"), swap: "innerHTML" });
    if (!dialog.open) dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close-history]")) dialog.close();
  });
}
