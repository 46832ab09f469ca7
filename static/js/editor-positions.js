// The dialog that replaces a clause's words by a position of the library. It begins at the clause's own place on the
// ladder, and shows the words before they are put.
export function startPositions(draft) {
  const dialog = document.getElementById("draft-position");
  if (!dialog) return () => {};
  const part = (name) => dialog.querySelector(`[data-position-${name}]`);
  const [choice, words, why, none, put] = ["choice", "words", "why", "none", "put"].map(part);
  let clause = null;
  let asked = 0;

  function draw({ value, text, why: reason }) {
    choice.value = value;
    // A position that is not offered is none.
    if (choice.value !== value) choice.value = "";
    words.textContent = choice.value ? text : "";
    why.textContent = choice.value ? reason : "";
    why.hidden = !why.textContent;
    put.disabled = !choice.value;
  }

  async function show(value) {
    asked += 1;
    const mine = asked;
    draw({ value, text: "…", why: "" });
    put.disabled = true;
    const query = value ? `?value=${encodeURIComponent(value)}` : "";
    const found = await draft.send(`clauses/${clause}/positions/${query}`);
    if (mine !== asked || !dialog.open) return;
    draw(found);
    none.hidden = Boolean(value || choice.value);
  }

  const tried = (act) => draft.tried(act).then(() => undefined);

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close-dialog]")) return dialog.close();
    if (!event.target.closest("[data-position-put]")) return undefined;
    dialog.close();
    return tried(() => draft.putPosition(choice.value, clause));
  });
  choice.addEventListener("change", () => {
    none.hidden = true;
    if (choice.value) return tried(() => show(choice.value));
    asked += 1;
    return draw({ value: "", text: "", why: "" });
  });

  return (id) => {
    clause = id;
    none.hidden = true;
    dialog.showModal();
    return show("");
  };
}
