// The page of a draft: the clauses in order, one of them open for writing, and what others do meanwhile.
import { drawOutline, drawPlaces } from "./editor-around.js";
import { drawBody, plainOf } from "./editor-draw.js";
import { turnOver } from "./editor-ending.js";
import { startHistory } from "./editor-history.js";
import { OpenClause } from "./editor-open.js";
import { moveOf, placeFor } from "./editor-order.js";
import { startPositions } from "./editor-positions.js";
import { isSame, memoryOf, serverAt } from "./editor-server.js";

const PULSE_EVERY = 4000; // milliseconds
const CHECK_AFTER = 600;
const NO_CLAUSE = "00000000-0000-0000-0000-000000000000"; // in the addresses of a section that is copied
const EMPTY = { type: "doc", content: [{ type: "paragraph" }] };

const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

class DraftPage {
  constructor(root, data) {
    Object.assign(this, { root, data, words: data.words, clauses: new Map(), order: [], names: new Map(), waiting: new Map(), open: null });
    this.canEdit = data.can_edit;
    this.server = serverAt(root.dataset.url.replace(`${data.id}/`, ""), root.dataset.csrf);
    this.memory = memoryOf(data.person);
    this.paper = root.querySelector("[data-paper]");
    this.take(data);
  }

  start() {
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.askPosition = startPositions(this);
    startHistory(this.root);
    window.addEventListener("pagehide", () => this.open?.keep({ leaving: true }));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.open?.keep({ leaving: true });
      else this.pulse();
    });
    this.kept = new Map(this.data.kept.map((words) => [words.id, words]));
    this.showKeptTools();
    this.offerUnsaved(this.data.unsaved ?? []);
    this.sendLeftovers();
    if (this.paper && this.data.state === "open") setInterval(() => document.hidden || this.pulse(), PULSE_EVERY);
  }

  // Server and time

  send(path, body, options) {
    return this.server.send(path, body, options);
  }

  hold(clause, more = {}) {
    return this.send(`clauses/${clause}/hold/`, more).catch((refused) => {
      if (refused.code === "clause_held" && this.open?.clause === clause) {
        this.open.warn(this.words.taken_over.replace("%s", refused.detail.by));
      }
      throw refused;
    });
  }

  why(refused) {
    const known = { offline: this.words.kept_here, signed_out: this.words.signed_out };
    return known[refused.code] ?? (refused.status < 500 && refused.message !== "failed" ? refused.message : this.words.failed);
  }

  time(at) {
    // In the person's own zone, as everywhere: the browser may be in another.
    const { lang, dataset } = document.documentElement;
    const zone = { timeZone: dataset.timeZone };
    const day = (when) => new Intl.DateTimeFormat(lang, zone).format(when);
    const isToday = day(new Date(at)) === day(new Date());
    const style = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    return new Intl.DateTimeFormat(lang, { ...style, ...zone }).format(new Date(at));
  }

  // What the server says the draft is

  take(data) {
    this.revision = data.revision;
    this.clauses = new Map(data.clauses.map((clause) => [clause.id, clause]));
    this.order = data.clauses.map((clause) => clause.id);
    this.nameAll(data.referred);
  }

  nameAll(referred) {
    this.names = new Map(this.standing().map((clause) => [clause.id, referred[clause.id] ?? ""]));
  }

  rows() {
    return this.order.map((id) => this.clauses.get(id));
  }

  standing() {
    return this.rows().filter((clause) => !clause.is_removed);
  }

  // The answer to a change: one clause, and the numbers and order of all.
  took(answer) {
    this.clauses.set(answer.clause.id, answer.clause);
    const isKnown = answer.order.every((id) => this.clauses.has(id));
    this.order = answer.order.filter((id) => this.clauses.has(id));
    for (const [id, clause] of this.clauses) clause.label = answer.labels[id] ?? "";
    this.revision = answer.draft_revision;
    this.nameAll(answer.referred);
    this.drawAll();
    if (!isKnown) this.refresh();
    this.root.querySelector("[data-saved]").textContent = `${this.words.saved} ${this.time(new Date())}`;
    this.check();
  }

  async refresh() {
    const data = await this.send(`${this.data.id}/`);
    this.take(data);
    this.drawAll();
    this.check();
  }

  async pulse() {
    const found = await this.send(`${this.data.id}/pulse/`).catch(() => null);
    if (!found) return;
    if (this.canEdit && !found.can_edit) return turnOver(this, this.open, null);
    for (const [id, news] of Object.entries(found.clauses)) {
      const clause = this.clauses.get(id);
      if (clause) clause.held = news.held;
    }
    if (found.revision !== this.revision) await this.refresh().catch(() => {});
    else this.rows().forEach((clause) => this.drawHeld(clause));
    this.tellOpen(found);
  }

  tellOpen(found) {
    const news = this.open && found.clauses[this.open.clause];
    if (!news) return;
    if (news.held && !news.held.is_mine) this.open.warn(this.words.taken_over.replace("%s", news.held.by));
    else if (news.revision > this.open.revision) this.open.warn(this.words.changed_meanwhile);
  }

  check() {
    clearTimeout(this.checking);
    this.checking = setTimeout(() => {
      const target = this.root.querySelector("[data-checks-panel]");
      window.htmx.ajax("GET", this.root.dataset.checks, { target, swap: "innerHTML" });
    }, CHECK_AFTER);
  }

  // Drawing

  drawAll() {
    let before = null;
    for (const clause of this.rows()) {
      const section = this.section(clause.id) ?? this.newSection(clause);
      const next = before ? before.nextElementSibling : this.paper.firstElementChild;
      if (next !== section) this.paper.insertBefore(section, next);
      this.draw(section, clause);
      before = section;
    }
    for (const section of this.paper.querySelectorAll("[data-clause]")) if (!this.clauses.has(section.dataset.clause)) section.remove();
    this.paper.querySelector("[data-empty]").hidden = this.order.length > 0;
    drawOutline(this.root.querySelector("[data-outline]"), this.standing());
    drawPlaces(this.root, this.clauses, this.words);
    this.drawReferences();
    this.open?.fillReferences();
  }

  section(id) {
    return document.getElementById(`clause-${id}`);
  }

  newSection(clause) {
    const section = copyOf("draft-clause");
    section.id = `clause-${clause.id}`;
    section.dataset.clause = clause.id;
    for (const link of section.querySelectorAll("[data-comment], [data-history]")) link.href = link.href.replace(NO_CLAUSE, clause.id);
    return section;
  }

  draw(section, clause) {
    const number = clause.is_removed ? clause.number : clause.label;
    for (const name of [...section.classList]) if (name.startsWith("level-")) section.classList.remove(name);
    section.classList.add(`level-${clause.level}`);
    section.classList.toggle("is-removed", clause.is_removed);
    section.querySelector("[data-number]").textContent = number;
    section.querySelector("[data-heading]").textContent = clause.heading;
    section.querySelector("[data-library]").textContent = clause.library?.title ?? "";
    for (const name of section.querySelectorAll("[data-name]")) name.textContent = number || clause.heading;
    section.querySelector("[data-words]").replaceChildren(drawBody(clause.body, this.names, this.words));
    this.drawHeld(clause);
  }

  drawHeld(clause) {
    const held = this.section(clause.id)?.querySelector("[data-held]");
    const shown = clause.held && !clause.held.is_mine ? this.words.is_writing.replace("%s", clause.held.by) : "";
    if (held && held.textContent !== shown) held.textContent = shown;
  }

  drawReferences() {
    for (const drawn of this.paper.querySelectorAll(".draft-form [data-reference]")) drawn.dispatchEvent(new Event("covenant:renumbered"));
  }

  tell(text, tone = "warn") {
    const notice = copyOf("draft-notice");
    notice.classList.add(`notice-${tone}`);
    notice.querySelector("[data-text]").textContent = text;
    this.root.querySelector("[data-notices]").replaceChildren(notice);
    notice.scrollIntoView({ block: "center" });
  }

  // What people press

  clicked(event) {
    const button = event.target.closest("[data-act], [data-add-end], [data-kept-use], [data-kept-settle]");
    if (button?.dataset.keptUse) return this.useKept(button.dataset.keptUse);
    if (button?.dataset.keptSettle) return this.settle(button.dataset.keptSettle);
    if (button && "addEnd" in button.dataset) return this.tried(() => this.add(null, "beside"));
    const section = event.target.closest("[data-clause]");
    if (button) {
      button.closest("details")?.removeAttribute("open");
      return this.tried(() => this.act(button.dataset.act, button.dataset.of ?? section.dataset.clause, button.dataset.value));
    }
    const inWords = event.target.closest("[data-words], .clause-head");
    const isReading = event.target.closest("a") || String(document.getSelection());
    if (inWords && section && this.canEdit && !isReading && !section.matches(".is-open, .is-removed")) {
      this.tried(() => this.write(section.dataset.clause));
    }
  }

  async tried(act) {
    try {
      return await act();
    } catch (refused) {
      if (refused.code === "turn_over") return turnOver(this, this.open, null);
      if (!refused.code) throw refused;
      return this.tell(this.why(refused));
    }
  }

  async act(name, id, value) {
    if (name === "edit") return this.write(id);
    if (this.open?.clause === id && !(await this.leave())) return null;
    if (name === "add" || name === "add-below") return this.add(id, name === "add" ? "beside" : "below");
    if (name === "position") return this.askPosition(id);
    if (name === "take") return this.putPosition(value, id);
    if (name === "remove" || name === "restore") return this.took(await this.send(`clauses/${id}/${name}/`, {}));
    const place = moveOf(this.rows(), id, name);
    if (!place) return null;
    this.took(await this.send(`clauses/${id}/move/`, place));
    await this.refresh();
    return this.section(id).scrollIntoView({ block: "nearest" });
  }

  async add(id, where) {
    const place = placeFor(this.rows(), id, where);
    if (this.open && !(await this.leave())) return;
    const answer = await this.send(`${this.data.id}/clauses/`, { ...place, heading: "", body: EMPTY });
    this.took(answer);
    await this.write(answer.clause.id, { start: { ...answer.clause, focus: "heading" } });
  }

  // Writing

  async write(id, { start = null, takeOver = false } = {}) {
    if (this.open?.clause === id) return this.open.editor.commands.focus();
    if (this.open && !(await this.leave())) return null;
    try {
      const answer = await this.hold(id, takeOver ? { take_over: true } : {});
      this.clauses.set(id, answer.clause);
      this.draw(this.section(id), answer.clause);
    } catch (refused) {
      if (refused.code === "clause_held") return this.askHold(id, refused.detail.by, start);
      if (refused.code !== "offline") throw refused;
    }
    const clause = this.clauses.get(id);
    const found = start ?? this.waitingFor(id);
    const isTaken = found?.session !== undefined;
    if (isTaken) this.dropBanner(id, found.session);
    this.section(id).querySelector("[data-ask-hold]")?.remove();
    this.open = new OpenClause(this, this.section(id), clause, found ?? clause);
    // From now on this editor answers for the words that it took up.
    if (isTaken) this.open.keep().then(() => this.memory.drop(id, found.session));
    return this.open;
  }

  askHold(id, who, start) {
    const section = this.section(id);
    section.querySelector("[data-ask-hold]")?.remove();
    const banner = copyOf("draft-ask-hold");
    banner.querySelector("[data-who]").textContent = this.words.is_writing.replace("%s", who);
    banner.addEventListener("click", (event) => {
      if (event.target.closest("[data-take-over]")) this.tried(() => this.write(id, { start, takeOver: true }));
      if (event.target.closest("[data-leave]")) banner.remove();
    });
    section.append(banner);
    banner.querySelector("button").focus();
  }

  // Saves what is written in the open clause before another is opened; false where that was refused.
  async leave() {
    if (this.open.isFrozen || (this.open.isDirty() && !(await this.open.save()))) return false;
    this.close();
    return true;
  }

  // Closes the open clause. What is not saved stays kept, and is offered where it was written.
  close() {
    const open = this.open;
    if (!open || open.isFrozen) return;
    const words = open.now();
    const isDirty = open.isDirty();
    if (isDirty) open.keep();
    else this.memory.drop(open.clause, open.session);
    this.open = null;
    open.destroy();
    this.hold(open.clause, { release: true }).catch(() => {});
    const clause = this.clauses.get(open.clause);
    if (clause) this.draw(open.section, clause);
    if (isDirty) this.offer(open.clause, { ...words, session: open.session, revision: open.revision, at: new Date().toISOString() });
    open.section.querySelector("[data-act=edit]")?.focus({ preventScroll: true });
  }

  busy(isDirty) {
    const form = document.querySelector("[data-hand-over]");
    if (!form) return;
    form.querySelector("[data-busy]").hidden = !isDirty;
    const button = form.querySelector("button.btn-primary");
    button.disabled = isDirty || "blocked" in button.dataset;
  }

  async takeTheirs(open, edit) {
    await this.send(`words/${edit}/settle/`, {}).catch(() => {});
    this.open = null;
    this.memory.drop(open.clause, open.session);
    open.destroy();
    this.hold(open.clause, { release: true }).catch(() => {});
    await this.refresh();
  }

  // Words that were never saved, of a browser that died or was closed: of each opening of a clause the newest ones

  offerUnsaved(unsaved) {
    const found = new Map();
    for (const [id, words] of [...unsaved.map((words) => [words.clause, words]), ...this.memory.all(this.data.contract)]) {
      const before = found.get(`${id}.${words.session}`)?.words;
      if (!before || new Date(words.at) > new Date(before.at)) found.set(`${id}.${words.session}`, { id, words });
    }
    for (const { id, words } of found.values()) {
      const clause = this.clauses.get(id);
      if (clause && this.canEdit && !isSame(words, clause)) this.offer(id, words);
      else if (clause && isSame(words, clause)) this.memory.drop(id, words.session);
    }
  }

  // What is offered at a clause: the newest, or nothing.
  waitingFor(id) {
    const found = [...(this.waiting.get(id)?.values() ?? [])];
    return found.sort((one, other) => new Date(other.at) - new Date(one.at))[0];
  }

  offer(id, words) {
    const section = this.section(id);
    this.dropBanner(id, words.session);
    if ([...(this.waiting.get(id)?.values() ?? [])].some((each) => isSame(each, words))) return;
    this.waiting.set(id, (this.waiting.get(id) ?? new Map()).set(words.session, words));
    this.memory.keep(id, { ...words, contract: this.data.contract });
    const banner = copyOf("draft-restore-words");
    banner.dataset.session = words.session;
    const text = plainOf(words.body);
    banner.querySelector("[data-when]").textContent = this.words.not_saved.replace("%s", this.time(words.at));
    banner.querySelector("[data-text]").textContent = text;
    banner.querySelector("[data-copy]").dataset.copy = `${words.heading}\n${text}`;
    banner.addEventListener("click", (event) => {
      if (event.target.closest("[data-carry-on]")) this.tried(() => this.write(id, { start: words }));
      if (event.target.closest("[data-let-go]")) this.tried(() => this.letGo(id, words));
    });
    section.append(banner);
  }

  dropBanner(id, session) {
    this.waiting.get(id)?.delete(session);
    this.section(id).querySelector(`[data-restore-words][data-session="${session}"]`)?.remove();
  }

  // The server lets kept words go when those of the clause itself are kept instead.
  async letGo(id, { session }) {
    const { heading, body, revision } = this.clauses.get(id);
    await this.send(`clauses/${id}/keep/`, { heading, body, revision, session });
    this.memory.drop(id, session);
    this.dropBanner(id, session);
  }

  // Words on this computer for a clause that is written no longer, here or in an earlier draft of the contract: the
  // server keeps them for their author, and until it does they stay here.
  async sendLeftovers() {
    for (const [id, words] of this.memory.all(this.data.contract)) {
      if (this.canEdit && this.clauses.has(id)) continue;
      const { heading, body, revision, session } = words;
      const sent = { heading, body, revision, session };
      const refused = await this.send(`clauses/${id}/keep/`, sent).then(() => ({ status: 200 }), (error) => error);
      if (refused.code === "turn_over" && refused.detail.edit) this.addKept(refused.detail.edit, id, words, "turn_over");
      if (refused.status === 200 || refused.code === "turn_over") this.memory.drop(id, session);
    }
  }

  // Words that were sent and stand in no clause

  addKept(edit, id, words, outcome) {
    if (!edit || this.kept.has(edit)) return;
    const text = plainOf(words.body);
    if ([...this.kept.values()].some((each) => each.clause === id && each.text === text)) return;
    this.kept.set(edit, { id: edit, clause: id, ...words, text, outcome, based_on: words.revision });
    const section = copyOf("draft-kept");
    section.dataset.kept = edit;
    const when = this.words[`outcome_${outcome}`].replace("%s", this.time(new Date()));
    section.querySelector(".kept-title").textContent = `${when}: ${words.heading || this.words.no_heading}`;
    section.querySelector(".kept-words").textContent = text;
    section.querySelector("[data-copy]").dataset.copy = `${words.heading}\n${text}`;
    for (const button of section.querySelectorAll("[data-kept-use]")) button.dataset.keptUse = edit;
    section.querySelector("[data-kept-settle]").dataset.keptSettle = edit;
    this.root.querySelector("[data-kept-list]").append(section);
    this.showKeptTools();
  }

  // Words can be written on from where their clause is in this draft.
  showKeptTools() {
    for (const button of this.root.querySelectorAll("[data-kept-use]")) {
      const clause = this.clauses.get(this.kept.get(button.dataset.keptUse)?.clause);
      button.hidden = !this.canEdit || !clause || clause.is_removed;
    }
  }

  useKept(edit) {
    const words = this.kept.get(edit);
    const start = { heading: words.heading, body: words.body, revision: words.based_on, settles: edit };
    return this.tried(async () => {
      if (!(await this.write(words.clause, { start }))) return;
      this.root.querySelector(`[data-kept="${edit}"]`)?.remove();
    });
  }

  settle(edit) {
    return this.tried(async () => {
      await this.send(`words/${edit}/settle/`, {});
      this.kept.delete(edit);
      this.root.querySelector(`[data-kept="${edit}"]`)?.remove();
    });
  }

  // The library

  async putPosition(value, id) {
    const split = value.indexOf(":");
    const { revision } = this.clauses.get(id);
    const given = { revision, library_version: value.slice(0, split), position: value.slice(split + 1) };
    this.took(await this.send(`clauses/${id}/position/`, given));
  }
}

const root = document.querySelector("[data-draft]");
const data = document.getElementById("draft-data");
if (root && data) new DraftPage(root, JSON.parse(data.textContent)).start();
