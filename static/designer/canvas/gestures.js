// Pointers on the stage: pan, zoom, select, drag, and open.

import { adding, goTo, isMovable, movePath, placing, putAt } from "../actions.js";
import { closeMenu, menuFor, menuForDrawing, menuForPath, openMenu } from "../menus.js";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/layout.js";
import { active, canEdit, open, pane, picture, select, selection } from "../store.js";
import { dragFrom } from "./drag.js";
import { besides, lasso, slots } from "./slots.js";
import { panBy, toDrawing, toScreen, zoomBy } from "./view.js";

const CLICK = 5;
const LONG_PRESS = 500;

/** @typedef {{x: number, y: number}} Point */
/** @typedef {"pan" | "lasso" | "card" | "chip" | "slot"} Kind what a press is on */
/** @typedef {{event: PointerEvent, moved: boolean, kind: Kind, timer: number}} Press */

/** Watch the stage; gives what ends it. @param {SVGSVGElement} svg */
export function startGestures(svg) {
  /** @type {Map<number, Point>} */
  const pointers = new Map();
  /** @type {Press | null} */
  let press = null;
  /** @type {PointerEvent | null} a press that has become a click */
  let pressed = null;

  const down = (/** @type {PointerEvent} */ event) => {
    closeMenu();
    pressed = null;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size > 1) {
      give();
      return;
    }
    if (event.button === 1 || (event.button === 0 && !part(event))) {
      event.preventDefault();
      svg.focus?.();
      svg.setPointerCapture(event.pointerId);
    }
    if (event.button > 1) {
      return;
    }
    const kind = kindOf(event);
    press = { event, moved: false, kind, timer: event.pointerType === "touch" ? longPress(event) : 0 };
    if (
      kind === "card" &&
      canEdit.value &&
      event.pointerType !== "touch" &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.shiftKey
    ) {
      dragFrom(event, { id: stepOf(event) }, () => press && (press.moved = true));
    }
  };

  const longPress = (/** @type {PointerEvent} */ event) =>
    window.setTimeout(() => {
      if (press && !press.moved) {
        give();
        showMenu(event);
      }
    }, LONG_PRESS);

  const give = () => {
    clearTimeout(press?.timer);
    press = null;
    lasso.value = null;
  };

  const move = (/** @type {PointerEvent} */ event) => {
    const before = pointers.get(event.pointerId);
    if (!before) {
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    if (pointers.size === 2) {
      pinch(pointers, event.pointerId, now);
    } else if (press) {
      const far = Math.hypot(now.x - press.event.clientX, now.y - press.event.clientY) > CLICK;
      press.moved ||= far;
      if (press.moved) {
        clearTimeout(press.timer);
        drag(press, before, now);
      }
    }
    pointers.set(event.pointerId, now);
  };

  const drag = (
    /** @type {NonNullable<typeof press>} */ { event, kind },
    /** @type {Point} */ before,
    /** @type {Point} */ now,
  ) => {
    if (kind === "lasso") {
      drawLasso(svg, event, now);
    } else if (kind === "pan" || event.pointerType === "touch") {
      panBy(now.x - before.x, now.y - before.y);
    }
  };

  const up = (/** @type {PointerEvent} */ event) => {
    pointers.delete(event.pointerId);
    const ended = press;
    give();
    if (!ended) {
      return;
    }
    if (ended.kind === "lasso" && ended.moved) {
      return; // What lies in the box has been selected all along.
    }
    if (ended.kind === "chip" && ended.moved && canEdit.value) {
      dropChip(ended.event, event);
    } else if (!ended.moved) {
      pressed = ended.event;
    }
  };

  // Only now: what a press opens must not lie under the click that ends it. Assistive technology clicks without.
  const clicked = (/** @type {MouseEvent} */ event) => {
    const begun = pressed ?? (event.detail === 0 ? event : null);
    pressed = null;
    if (begun) {
      click(begun);
    }
  };

  const cancel = (/** @type {PointerEvent} */ event) => {
    pointers.delete(event.pointerId);
    give();
  };

  const wheel = (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    // A pinch comes as a wheel with Ctrl; a wheel that goes sideways, too, is two fingers on a pad.
    const isPad =
      !event.ctrlKey && event.deltaMode === 0 && (event.deltaX !== 0 || Math.abs(event.deltaY) < 40);
    if (isPad || event.shiftKey) {
      panBy(-(event.deltaX || (event.shiftKey ? event.deltaY : 0)), event.shiftKey ? 0 : -event.deltaY);
    } else {
      const amount = Math.max(-1, Math.min(1, event.deltaY / (event.ctrlKey ? 40 : 240)));
      zoomBy(Math.exp(-amount * (event.ctrlKey ? 0.4 : 0.35)), { x: event.clientX, y: event.clientY });
    }
  };

  const menu = (/** @type {MouseEvent} */ event) => {
    event.preventDefault();
    give();
    showMenu(event);
  };

  /** @type {[string, any, any?][]} */
  const listeners = [
    ["pointerdown", down],
    ["pointermove", move],
    ["pointerup", up],
    ["pointercancel", cancel],
    ["click", clicked],
    ["wheel", wheel, { passive: false }],
    ["contextmenu", menu],
  ];
  listeners.forEach(([name, listener, options]) => svg.addEventListener(name, listener, options));
  return () => listeners.forEach(([name, listener]) => svg.removeEventListener(name, listener));
}

