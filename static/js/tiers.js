// Credit tiers as rows of three numbers. The text field keeps one line a tier, which is what the form sends.
const NAMES = ["below", "lower", "credit"];
const NONE = "–";

export function linesOf(text) {
  return text.split("\n").map((line) => line.replace(/[,%]/g, " ").trim().split(/\s+/)).filter((parts) => parts[0]);
}

export function lineOf([below, lower, credit]) {
  return below || lower || credit ? `${below || "?"} ${lower || NONE} ${credit || "?"}` : "";
}

const cells = (row) => NAMES.map((name) => row.querySelector(`[data-tier=${name}]`));

function add(box, values) {
  const row = box.querySelector("[data-tier-row]").content.firstElementChild.cloneNode(true);
  cells(row).forEach((cell, at) => {
    cell.value = ["-", NONE, "?"].includes(values[at]) ? "" : (values[at] ?? "");
  });
  box.querySelector("[data-tier-rows]").append(row);
  return row;
}

function keep(box) {
  const rows = [...box.querySelectorAll(".tier")].map((row) => cells(row).map((cell) => cell.value.trim().replace(",", ".")));
  box.querySelector("textarea").value = rows.map(lineOf).filter(Boolean).join("\n");
}

function start(box) {
  const lines = linesOf(box.querySelector("textarea").value);
  for (const values of lines.length ? lines : [[]]) add(box, values);
  box.addEventListener("input", () => keep(box));
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-tier-remove]")) {
      event.target.closest(".tier").remove();
      if (!box.querySelector(".tier")) add(box, []);
      box.querySelector("[data-tier-add]").focus();
    } else if (event.target.closest("[data-tier-add]")) {
      const last = [...box.querySelectorAll(".tier")].at(-1);
      const row = add(box, [cells(last)[1].value]); // a band begins where the one above it ends
      cells(row)[row.querySelector("input").value ? 1 : 0].focus();
    } else return;
    keep(box);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

export function startTiers() {
  for (const box of document.querySelectorAll("[data-tiers]")) start(box);
}
