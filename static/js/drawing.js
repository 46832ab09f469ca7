// A signature drawn on a canvas: strokes of whole points on a sheet of 600 by 200, kept in a hidden input.

const WIDTH = 600;
const HEIGHT = 200;
const MOST_STROKES = 80;
const MOST_POINTS = 4000;
const LEAST_STEP = 3;

export function startDrawing() {
  document.querySelectorAll("[data-drawing]").forEach(initDrawing);
}

function initDrawing(box) {
  const sheet = box.querySelector(".drawing-sheet");
  const canvas = box.querySelector("canvas");
  const input = box.querySelector("input[name=drawing]");
  const opener = box.querySelector("[data-draw]");
  const state = { strokes: kept(input.value), current: null };

  const redraw = () => draw(canvas, state.strokes);
  const keep = () => {
    input.value = state.strokes.length ? JSON.stringify(state.strokes) : "";
  };
  const open = (isOpen) => {
    sheet.hidden = !isOpen;
    opener.setAttribute("aria-expanded", String(isOpen));
  };
  const clear = () => {
    state.strokes = [];
    keep();
    redraw();
  };

  opener.addEventListener("click", () => open(sheet.hidden));
  box.querySelector("[data-clear]").addEventListener("click", clear);
  box.querySelector("[data-type]").addEventListener("click", () => {
    clear();
    open(false);
    (typedFields(box)[0] ?? box.closest("form").elements.name)?.focus();
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0 || state.strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    state.current = [place(canvas, event)];
    state.strokes.push(state.current);
    redraw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!state.current) return;
    const points = event.getCoalescedEvents ? event.getCoalescedEvents() : [event];
    (points.length ? points : [event]).forEach((each) => extend(state, place(canvas, each)));
    redraw();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => {
      if (!state.current) return;
      state.current = null;
      keep();
    });
  }
  open(state.strokes.length > 0);
  keep();
  redraw();
}

function typedFields(box) {
  return [...box.closest("form").querySelectorAll("input.signed-name")];
}

function kept(value) {
  try {
    const found = JSON.parse(value || "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  return [
    within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
    within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
  ];
}

// Points that are almost the last one say nothing; what is too much is left out.
function extend(state, point) {
  const last = state.current[state.current.length - 1];
  const count = state.strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  if (count >= MOST_POINTS || Math.hypot(point[0] - last[0], point[1] - last[1]) < LEAST_STEP) return;
  state.current.push(point);
}

function draw(canvas, strokes) {
  const pen = canvas.getContext("2d");
  const scale = canvas.width / WIDTH;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineWidth = 5 * scale;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = pen.fillStyle = "#12235a";
  for (const stroke of strokes) {
    pen.beginPath();
    stroke.forEach(([x, y], at) => (at ? pen.lineTo(x * scale, y * scale) : pen.moveTo(x * scale, y * scale)));
    if (stroke.length === 1) pen.lineTo(stroke[0][0] * scale, stroke[0][1] * scale);
    pen.stroke();
  }
}
