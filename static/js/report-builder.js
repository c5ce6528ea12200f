// The form of a report: columns and dimensions are moved, and every change of the form can be undone.

import { begin, commit, redo, undo } from "./history.js";
import { isInField } from "./keys.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-builder]"));
const lists = [...form.querySelectorAll("[data-ordered]")];
const controls = [...form.querySelectorAll("input, select")];
const back = /** @type {HTMLButtonElement} */ (form.querySelector("[data-undo]"));
const forth = /** @type {HTMLButtonElement} */ (form.querySelector("[data-redo]"));
const said = /** @type {HTMLElement} */ (form.querySelector("[data-said]"));

/** @typedef {{ values: (string | boolean | boolean[])[], orders: Element[][] }} State */

/** @returns {State} what the form says: a value for each control, and the order of each list */
function read() {
  return { values: controls.map(valueOf), orders: lists.map((list) => [...list.children]) };
}

/** @param {Element} control */
function valueOf(control) {
  if (control instanceof HTMLSelectElement) {
    return [...control.options].map((option) => option.selected);
  }
  const input = /** @type {HTMLInputElement} */ (control);
  return input.type === "checkbox" ? input.checked : input.value;
}

/** @param {State} state */
function write(state) {
  state.orders.forEach((items, at) => lists[at].append(...items));
  controls.forEach((control, at) => {
    const value = state.values[at];
    if (control instanceof HTMLSelectElement) {
      [...control.options].forEach((option, place) => (option.selected = /** @type {boolean[]} */ (value)[place]));
    } else if (typeof value === "boolean") {
      /** @type {HTMLInputElement} */ (control).checked = value;
    } else {
      /** @type {HTMLInputElement} */ (control).value = String(value);
    }
  });
  showMoves();
}

/** @type {import("./history.js").History<State>} */
let history = begin(read());

function changed() {
  history = commit(history, read(), "");
  showHistory();
}

/** @param {typeof undo | typeof redo} step */
function travel(step) {
  history = step(history);
  write(history.present.document);
  showHistory();
}

function showHistory() {
  back.disabled = !history.past.length;
  forth.disabled = !history.future.length;
}

/** @param {Element} item */
function isChosen(item) {
  return /** @type {HTMLInputElement} */ (item.querySelector("input")).checked;
}

/** Only what is chosen has a place. */
function showMoves() {
  for (const item of form.querySelectorAll("[data-ordered] > li")) {
    for (const part of item.querySelectorAll("[data-move], .option__hide")) {
      /** @type {HTMLElement} */ (part).hidden = !isChosen(item);
    }
  }
}

/** @param {HTMLButtonElement} button */
function move(button) {
  const item = /** @type {Element} */ (button.closest("li"));
  const chosen = [...(item.parentElement?.children ?? [])].filter(isChosen);
  const isForward = button.dataset.move === "later";
  const place = chosen.indexOf(item) + (isForward ? 1 : -1);
  if (chosen[place]) {
    chosen[place][isForward ? "after" : "before"](item);
    button.focus();
    said.textContent = `${button.dataset.name}: ${place + 1}`;
    changed();
  }
}

/** What was just chosen comes after what was before. @param {EventTarget | null} target */
function settle(target) {
  const item = target instanceof Element ? target.closest("[data-ordered] > li") : null;
  if (item && target === item.querySelector("input") && isChosen(item)) {
    const others = [...(item.parentElement?.children ?? [])].filter((each) => each !== item && isChosen(each));
    const last = others.at(-1);
    last ? last.after(item) : item.parentElement?.prepend(item);
    /** @type {HTMLElement} */ (target).focus();
  }
}

form.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-move]") : null;
  if (button instanceof HTMLButtonElement) {
    move(button);
  }
});
form.addEventListener("change", (event) => {
  settle(event.target);
  showMoves();
  changed();
});
back.addEventListener("click", () => travel(undo));
forth.addEventListener("click", () => travel(redo));
document.addEventListener("keydown", (event) => {
  const isText = isInField(event.target) && !(event.target instanceof HTMLInputElement && event.target.type === "checkbox");
  if (!(event.ctrlKey || event.metaKey) || isText) {
    return;
  }
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) {
    event.preventDefault();
    travel(undo);
  } else if (key === "y" || (key === "z" && event.shiftKey)) {
    event.preventDefault();
    travel(redo);
  }
});

for (const part of form.querySelectorAll(".builder__tools, [data-move]")) {
  /** @type {HTMLElement} */ (part).hidden = false;
}
showMoves();
