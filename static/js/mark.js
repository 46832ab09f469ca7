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

// The one clause whose text the range holds something of. A triple click selects up to the start of what follows
// the paragraph, so the ends of a range say less than the text inside it.
function clauseWithin(range) {
  const texts = [...document.querySelectorAll("[data-clause-text]")].filter((text) => range.intersectsNode(text));
  const held = texts.map((text) => [text, within(range, text)]).filter(([, part]) => part.toString().trim());
  if (held.length !== 1) return null;
  const [clause, part] = held[0];
  return range.toString().trim() === part.toString().trim() ? [clause, part] : null;
}

// The part of a range that lies inside an element.
export function within(range, element) {
  const part = document.createRange();
  part.selectNodeContents(element);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part;
}

// Leading and trailing blanks of a selection are not part of the sentence.
export function selectionWithin(selection) {
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const found = clauseWithin(selection.getRangeAt(0));
  if (!found) return null;
  const [clause, range] = found;
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
