// Rows of a payload's tree are dragged by their handles (payload-tree.js); keys have buttons for the same.

import { canGo } from "./payload-moving.js";

/** @typedef {import("./payload-moving.js").Goal} Goal */
/** @typedef {import("./payload-places.js").Place} Place */

/** The row that is being dragged, in whatever tree. @type {Place | null} */
let dragged = null;

/** Let a row be dragged by its handle. @param {HTMLElement} row @param {Place} place */
export function draggable(row, place) {
  const handle = /** @type {HTMLElement} */ (row.querySelector("[data-drag]"));
  handle.draggable = true;
  handle.addEventListener("dragstart", (event) => {
    dragged = place;
    event.dataTransfer?.setData("text/plain", place.name);
    event.dataTransfer?.setDragImage(row, 0, 0);
  });
  handle.addEventListener("dragend", () => (dragged = null));
}

/**
 * Let a row take what is dropped on it: it goes before that row, or to the end of what the row adds to.
 * @param {HTMLElement} row
 * @param {Goal} goal
 * @param {(place: Place) => void} dropped
 */
export function droppable(row, goal, dropped) {
  const mark = (/** @type {boolean} */ on) => row.classList.toggle("payload__drop", on);
  const takes = () => dragged !== null && canGo(dragged.node, dragged.parent, goal);
  row.addEventListener("dragover", (event) => {
    if (takes()) {
      event.preventDefault();
      mark(true);
    }
  });
  row.addEventListener("dragleave", () => mark(false));
  row.addEventListener("drop", (event) => {
    mark(false);
    if (dragged && takes()) {
      event.preventDefault();
      dropped(dragged);
    }
  });
}
