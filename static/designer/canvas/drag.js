// Dragging something onto the drawing: a ghost follows the pointer, and the nearest place that takes it lights up.

import { named, putAt } from "../actions.js";
import { announce } from "../announcing.js";
import { kinds, drawing, canEdit } from "../store.js";
import { gettext } from "../text.js";
import { dragging, openSlots } from "./slots.js";
import { panBy, place, toDrawing, view } from "./view.js";

const STARTS_AFTER = 5;
const REACH = 150;
const RIM = 36;

/**
 * Begin once the pointer has moved far enough; before that it is a click.
 * @param {PointerEvent} event
 * @param {import("./slots.js").Held} held
 * @param {() => void} [onBegin]
 */
export function dragFrom(event, held, onBegin) {
  if (!canEdit.value || event.button !== 0) {
    return;
  }
  const from = { x: event.clientX, y: event.clientY };
  /** @type {HTMLElement | null} */
  let ghost = null;
  let last = from;
  let frame = 0;

  const begin = () => {
    ghost = makeGhost(held);
    dragging.value = { held, over: "" };
    onBegin?.();
    frame = requestAnimationFrame(follow);
  };
  // Once a frame, however many events come.
  const follow = () => {
    ghost?.style.setProperty("transform", `translate(${last.x + 10}px, ${last.y + 8}px)`);
    panAtRim(last);
    const over = nearest(last)?.key ?? "";
    if (dragging.value && dragging.value.over !== over) {
      dragging.value = { held, over };
    }
    frame = requestAnimationFrame(follow);
  };
  const move = (/** @type {PointerEvent} */ next) => {
    last = { x: next.clientX, y: next.clientY };
    if (!ghost && Math.hypot(last.x - from.x, last.y - from.y) > STARTS_AFTER) {
      begin();
    }
  };
  const end = (/** @type {boolean} */ isDropped) => {
    cancelAnimationFrame(frame);
    ghost?.remove();
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", drop);
    removeEventListener("pointercancel", cancel);
    removeEventListener("keydown", key, true);
    const slot = ghost && isDropped ? nearest(last) : null;
    const wasDragging = ghost !== null;
    dragging.value = null;
    if (slot) {
      putAt(held, slot.spot);
    } else if (wasDragging) {
      announce(gettext("Nothing was moved"));
    }
  };
  const drop = (/** @type {PointerEvent} */ next) => {
    last = { x: next.clientX, y: next.clientY };
    end(true);
  };
  const cancel = () => end(false);
  const key = (/** @type {KeyboardEvent} */ pressed) => {
    if (pressed.key === "Escape") {
      pressed.stopPropagation();
      end(false);
    }
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", cancel);
  addEventListener("keydown", key, true);
}

/** The place that takes what is held, nearest to the pointer; null: none is near. @param {{x: number, y: number}} at */
function nearest(at) {
  const box = place.element?.getBoundingClientRect();
  if (!box || at.x < box.left || at.x > box.right || at.y < box.top || at.y > box.bottom) {
    return null;
  }
  const point = toDrawing(at.x, at.y);
  const reach = REACH / view.value.scale;
  let best = null;
  let least = reach;
  for (const slot of openSlots()) {
    const distance = Math.hypot(slot.x - point.x, slot.y - point.y);
    if (distance < least) {
      [best, least] = [slot, distance];
    }
  }
  return best;
}

/** Near the rim of the stage the drawing comes along. @param {{x: number, y: number}} at */
function panAtRim({ x, y }) {
  const box = place.element?.getBoundingClientRect();
  if (!box || x < box.left || x > box.right || y < box.top || y > box.bottom) {
    return;
  }
  const push = (/** @type {number} */ low, /** @type {number} */ high) =>
    low < RIM ? (RIM - low) / 3 : high < RIM ? -(RIM - high) / 3 : 0;
  const dx = push(x - box.left, box.right - x);
  const dy = push(y - box.top, box.bottom - y);
  if (dx || dy) {
    panBy(dx, dy);
  }
}

/** @param {import("./slots.js").Held} held */
function makeGhost(held) {
  const ghost = document.createElement("div");
  const kind = "entry" in held ? held.entry.kind : drawing.value.activities[held.id].kind;
  ghost.className = `ghost ghost--${kinds[kind]?.category ?? "orchestration"}`;
  ghost.textContent = "entry" in held ? held.entry.title : named(held.id);
  document.body.append(ghost);
  return ghost;
}
