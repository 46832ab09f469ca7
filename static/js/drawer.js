// A number opens its trace in the drawer; without scripts the same link is the trace's own page.
export function startDrawer() {
  const drawer = document.getElementById("trace-drawer");
  if (!drawer) return;
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "trace-content") return;
    if (!drawer.open) drawer.showModal();
    drawer.querySelector(".drawer-body").scrollTop = 0;
  });
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer || event.target.closest("[data-close]")) drawer.close();
  });
}
