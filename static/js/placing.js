// Places on the pages of what goes out for signature: drawn from the numbers of the form, and moved by the mouse. The
// numbers are what is sent; without scripts they are all there is.
const SVG = "http://www.w3.org/2000/svg";
const NAMES = ["page", "x", "y", "width", "height"];
const SMALLEST = 10;

function numbersOf(row) {
  const found = {};
  for (const name of NAMES) found[name] = Number(row.querySelector(`[name$="-${name}"]`).value) || 0;
  return found;
}

function put(row, numbers) {
  for (const [name, value] of Object.entries(numbers)) {
    row.querySelector(`[name$="-${name}"]`).value = name === "page" ? value : value.toFixed(1);
  }
}

const isRemoved = (row) => row.querySelector('[name$="-DELETE"]')?.checked;
const labelOf = (row) => {
  const kind = row.querySelector('[name$="-kind"]');
  const who = row.querySelector('[name$="-recipient"]');
  return [kind, who].map((select) => select.selectedOptions[0]?.textContent ?? "").join(" · ");
};

class Placing {
  constructor(form) {
    this.form = form;
    this.rows = form.querySelector("[data-rows]");
    this.sheets = [...form.querySelectorAll(".sheet")].map((figure) => this.layer(figure));
    form.addEventListener("input", () => this.draw());
    form.addEventListener("change", () => this.draw());
    form.querySelector("[data-add-row]").addEventListener("click", (event) => {
      event.preventDefault();
      this.add({ page: 1, x: 60, y: 60 }).querySelector('[name$="-page"]').focus();
    });
    this.draw();
  }

  // A page and the drawing over it, in the page's own points.
  layer(figure) {
    const image = figure.querySelector("img");
    const width = Number(image.getAttribute("width"));
    const height = Number(image.getAttribute("height"));
    figure.querySelector("svg")?.remove();
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("class", "sheet-fields");
    svg.setAttribute("aria-hidden", "true");
    image.after(svg);
    const sheet = { svg, width, height };
    svg.addEventListener("pointerdown", (event) => this.down(event, sheet));
    return sheet;
  }

  point(event, sheet) {
    const box = sheet.svg.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * sheet.width, y: ((event.clientY - box.top) / box.height) * sheet.height };
  }

  draw() {
    for (const sheet of this.sheets) sheet.svg.replaceChildren();
    for (const row of this.rows.querySelectorAll("[data-place]")) {
      row.classList.toggle("is-chosen", row === this.chosen);
      if (!isRemoved(row)) this.drawRow(row);
    }
  }

  drawRow(row) {
    const at = numbersOf(row);
    const sheet = this.sheets[at.page - 1];
    if (!sheet) return;
    const group = document.createElementNS(SVG, "g");
    const rect = this.part("rect", { class: `place place-own${row === this.chosen ? " is-chosen" : ""}`, x: at.x, y: at.y, width: at.width, height: at.height });
    const text = this.part("text", { class: "place-text", x: at.x + 4, y: at.y + at.height * 0.7 });
    text.textContent = labelOf(row);
    const grip = this.part("rect", { class: "place-grip", x: at.x + at.width - 6, y: at.y + at.height - 6, width: 6, height: 6 });
    rect.row = row;
    grip.row = row;
    group.append(rect, text, grip);
    sheet.svg.append(group);
  }

  part(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  down(event, sheet) {
    event.preventDefault();
    const start = this.point(event, sheet);
    const row = event.target.row;
    if (!row) {
      this.add({ page: this.sheets.indexOf(sheet) + 1, x: start.x, y: start.y });
      return;
    }
    this.chosen = row;
    this.follow(event, sheet, row, start, event.target.classList.contains("place-grip"));
    row.scrollIntoView({ block: "nearest" });
    this.draw();
  }

  follow(event, sheet, row, start, isSizing) {
    const was = numbersOf(row);
    const move = (moved) => {
      const now = this.point(moved, sheet);
      const by = { x: now.x - start.x, y: now.y - start.y };
      const to = isSizing
        ? { width: Math.max(SMALLEST, was.width + by.x), height: Math.max(SMALLEST, was.height + by.y) }
        : { x: was.x + by.x, y: was.y + by.y };
      put(row, this.inside({ ...was, ...to }, sheet));
      this.draw();
    };
    const up = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      row.dispatchEvent(new Event("input", { bubbles: true }));
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
  }

  inside(at, sheet) {
    const width = Math.min(at.width, sheet.width);
    const height = Math.min(at.height, sheet.height);
    const x = Math.max(0, Math.min(at.x, sheet.width - width));
    const y = Math.max(0, Math.min(at.y, sheet.height - height));
    return { page: at.page, x, y, width: Math.min(width, sheet.width - x), height: Math.min(height, sheet.height - y) };
  }

  add(at) {
    const total = this.form.querySelector('[name$="-TOTAL_FORMS"]');
    const number = Number(total.value);
    const holder = document.createElement("div");
    holder.innerHTML = this.form.querySelector("template[data-row]").innerHTML.replaceAll("__prefix__", String(number));
    const row = holder.firstElementChild;
    this.rows.append(row);
    total.value = String(number + 1);
    row.querySelector('[name$="-recipient"]').value = this.form.querySelector("[data-next-who]").value;
    row.querySelector('[name$="-kind"]').value = this.form.querySelector("[data-next-kind]").value;
    const sheet = this.sheets[at.page - 1];
    if (sheet) put(row, this.inside({ ...numbersOf(row), ...at }, sheet));
    this.chosen = row;
    this.draw();
    return row;
  }
}

export function startPlacing() {
  const form = document.querySelector("form[data-placing]");
  if (form) new Placing(form);
}
