// Runs in the head before anything is drawn, so that a stored choice never flashes the other theme.
const root = document.documentElement;
root.classList.replace("no-js", "js");

function stored() {
  try {
    return localStorage.getItem("covenant-theme");
  } catch {
    return null; // storage may be closed to us; the system's choice then holds
  }
}

function apply() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.bsTheme = stored() || (dark ? "dark" : "light");
}

apply();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);

// Paper is white: charts are drawn for the light theme while printing.
function announce() {
  document.dispatchEvent(new CustomEvent("covenant:theme", { detail: root.dataset.bsTheme }));
}
window.addEventListener("beforeprint", () => {
  root.dataset.bsTheme = "light";
  announce();
});
window.addEventListener("afterprint", () => {
  apply();
  announce();
});

window.covenantTheme = {
  toggle() {
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("covenant-theme", next);
    } catch {
      // without storage the choice lasts for this page
    }
    root.dataset.bsTheme = next;
    announce();
  },
};
