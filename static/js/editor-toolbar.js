// A toolbar is one stop of the Tab key; the arrow keys, Home and End go along it.
const STEPS = {
  ArrowRight: (at, last) => (at === last ? 0 : at + 1),
  ArrowLeft: (at, last) => (at === 0 ? last : at - 1),
  Home: () => 0,
  End: (at, last) => last,
};

export function startToolbar(toolbar) {
  const tools = [...toolbar.querySelectorAll("button, select")];
  const stopAt = (tool) => tools.forEach((each) => (each.tabIndex = each === tool ? 0 : -1));
  stopAt(tools[0]);
  toolbar.addEventListener("focusin", (event) => tools.includes(event.target) && stopAt(event.target));
  toolbar.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    tools[step(tools.indexOf(document.activeElement), tools.length - 1)].focus();
  });
}
