// A questionnaire: questions show where their condition holds, and lists have rows. What is hidden keeps what was typed
// and is sent along: the server drops what is not asked, and gives it back where something else is wrong.
export function isHeld({ in: among, is_set: isSet }, answer) {
  if (among) return among.includes(answer);
  return Boolean(answer) === isSet;
}

function answerOf(form, name) {
  const [control] = [form.elements[name]].flat();
  if (control) return control.type === "checkbox" ? control.checked : control.value;
  const parts = [...form.elements].filter((part) => part.name?.startsWith(`${name}-`));
  return parts.some((part) => (part.type === "checkbox" ? part.checked : part.value.trim()));
}

function show(form) {
  const questions = new Map([...form.querySelectorAll("[data-question]")].map((part) => [part.dataset.question, part]));
  const isAsked = (part) => {
    if (!part?.dataset.condition) return true;
    const condition = JSON.parse(part.dataset.condition);
    return isAsked(questions.get(condition.field)) && isHeld(condition, answerOf(form, condition.field));
  };
  for (const part of questions.values()) part.classList.toggle("unasked", !isAsked(part));
  for (const section of form.querySelectorAll("[data-question-section]"))
    section.classList.toggle("unasked", !section.querySelector("[data-question]:not(.unasked)"));
}

function add(box) {
  const rows = box.querySelector("[data-entry-rows]");
  const numbers = [...rows.querySelectorAll("[name]")].map((part) => Number(/-(\d+)-\w+$/.exec(part.name)?.[1] ?? -1));
  const number = Math.max(-1, ...numbers) + 1;
  const row = box.querySelector("[data-entry]").content.firstElementChild.cloneNode(true);
  for (const part of row.querySelectorAll("[name]"))
    for (const attribute of ["name", "id"]) part.setAttribute(attribute, part.getAttribute(attribute).replace("-NUMBER-", `-${number}-`));
  rows.append(row);
  return row;
}

function startEntries(box) {
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-entry-add]")) add(box).querySelector("[name]").focus();
    else if (event.target.closest("[data-entry-remove]")) {
      event.target.closest(".entry").remove();
      if (!box.querySelector(".entry")) add(box);
      box.querySelector("[data-entry-add]").focus();
    } else return;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

export function startQuestions() {
  for (const form of document.querySelectorAll("form[data-questions]")) {
    form.addEventListener("input", () => show(form));
    form.addEventListener("change", () => show(form));
    for (const box of form.querySelectorAll("[data-entries]")) startEntries(box);
    show(form);
  }
}