/** @param {Event} event @param {string} name */
function near(event, name) {
  const found = event.target instanceof Element ? event.target.closest(`[data-${name}]`) : null;
  return found instanceof SVGElement ? (found.dataset[name] ?? "") : "";
}

/** @param {Event} event */
const stepOf = (event) => near(event, "step");
/** @param {Event} event */
const part = (event) => stepOf(event) || near(event, "slot") || near(event, "chip");

/** @param {PointerEvent} event @returns {"pan" | "lasso" | "card" | "chip" | "slot"} */
function kindOf(event) {
  if (stepOf(event)) {
    return "card";
  }
  if (near(event, "slot")) {
    return "slot";
  }
  if (near(event, "chip")) {
    return "chip";
  }
  return event.shiftKey && event.button === 0 ? "lasso" : "pan";
}

/** @param {MouseEvent} event */
function click(event) {
  const id = stepOf(event);
  if (id) {
    clickStep(id, event);
  } else if (near(event, "slot")) {
    clickSlot(near(event, "slot"));
  } else if (near(event, "chip")) {
    const edge = edgeOf(near(event, "chip"));
    if (edge) {
      open(edge.source, edge.way);
    }
  } else {
    selection.value = new Set();
    if (pane.value === "step") {
      pane.value = "";
    }
  }
}

/** @param {string} id @param {MouseEvent} event */
function clickStep(id, event) {
  const held = placing.value;
  if (held && "from" in held) {
    goTo(held.from, id);
  } else if (near(event, "menu")) {
    select([id]);
    showMenu(event);
  } else if (event.ctrlKey || event.metaKey || event.shiftKey) {
    const chosen = new Set(selection.value);
    if (!chosen.delete(id)) {
      chosen.add(id);
    }
    selection.value = chosen;
    active.value = id;
  } else {
    open(id, near(event, "note") ? "note" : "");
  }
}

/** @param {string} key */
export function clickSlot(key) {
  const slot = [...slots.value, ...besides.value].find((each) => each.key === key);
  const held = placing.value;
  if (!slot || !canEdit.value) {
    return;
  }
  if (held && !("from" in held)) {
    putAt(held, slot.spot);
  } else {
    adding.value = { spot: slot.spot, at: toScreen(slot) };
  }
}

/** @param {string} key */
function edgeOf(key) {
  return picture.value.edges.find((edge) => edge.key === key);
}

/** @param {MouseEvent} event */
function showMenu(event) {
  const at = { x: event.clientX, y: event.clientY };
  const id = stepOf(event);
  const edge = edgeOf(near(event, "slot") || near(event, "chip"));
  if (id) {
    if (!selection.value.has(id)) {
      select([id]);
    }
    openMenu(menuFor(id), at);
  } else if (edge && canEdit.value) {
    openMenu(menuForPath(edge), at);
  } else if (!edge) {
    openMenu(menuForDrawing(), at);
  }
}

/** @param {Map<number, Point>} pointers @param {number} moved @param {Point} now */
function pinch(pointers, moved, now) {
  const before = /** @type {Point} */ (pointers.get(moved));
  const [other] = [...pointers].filter(([id]) => id !== moved).map(([, point]) => point);
  const distance = (/** @type {Point} */ point) => Math.hypot(point.x - other.x, point.y - other.y);
  zoomBy(distance(now) / Math.max(1, distance(before)), {
    x: (now.x + other.x) / 2,
    y: (now.y + other.y) / 2,
  });
  panBy((now.x - before.x) / 2, (now.y - before.y) / 2);
}

/** @param {SVGSVGElement} svg @param {PointerEvent} from @param {Point} to */
function drawLasso(svg, from, to) {
  const box = svg.getBoundingClientRect();
  const [left, right] = [Math.min(from.clientX, to.x), Math.max(from.clientX, to.x)];
  const [top, bottom] = [Math.min(from.clientY, to.y), Math.max(from.clientY, to.y)];
  lasso.value = { x: left - box.left, y: top - box.top, width: right - left, height: bottom - top };
  const [start, end] = [toDrawing(left, top), toDrawing(right, bottom)];
  const touched = [...picture.value.cards.values()].filter(
    (card) =>
      card.x < end.x && card.x + CARD_WIDTH > start.x && card.y < end.y && card.y + CARD_HEIGHT > start.y,
  );
  const ids = new Set(touched.map((card) => card.id));
  if (ids.size !== selection.value.size || [...ids].some((id) => !selection.value.has(id))) {
    selection.value = ids;
  }
}

/** A chip that is dragged up or down gives its path another priority. @param {PointerEvent} from @param {PointerEvent} to */
function dropChip(from, to) {
  const edge = edgeOf(near(from, "chip"));
  if (!edge || !isMovable(edge)) {
    return;
  }
  const y = toDrawing(to.clientX, to.clientY).y;
  const siblings = picture.value.edges.filter((each) => each.source === edge.source && isMovable(each));
  const first = siblings.filter((each) => each.way !== edge.way || each.target !== edge.target);
  const above = first.filter((each) => each.labelAt[1] < y).length;
  movePath(edge, above - siblings.indexOf(edge));
}
