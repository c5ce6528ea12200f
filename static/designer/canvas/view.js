// Which part of the drawing is seen: where its origin stands on the stage, in pixels, and how large it is drawn.

import { computed, signal } from "../../build/preact.js";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/layout.js";
import { picture } from "../store.js";

/** @typedef {{x: number, y: number}} Spot */

const SMALLEST = 0.2;
const LARGEST = 2;
// When a journey opens, nothing is smaller than this: names must stay readable.
const READABLE = 0.7;
const EDGE = 28;
// What is off the screen is drawn when it comes nearer than this.
const TILE = 320;

export const view = signal({ x: EDGE, y: EDGE, scale: 1 });
/** The size of the stage. */
export const stage = signal({ width: 800, height: 600 });
/** The element that the drawing is shown in. */
export const place = { element: /** @type {SVGSVGElement | null} */ (null) };

/** @param {number} scale */
function limited(scale) {
  return Math.min(LARGEST, Math.max(SMALLEST, scale));
}

/** The part of the drawing that is drawn: more than what is seen, and the same for small moves. */
export const tile = computed(() => {
  const { x, y, scale } = view.value;
  const { width, height } = stage.value;
  const down = (/** @type {number} */ value) => Math.floor(value / TILE) * TILE;
  const up = (/** @type {number} */ value) => Math.ceil(value / TILE) * TILE;
  return [
    down(-x / scale - 40),
    down(-y / scale - 40),
    up((width - x) / scale + 40),
    up((height - y) / scale + 40),
  ].join(" ");
});

/** From a point on the screen to one of the drawing. @param {number} clientX @param {number} clientY @returns {Spot} */
export function toDrawing(clientX, clientY) {
  const box = place.element?.getBoundingClientRect();
  const { x, y, scale } = view.value;
  return { x: (clientX - (box?.left ?? 0) - x) / scale, y: (clientY - (box?.top ?? 0) - y) / scale };
}

/** @param {Spot} spot of the drawing @returns {Spot} on the screen */
export function toScreen(spot) {
  const box = place.element?.getBoundingClientRect();
  const { x, y, scale } = view.value;
  return { x: spot.x * scale + x + (box?.left ?? 0), y: spot.y * scale + y + (box?.top ?? 0) };
}

/** @param {number} dx @param {number} dy */
export function panBy(dx, dy) {
  const { x, y, scale } = view.value;
  view.value = { x: x + dx, y: y + dy, scale };
}

/** Larger or smaller, and the point stays where it is. @param {number} factor @param {Spot} [at] on the screen */
export function zoomBy(factor, at) {
  const box = place.element?.getBoundingClientRect();
  const { x, y, scale } = view.value;
  const next = limited(scale * factor);
  const px = at && box ? at.x - box.left : stage.value.width / 2;
  const py = at && box ? at.y - box.top : stage.value.height / 2;
  view.value = { x: px - ((px - x) * next) / scale, y: py - ((py - y) * next) / scale, scale: next };
}

/** @param {number} [least] nothing gets smaller than this */
export function fit(least = SMALLEST) {
  const { width, height } = picture.value;
  const room = { width: stage.value.width - 2 * EDGE, height: stage.value.height - 2 * EDGE };
  const scale = limited(Math.max(least, Math.min(1, room.width / width, room.height / height)));
  const free = Math.max(0, room.height - height * scale);
  view.value = { x: EDGE, y: EDGE + Math.min(free / 2.6, 140), scale };
}

/** As a journey opens: all of it if that can be read, else its beginning. */
export function fitReadable() {
  fit(READABLE);
}

/** Bring a step into sight. @param {string} id */
export function reveal(id) {
  const card = picture.value.cards.get(id);
  if (card) {
    bringIn({ left: card.x, top: card.y, right: card.x + CARD_WIDTH, bottom: card.y + CARD_HEIGHT });
  }
}

/** @param {{left: number, top: number, right: number, bottom: number}} box of the drawing */
function bringIn(box) {
  const { x, y, scale } = view.value;
  const { width, height } = stage.value;
  const shift = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ size) =>
    low < EDGE ? EDGE - low : high > size - EDGE ? Math.max(size - EDGE - high, EDGE - low) : 0;
  const dx = shift(box.left * scale + x, box.right * scale + x, width);
  const dy = shift(box.top * scale + y, box.bottom * scale + y, height);
  if (dx || dy) {
    panBy(dx, dy);
  }
}
