// Zooming a drawing: its size changes, its geometry does not.

const STEP = 1.25;
const SMALLEST = 0.3;
const LARGEST = 2;
// When the page opens, nothing gets smaller than this: names must stay readable.
const READABLE = 0.7;

/** @param {HTMLElement} canvas */
function zoomable(canvas) {
  const scroll = /** @type {HTMLElement} */ (canvas.querySelector(".canvas__scroll"));
  const drawing = /** @type {SVGSVGElement} */ (canvas.querySelector("svg.drawing"));
  const { width, height } = drawing.viewBox.baseVal;
  let scale = 1;

  /** @param {number} wanted */
  function set(wanted) {
    scale = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    drawing.setAttribute("width", String(width * scale));
    drawing.setAttribute("height", String(height * scale));
  }

  function fitting() {
    const style = getComputedStyle(scroll);
    const room = scroll.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return Math.min(1, room / width);
  }

  /** @type {Record<string, () => void>} */
  const tools = {
    in: () => set(scale * STEP),
    out: () => set(scale / STEP),
    fit: () => set(fitting()),
  };
  for (const button of canvas.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => tools[button.getAttribute("data-zoom") ?? "fit"]());
  }
  set(Math.max(READABLE, fitting()));
  /** @type {HTMLElement} */ (canvas.querySelector(".canvas__tools")).hidden = false;
}

for (const canvas of document.querySelectorAll(".canvas")) {
  if (canvas instanceof HTMLElement) {
    zoomable(canvas);
  }
}
