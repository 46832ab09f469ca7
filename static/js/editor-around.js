// What stands around the clauses and names them by the numbers that they have now.
const FIRST_WORDS = 6;

// What stands for a clause without a heading: as on the contract's page.
function firstWords(text) {
  const words = (text || "").split(/\s+/).filter(Boolean);
  const shown = words.slice(0, FIRST_WORDS).join(" ").replace(/[,;:]+$/, "");
  return words.length > FIRST_WORDS || !shown ? `${shown} …`.trim() : shown;
}

export function drawOutline(outline, standing) {
  const rows = standing.map((clause) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const [number, heading] = [document.createElement("span"), document.createElement("span")];
    item.className = `level-${clause.level}`;
    link.href = `#clause-${clause.id}`;
    number.className = "outline-number";
    number.textContent = clause.label;
    heading.textContent = clause.heading || firstWords(clause.text);
    link.append(number, heading);
    item.append(link);
    return item;
  });
  outline.replaceChildren(...rows);
}

// Comments beside the draft; `clauses` by id, removed ones included.
export function drawPlaces(root, clauses, words) {
  for (const link of root.querySelectorAll(".draft-comments [data-place]")) {
    const clause = clauses.get(link.closest("[data-clause]").dataset.clause);
    if (clause) link.textContent = `${clause.is_removed ? clause.number : clause.label} ${clause.heading}`.trim() || words.a_clause;
  }
}
