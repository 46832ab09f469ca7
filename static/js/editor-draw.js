// A clause's document as DOM nodes, for reading. Nothing is ever parsed as HTML.
const BLOCKS = { paragraph: "p", bulletList: "ul", orderedList: "ol", listItem: "li" };
const MARKS = { bold: "strong", italic: "em", underline: "u" };

export function drawBody(body, names, words) {
  const fragment = document.createDocumentFragment();
  for (const node of body.content ?? []) fragment.append(draw(node, names, words));
  return fragment;
}

function draw(node, names, words) {
  if (node.type === "text") return marked(node);
  if (node.type === "hardBreak") return document.createElement("br");
  if (node.type === "reference") return reference(node.attrs, names, words);
  const drawn = document.createElement(BLOCKS[node.type] ?? "p");
  for (const child of node.content ?? []) drawn.append(draw(child, names, words));
  return drawn;
}

function marked(node) {
  let shown = document.createTextNode(node.text);
  for (const mark of node.marks ?? []) {
    const around = document.createElement(MARKS[mark.type] ?? "span");
    around.append(shown);
    shown = around;
  }
  return shown;
}

function reference({ clause, label }, names, words) {
  const drawn = document.createElement(names.has(clause) ? "a" : "span");
  if (names.has(clause)) drawn.href = `#clause-${clause}`;
  return showReference(drawn, clause, label, names, words);
}

// Shows the number that the clause has now; `label` is the one it had when it was chosen.
export function showReference(drawn, clause, label, names, words) {
  const stands = names.has(clause);
  drawn.dataset.reference = clause;
  drawn.dataset.label = label;
  drawn.className = stands ? "reference" : "reference is-broken";
  drawn.replaceChildren(stands ? names.get(clause) || label : label);
  if (!stands) drawn.append(hidden(` (${words.broken})`));
  return drawn;
}

const CHANGES = { added: "ins", removed: "del" };

// Words with what was added and removed marked as such: [[same|added|removed, words]].
export function drawSpans(spans, words) {
  const fragment = document.createDocumentFragment();
  for (const [kind, text] of spans) {
    if (kind === "same") {
      fragment.append(text);
      continue;
    }
    const marked = document.createElement(CHANGES[kind]);
    marked.append(hidden(`[${kind === "added" ? words.added : words.removed_words} `), text, hidden("]"));
    fragment.append(marked);
  }
  return fragment;
}

function hidden(text) {
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.append(text);
  return said;
}

export function plainOf(node) {
  if (node.type === "text") return node.text;
  if (node.type === "hardBreak") return "\n";
  if (node.type === "reference") return node.attrs.label;
  const inner = (node.content ?? []).map(plainOf);
  return node.type === "paragraph" ? inner.join("") : inner.join("\n");
}
