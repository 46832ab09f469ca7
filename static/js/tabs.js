// Where the tabs do not fit side by side, the one that is open is in sight.
export function startTabs() {
  for (const open of document.querySelectorAll(".tabs [aria-current]")) {
    const row = open.closest(".tabs");
    const [from, within] = [open.getBoundingClientRect(), row.getBoundingClientRect()];
    if (from.left < within.left || from.right > within.right) {
      row.scrollLeft += from.left - within.left - (within.width - from.width) / 2;
    }
  }
}
