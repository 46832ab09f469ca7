// One clause while a person writes in it: keeps their words every two seconds, saves them, and never lets any go.
import { drawSpans } from "./editor-draw.js";
import { removedMeanwhile, turnOver } from "./editor-ending.js";
import { isSame, newSession } from "./editor-server.js";
import { startToolbar } from "./editor-toolbar.js";
import { act, bodyOf, wordsEditor } from "./editor-words.js";

const KEEP_EVERY = 2000; // milliseconds
const HOLD_EVERY = 45_000; // a hold ends after two minutes

// `start`: {heading, body, revision, settles} to begin with, and the `session` whose words they were where another one
// kept them; `draft` is the page (editor.js).
export class OpenClause {
  constructor(draft, section, clause, start) {
    Object.assign(this, { draft, section, clause: clause.id, revision: start.revision, settles: start.settles ?? null });
    this.words = draft.words;
    this.session = newSession();
    this.form = document.getElementById("draft-form").content.firstElementChild.cloneNode(true);
    this.heading = this.form.elements.namedItem("heading");
    this.heading.id = `heading-${clause.id}`;
    this.form.querySelector("[data-heading-label]").htmlFor = this.heading.id;
    this.heading.value = start.heading;
    section.classList.add("is-open");
    section.append(this.form);
    this.editor = wordsEditor({
      mount: this.form.querySelector("[data-mount]"),
      body: start.body,
      names: () => draft.names,
      words: this.words,
      onUpdate: () => this.changed(),
      onSelect: () => this.showMarks(),
    });
    this.saved = { heading: clause.heading, body: this.normal(clause.body) };
    this.kept = start.session === undefined ? this.now() : {};
    this.listen();
    this.timers = [setInterval(() => this.keep(), KEEP_EVERY), setInterval(() => draft.hold(this.clause).catch(() => {}), HOLD_EVERY)];
    this.fillReferences();
    if (start.focus === "heading") this.heading.focus();
    else this.enter("end");
    if (this.isDirty()) this.changed();
  }

  // A document as the editor itself would write it, so that equal words compare as equal.
  normal(body) {
    return bodyOf({ getJSON: () => this.editor.schema.nodeFromJSON(body).toJSON() });
  }

  // At once: TipTap alone would wait for the next frame, and a fast typist's next key would go elsewhere.
  enter(position) {
    this.editor.view.dom.focus();
    this.editor.commands.focus(position);
  }

  now() {
    return { heading: this.heading.value.trim(), body: bodyOf(this.editor) };
  }

  isDirty() {
    return !isSame(this.now(), this.saved);
  }

