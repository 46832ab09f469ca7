// What stands around the clauses and names them by the numbers that they have now.
export function drawOutline(outline, standing) {
  const rows = standing.map((clause) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const [number, heading] = [document.createElement("span"), document.createElement("span")];
    item.className = `level-${clause.level}`;
    link.href = `#clause-${clause.id}`;
    number.className = "outline-number";
    number.textContent = clause.label;
    heading.textContent = clause.heading || "…";
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
