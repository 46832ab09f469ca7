// <details class="menu">: closed by Escape, by a click elsewhere, and by opening another one.
function closeOthers(kept) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== kept) menu.open = false;
}

export function startMenus() {
  document.addEventListener("click", (event) => {
    closeOthers(event.target.closest("details.menu"));
    const toggle = event.target.closest("[data-theme-toggle]");
    if (toggle) window.covenantTheme.toggle();
    const nav = event.target.closest("[data-nav-toggle]");
    if (nav) {
      const open = document.body.classList.toggle("nav-open");
      nav.setAttribute("aria-expanded", String(open));
    }
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}