  listen() {
    startToolbar(this.form.querySelector("[role=toolbar]"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.form.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        this.save();
      }
      // As the button does: what is not saved stays kept.
      if (event.key === "Escape" && !event.isComposing) {
        event.preventDefault();
        this.draft.close();
      }
      if (event.key === "Enter" && event.target === this.heading) {
        event.preventDefault();
        this.enter("start");
      }
    });
    this.heading.addEventListener("input", () => this.changed());
    // A press on the toolbar leaves the cursor where it is.
    this.form.addEventListener("mousedown", (event) => {
      if (event.target.closest("[data-do]")) event.preventDefault();
    });
    this.form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) act(this.editor, button.dataset.do);
      if (event.target.closest("[data-close]")) this.draft.close();
    });
    this.form.querySelector("[data-reference-choice]").addEventListener("change", (event) => {
      const clause = event.target.value;
      event.target.value = "";
      if (clause) this.refer(clause);
    });
  }

  refer(clause) {
    const label = this.draft.names.get(clause) || "";
    this.editor.chain().focus().insertContent({ type: "reference", attrs: { clause, label } }).run();
  }

  fillReferences() {
    const choice = this.form.querySelector("[data-reference-choice]");
    choice.replaceChildren(choice.options[0]);
    for (const each of this.draft.standing()) {
      const label = this.draft.names.get(each.id);
      if (label && each.id !== this.clause) choice.append(new Option(`${label} ${each.heading}`.trim().slice(0, 70), each.id));
    }
  }

  showMarks() {
    for (const button of this.form.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", String(this.editor?.isActive(button.dataset.do) ?? false));
    }
  }

  changed() {
    this.draft.busy(this.isDirty());
    this.say(this.isDirty() ? this.words.kept : "");
    const { session, revision } = this;
    const words = { ...this.now(), session, revision, contract: this.draft.data.contract, at: new Date().toISOString() };
    this.draft.memory.keep(this.clause, words);
  }

  say(text) {
    const status = this.form.querySelector("[data-status]");
    if (status.textContent !== text) status.textContent = text;
  }

  warn(text) {
    const warning = this.form.querySelector("[data-warning]");
    warning.hidden = !text;
    warning.textContent = text;
  }

  // To the server, for the case that this browser dies. `leaving`: the page goes away, the request must outlive it.
  async keep({ leaving = false } = {}) {
    const now = this.now();
    const waits = this.sending && !leaving;
    if (waits || this.isFrozen || this.isClosed || isSame(now, this.kept)) return;
    this.kept = now;
    const { session, revision } = this;
    this.keeping = this.draft.send(`clauses/${this.clause}/keep/`, { ...now, session, revision }, { keepalive: leaving });
    try {
      this.keptAt = (await this.keeping).kept_at ?? this.keptAt;
    } catch (refused) {
      if (this.isFrozen || this.isClosed) return;
      if (refused.code === "turn_over") return turnOver(this.draft, this, refused.detail.edit, now);
      this.kept = {};
      this.say(this.draft.why(refused));
    }
  }

  async save(given) {
    if (this.sending || this.isFrozen) return false;
    const words = given ?? this.now();
    this.sending = true;
    this.form.setAttribute("aria-busy", "true");
    this.say(this.words.saving);
    try {
      // What is being kept is older: it must not arrive after what is saved.
      await this.keeping?.catch(() => {});
      if (this.isFrozen || this.isClosed) return false;
      const { session, revision } = this;
      const more = { ...(this.settles && { settles: this.settles }), ...(this.keptAt && { kept_at: this.keptAt }) };
      const answer = await this.draft.send(`clauses/${this.clause}/edit/`, { ...words, session, revision, ...more });
      this.take(answer, words);
      return true;
    } catch (refused) {
      this.refusedWith(refused, words);
      return false;
    } finally {
      this.sending = false;
      this.form.removeAttribute("aria-busy");
    }
  }

  // What was typed while the answer was under way stays in the editor and is still to be saved.
  take(answer, sent) {
    const typed = !isSame(this.now(), sent);
    this.settles = null;
    this.hideMerge();
    this.warn("");
    if (!typed) this.show(answer.clause);
    this.revision = typed && answer.merged ? this.revision : answer.clause.revision;
    this.saved = { heading: answer.clause.heading, body: this.normal(answer.clause.body) };
    this.kept = typed ? {} : this.now();
    if (!typed) this.draft.memory.drop(this.clause, this.session);
    this.draft.took(answer);
    this.draft.busy(this.isDirty());
    this.say(answer.merged ? this.words.merged : `${this.words.saved} ${this.draft.time(new Date())}`);
  }

  show(words) {
    this.heading.value = words.heading;
    if (!isSame({ ...this.now(), heading: "" }, { heading: "", body: this.normal(words.body) })) {
      this.editor.commands.setContent(words.body, { emitUpdate: false });
    }
  }

  refusedWith(refused, sent) {
    if (this.isFrozen || this.isClosed) return;
    if (refused.code === "clause_changed") return this.offer(refused.detail);
    if (refused.code === "turn_over") return turnOver(this.draft, this, refused.detail.edit, sent);
    if (refused.code === "clause_removed") return removedMeanwhile(this.draft, this, refused.detail.edit, sent);
    this.say(this.draft.why(refused));
    this.kept = {};
  }

  // Somebody changed the same words: what each text has and lacks, word by word, and what is chosen stands. One's own
  // stay kept on the server.
  offer(detail) {
    this.hideMerge();
    const panel = document.getElementById("draft-merge").content.firstElementChild.cloneNode(true);
    const texts = { yours: this.now(), theirs: detail.theirs, merged: detail.merged };
    panel.querySelector("[data-title]").textContent = this.words.clash.replace("%s", detail.theirs.by);
    for (const name of Object.keys(texts)) {
      const { heading, text } = detail.changes[name];
      panel.querySelector(`[data-heading-of=${name}]`).append(drawSpans(heading, this.words));
      panel.querySelector(`[data-words-of=${name}]`).append(drawSpans(text, this.words));
      const isSame = [...heading, ...text].every(([kind]) => kind === "same");
      panel.querySelector(`[data-same-of=${name}]`).hidden = !isSame;
    }
    panel.addEventListener("click", (event) => {
      const name = event.target.closest("[data-take]")?.dataset.take;
      if (name) this.choose(name, texts[name], detail);
    });
    this.form.before(panel);
    this.section.classList.add("is-merging");
    this.say("");
    panel.focus();
  }

  async choose(name, words, detail) {
    this.revision = detail.revision;
    this.settles = detail.edit;
    if (name === "theirs") return this.draft.takeTheirs(this, detail.edit);
    if (name === "hand") return this.byHand(detail);
    this.show(words);
    if (await this.save({ heading: words.heading, body: words.body })) this.draft.close();
  }

  // The merge is in the editor, to be changed and saved on top of theirs.
  byHand({ theirs, merged }) {
    this.saved = { heading: theirs.heading, body: this.normal(theirs.body) };
    this.hideMerge();
    this.show(merged);
    this.warn("");
    this.changed();
    this.enter("end");
  }

  hideMerge() {
    this.section.querySelector("[data-merge]")?.remove();
    this.section.classList.remove("is-merging");
  }

  // What stands here now is what is kept: nobody types on while that is under way.
  freeze() {
    this.isFrozen = true;
    this.timers.forEach(clearInterval);
    this.editor.setEditable(false, false);
    this.heading.readOnly = true;
    this.changed();
  }

  destroy() {
    this.isClosed = true;
    this.timers.forEach(clearInterval);
    this.hideMerge();
    this.editor.destroy();
    this.form.remove();
    this.section.classList.remove("is-open");
    this.draft.busy(false);
  }
}
