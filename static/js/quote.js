import { within } from "./mark.js";

// Marking words of the clause that is shown above a comment makes them the words that the comment is about.
export function startQuote() {
  const source = document.querySelector("[data-quote-source]");
  const field = document.getElementById("id_quote");
  if (!source || !field) return;
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(source)) return;
    // A triple click selects up to the start of what follows the paragraph.
    const quote = within(range, source).toString().trim();
    if (quote && quote === range.toString().trim()) field.value = quote;
  });
}
