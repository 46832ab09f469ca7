// Long lists are folded where the window is narrow, so that one sees what there is; without scripts they stay open.
const NARROW = "(max-width: 767.98px)";
const SCREENS = 2; // what is longer than this many, all together, is long

export function startFolds() {
  if (!window.matchMedia(NARROW).matches) return;
  const folds = [...document.querySelectorAll("details[data-fold][open]")];
  const height = folds.reduce((sum, fold) => sum + fold.offsetHeight, 0);
  if (height <= SCREENS * window.innerHeight) return;
  const meant = window.location.hash && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  for (const fold of folds) if (!meant || !fold.contains(meant)) fold.open = false;
  window.addEventListener("beforeprint", () => folds.forEach((fold) => (fold.open = true)));
}
