// Selecting text inside one clause offers to bind it: clause id and offsets go into the address.
// Offsets count Unicode code points of the clause's text, as Python does, not UTF-16 units.
export function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function offsetOf(clause, node, offset) {
  const range = document.createRange();
  range.selectNodeContents(clause);
  range.setEnd(node, offset);
  return codePoints(range.toString());
}

function clauseOf(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  return element?.closest("[data-clause-text]");
}

// Leading and trailing blanks of a selection are not part of the sentence.
export function selectionWithin(selection) {
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const clause = clauseOf(range.startContainer);
  if (!clause || clause !== clauseOf(range.endContainer)) return null;
  const raw = range.toString();
  const quote = raw.trim();
  if (!quote) return null;
  const before = raw.slice(0, raw.length - raw.trimStart().length);
  const start = offsetOf(clause, range.startContainer, range.startOffset) + codePoints(before);
  return { clause: clause.dataset.clauseText, start, end: start + codePoints(quote), quote, rect: range.getBoundingClientRect() };
}

function place(button, rect) {
  button.hidden = false;
  const width = button.offsetWidth;
  const left = Math.max(8, Math.min(rect.left + rect.width / 2 - width / 2, window.innerWidth - width - 8));
  const above = rect.top - button.offsetHeight - 8;
  button.style.left = `${left + window.scrollX}px`;
  button.style.top = `${(above > 56 ? above : rect.bottom + 8) + window.scrollY}px`;
}

function fill(form, mark) {
  if (!form) return;
  for (const name of ["clause", "start", "end", "quote"]) {
    const field = form.elements.namedItem(name);
    if (field) field.value = mark[name];
  }
}

export function startMark() {
  const reader = document.querySelector("[data-mark-url]");
  const button = document.querySelector("[data-mark-button]");
  if (!reader || !button) return;
  document.addEventListener("selectionchange", () => {
    const mark = selectionWithin(document.getSelection());
    if (!mark || !reader.contains(document.getSelection().anchorNode)) {
      button.hidden = true;
      return;
    }
    const address = new URL(reader.dataset.markUrl, location.href);
    for (const name of ["clause", "start", "end"]) address.searchParams.set(name, mark[name]);
    button.href = address.href;
    fill(document.querySelector("form[data-mark-form]"), mark);
    place(button, mark.rect);
  });
}
