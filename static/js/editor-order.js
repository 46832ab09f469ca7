// Where a clause goes: pure reckoning on the list of a draft's clauses in order, [{id, level, is_removed}].

// The index behind the clause and everything below it.
export function endOf(rows, at) {
  let end = at + 1;
  while (end < rows.length && rows[end].level > rows[at].level) end += 1;
  return end;
}

const idAt = (rows, at) => (at < 0 ? null : rows[at].id);

function before(rows, at) {
  for (let index = at - 1; index >= 0; index -= 1) {
    if (!rows[index].is_removed && rows[index].level <= rows[at].level) return index;
  }
  return -1;
}

function after(rows, at) {
  for (let index = endOf(rows, at); index < rows.length; index += 1) {
    if (!rows[index].is_removed && rows[index].level <= rows[at].level) return index;
  }
  return -1;
}

// {after, level} for the move, or null where there is nowhere to go.
const MOVES = {
  up(rows, at) {
    const sibling = before(rows, at);
    return sibling < 0 || rows[sibling].level < rows[at].level ? null : { after: idAt(rows, sibling - 1), level: rows[at].level };
  },
  down(rows, at) {
    const sibling = after(rows, at);
    return sibling < 0 || rows[sibling].level < rows[at].level ? null : { after: idAt(rows, endOf(rows, sibling) - 1), level: rows[at].level };
  },
  in(rows, at) {
    const sibling = before(rows, at);
    return sibling < 0 || rows[sibling].level < rows[at].level ? null : { after: idAt(rows, at - 1), level: rows[at].level + 1 };
  },
  out: (rows, at) => (rows[at].level < 2 ? null : { after: idAt(rows, at - 1), level: rows[at].level - 1 }),
};

export function moveOf(rows, id, direction) {
  const at = rows.findIndex((row) => row.id === id);
  return at < 0 ? null : MOVES[direction](rows, at);
}

// {after, level} for a new clause beside or below another one; at the end without one.
export function placeFor(rows, id, where) {
  const at = rows.findIndex((row) => row.id === id);
  if (at < 0) return { after: idAt(rows, rows.length - 1), level: 1 };
  if (where === "below") return { after: id, level: Math.min(rows[at].level + 1, 9) };
  return { after: idAt(rows, endOf(rows, at) - 1), level: rows[at].level };
}
