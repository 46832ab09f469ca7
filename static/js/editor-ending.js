// When a clause can be written no longer, for the turn is over or another removed it: what stands in the editor is kept,
// not only what was sent before that was refused. `edit` is the id under which the server kept what was `sent`.
import { isSame } from "./editor-server.js";

// The last words, and what the server says: `edit` is null where it does not keep them, and this computer must.
async function lastWords(draft, open, { edit, sent }, act) {
  open.freeze();
  const words = { ...open.now(), session: open.session, revision: open.revision };
  if (edit && isSame(sent, words)) return { words, edit };
  const answer = await draft.send(`clauses/${open.clause}/${act}/`, words).catch((error) => error);
  const kept = answer.detail?.edit ?? null;
  // Without an id it is over with these very words in the clause.
  const isThere = !open.isDirty() || Boolean(answer.clause) || (answer.code === "turn_over" && !kept);
  return { words, edit: kept, isThere };
}

function end(draft, open, isKept) {
  draft.open = null;
  open.destroy();
  if (isKept) draft.memory.drop(open.clause, open.session);
}

export async function turnOver(draft, open, edit, sent) {
  if (draft.isEnding) return;
  draft.isEnding = true;
  draft.canEdit = false;
  draft.root.classList.add("is-over");
  draft.root.querySelector("[data-turn]").hidden = true;
  if (open?.isDirty()) {
    const last = await lastWords(draft, open, { edit, sent }, "keep");
    end(draft, open, last.edit || last.isThere);
    if (!last.isThere) draft.addKept(last.edit ?? "here", open.clause, last.words, "turn_over");
  } else if (open) end(draft, open, true);
  for (const banner of draft.root.querySelectorAll("[data-ask-hold]")) banner.remove();
  draft.root.querySelector("[data-hand-over]")?.closest(".card").remove();
  draft.showKeptTools();
  draft.tell(draft.words.turn_over);
}

export async function removedMeanwhile(draft, open, edit, sent) {
  const last = await lastWords(draft, open, { edit, sent }, "edit");
  end(draft, open, last.edit || last.isThere);
  await draft.refresh().catch(() => {});
  // It was restored meanwhile.
  if (last.isThere) return;
  draft.addKept(last.edit ?? "here", open.clause, last.words, "clause_removed");
  draft.tell(draft.words.removed);
}
