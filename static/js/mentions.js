// "@" in a comment offers the people who will read it. The comment keeps "@Name", and the form who exactly was meant.
const TYPED = /(?:^|[^\w@])@([^@\n]{0,60})$/u;
const SIGN = /^[.,;:!?)\]…]$/u;
const MOST_WORDS = 4;
const ASK_AFTER = 150; // milliseconds
const PAGE = 5;

let count = 0;

class Mentions {
  constructor(box) {
    count += 1;
    Object.assign(this, { box, id: `mentions-${count}`, people: [], at: -1, chosen: new Map() });
    this.list = this.made("ul", "mention-list", { id: this.id, role: "listbox", "aria-label": box.dataset.mentionsLabel });
    this.told = this.made("p", "mention-told", { role: "status" });
    this.list.hidden = true;
    box.after(this.list, this.told);
    box.setAttribute("aria-autocomplete", "list");
    box.addEventListener("input", (event) => {
      this.closeUp(event.data);
      this.typed();
    });
    box.addEventListener("click", () => this.typed());
    box.addEventListener("keydown", (event) => this.pressed(event));
    box.addEventListener("blur", () => this.close());
    // A press on the list leaves the cursor in the text.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.choose(Number(row.dataset.at));
    });
  }

  made(tag, name, attributes) {
    const node = document.createElement(tag);
    node.className = name;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  // The blank behind a chosen name is for the next word: before a sign it goes.
  closeUp(typed) {
    const at = this.box.selectionStart;
    if (this.blankEnd === at - 1 && typed && SIGN.test(typed)) this.box.setRangeText(typed, at - 2, at, "end");
    this.blankEnd = -1;
  }

  // What stands behind the last @ before the cursor, or null.
  query() {
    if (this.box.selectionStart !== this.box.selectionEnd) return null;
    const found = TYPED.exec(this.box.value.slice(0, this.box.selectionStart));
    return found && found[1].split(/\s+/).length <= MOST_WORDS ? found[1] : null;
  }

  typed() {
    this.forgetRemoved();
    const query = this.query();
    clearTimeout(this.waiting);
    // What is a name already needs no list; nor what nobody was found for, until it is made shorter.
    if (query === null || this.isChosen(query) || (this.none && query.startsWith(this.none))) return this.close({ keep: query !== null });
    this.waiting = setTimeout(() => this.ask(query), this.list.hidden ? 0 : ASK_AFTER);
    return undefined;
  }

  isChosen(query) {
    return [...this.chosen.values()].some((name) => query.startsWith(name));
  }

  async ask(query) {
    this.asking?.abort();
    this.asking = new AbortController();
    const url = `${this.box.dataset.mentions}&${new URLSearchParams({ q: query })}`;
    const found = await fetch(url, { headers: { Accept: "application/json" }, signal: this.asking.signal })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    if (!found || this.query() !== query || document.activeElement !== this.box) return;
    this.none = found.people.length ? null : query;
    this.show(found);
  }

  show({ people, more }) {
    this.people = people;
    this.list.replaceChildren(...people.map((person, at) => this.row(person, at)));
    if (!people.length) return this.close({ keep: true, say: this.box.dataset.mentionsNone });
    this.list.hidden = false;
    for (const [key, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": this.id, "aria-haspopup": "listbox" })) {
      this.box.setAttribute(key, value);
    }
    this.told.textContent = more ? this.box.dataset.mentionsMore : "";
    return this.mark(0);
  }

  row(person, at) {
    const row = this.made("li", "mention-row", { id: `${this.id}-${at}`, role: "option", "data-at": at });
    const [name, note] = [document.createElement("span"), document.createElement("span")];
    name.textContent = person.name;
    note.className = "mention-note";
    note.textContent = person.note;
    row.append(name, " ", note);
    return row;
  }

  mark(at) {
    this.at = Math.max(0, Math.min(at, this.people.length - 1));
    for (const row of this.list.children) row.setAttribute("aria-selected", String(Number(row.dataset.at) === this.at));
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
  }

  pressed(event) {
    if (this.list.hidden || event.isComposing) return;
    const last = this.people.length - 1;
    const steps = {
      ArrowDown: () => this.mark(this.at === last ? 0 : this.at + 1),
      ArrowUp: () => this.mark(this.at === 0 ? last : this.at - 1),
      PageDown: () => this.mark(this.at + PAGE),
      PageUp: () => this.mark(this.at - PAGE),
      Enter: () => this.choose(this.at),
      Tab: () => this.choose(this.at),
      Escape: () => this.dismiss(),
    };
    if (!steps[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    steps[event.key]();
  }

  dismiss() {
    this.none = this.query();
    this.close({ keep: true });
  }

  close({ keep = false, say = "" } = {}) {
    clearTimeout(this.waiting);
    this.asking?.abort();
    if (!keep) this.none = null;
    this.list.hidden = true;
    for (const name of ["role", "aria-expanded", "aria-controls", "aria-haspopup", "aria-activedescendant"]) this.box.removeAttribute(name);
    this.told.textContent = say;
  }

  choose(at) {
    const { id, name } = this.people[at];
    const end = this.box.selectionStart;
    const start = end - this.query().length;
    this.box.focus();
    this.box.setSelectionRange(start, end);
    // So that it can be undone like any typing; where a browser has no such command the words are put in as they are.
    if (!document.execCommand("insertText", false, `${name} `)) this.box.setRangeText(`${name} `, start, end, "end");
    this.blankEnd = this.box.selectionStart;
    this.chosen.set(id, name);
    this.tick(id, true);
    this.close();
  }

  // Who was chosen here and is no longer named in the text is not named by the form either.
  forgetRemoved() {
    for (const [id, name] of this.chosen) this.tick(id, this.box.value.includes(`@${name}`));
  }

  tick(id, isNamed) {
    const box = this.box.form?.querySelector(`[name=mentions][value="${id}"]`);
    if (box) box.checked = isNamed;
  }
}

export function startMentions() {
  for (const box of document.querySelectorAll("textarea[data-mentions]")) new Mentions(box);
}
