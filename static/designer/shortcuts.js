// Keys. In the drawing arrows go from step to step; in fields all keys belong to the field.

import { areSingleKeysOn } from "../js/single-keys.js";
import * as actions from "./actions.js";
import { clickSlot } from "./canvas/gestures.js";
import { fit, place, toScreen, zoomBy } from "./canvas/view.js";
import { isHelpOpen } from "./dialogs.js";
import { switchTest } from "./header.js";
import { closeMenu, menuFor, openMenu } from "./menus.js";
import { linksTo, START } from "./model/document.js";
import { CARD_HEIGHT, CARD_WIDTH } from "./model/layout.js";
import { goToProblem, sortedProblems } from "./problems.js";
import {
  active,
  canEdit,
  drawing,
  may,
  mode,
  open,
  order,
  picture,
  selection,
  wantsFocus,
} from "./store.js";
import { isInTest, openTrigger, toggleLog } from "./testing/open.js";

let lastProblem = -1;

export function watchKeys() {
  addEventListener("keydown", (event) => {
    if (!event.defaultPrevented && !document.querySelector("dialog[open]") && handled(event)) {
      event.preventDefault();
    }
  });
  addEventListener("copy", (event) => exchange(event, false));
  addEventListener("cut", (event) => exchange(event, true));
  addEventListener("paste", (event) => {
    const text = isInField(event.target) ? "" : (event.clipboardData?.getData("text/plain") ?? "");
    if (text) {
      actions.pasteText(text, null);
    }
  });
  // The step that Tab leads to is the active one.
  addEventListener("focusin", (event) => {
    const step = event.target instanceof Element ? event.target.closest("[data-step]") : null;
    if (step instanceof SVGElement && step.dataset.step) {
      active.value = step.dataset.step;
    }
  });
}

/** @param {EventTarget | null} target */
function isInField(target) {
  return (
    target instanceof Element && Boolean(target.closest("input, textarea, select, [contenteditable], dialog"))
  );
}

/** Fields in which something is chosen, not written: there the browser has nothing to take back. @param {EventTarget | null} target */
function hasNoUndo(target) {
  return target instanceof Element && target.matches("select, input[type=checkbox], input[type=time], input[type^=date]");
}

/** @param {KeyboardEvent} event */
function isUndoing(event) {
  return (event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase());
}

/** @param {ClipboardEvent} event @param {boolean} cutting */
function exchange(event, cutting) {
  const text = isInField(event.target) || getSelection()?.type === "Range" ? "" : actions.copiedText();
  if (!text || !event.clipboardData) {
    return;
  }
  event.preventDefault();
  event.clipboardData.setData("text/plain", text);
  const ids = selection.value.size ? [...selection.value] : [active.value];
  actions.sayCopied(ids.length);
  if (cutting && canEdit.value) {
    actions.deleteSteps(ids);
  }
}

/** @param {KeyboardEvent} event @returns {boolean} */
function handled(event) {
  if (event.key === "Escape") {
    closeMenu();
    return actions.escape();
  }
  if (isInField(event.target) && !(isUndoing(event) && hasNoUndo(event.target))) {
    return false;
  }
  if (event.ctrlKey || event.metaKey) {
    return !event.altKey && withControl(event);
  }
  return inDrawing(event) || plainKey(event);
}

/** @param {KeyboardEvent} event */
function withControl(event) {
  const key = event.key.toLowerCase();
  if (isUndoing(event)) {
    (key === "y" || event.shiftKey ? actions.doAgain : actions.takeBack)();
    return true;
  }
  if (key === "a") {
    selection.value = new Set(order.value);
    return true;
  }
  return false;
}

/** @param {KeyboardEvent} event */
function plainKey(event) {
  if (
    event.altKey ||
    (event.target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter"))
  ) {
    return false;
  }
  /** @type {Record<string, () => void>} */
  const keys = {
    "?": () => (isHelpOpen.value = true),
    "+": () => zoomBy(1.25),
    "=": () => zoomBy(1.25),
    "-": () => zoomBy(0.8),
    0: () => fit(),
    o: () => (mode.value = mode.value === "canvas" ? "outline" : "canvas"),
    p: nextProblem,
    ...((canEdit.value || may.value.test) && { t: switchTest }),
    ...(isInTest() && {
      l: toggleLog,
      e: () => openTrigger("event"),
      ...(drawsOnSegment() && { p: () => openTrigger("segment") }),
    }),
    ...(canEdit.value && {
      a: actions.chooseWhatToAdd,
      delete: remove,
      backspace: remove,
    }),
  };
  const isSwitchedOff = event.key.length === 1 && !areSingleKeysOn();
  const act = isSwitchedOff ? undefined : keys[event.key.toLowerCase()];
  act?.();
  return Boolean(act);
}

/** In the test of such a journey it is the segment that lets people in. */
function drawsOnSegment() {
  const { start, activities } = drawing.value;
  return start.some((id) => activities[id]?.kind === "segment_qualification");
}

function remove() {
  const ids = selection.value.size ? selection.value : new Set([active.value].filter(Boolean));
  actions.deleteSteps(ids);
}

function nextProblem() {
  const all = sortedProblems.value;
  lastProblem = all.length ? (lastProblem + 1) % all.length : -1;
  if (all.length) {
    goToProblem(all[lastProblem]);
  }
}

/** @param {KeyboardEvent} event */
function inDrawing(event) {
  const target = event.target instanceof Element ? event.target : null;
  const slot = target?.closest("[data-slot]");
  if (slot instanceof SVGElement && (event.key === "Enter" || event.key === " ")) {
    clickSlot(slot.dataset.slot ?? "");
    return true;
  }
  const isHere = target === document.body || Boolean(target && place.element?.contains(target));
  return isHere && mode.value === "canvas" && atStep(event);
}

/** @param {KeyboardEvent} event */
function atStep(event) {
  const id = active.value || order.value[0];
  if (!id) {
    return false;
  }
  const isPath = event.altKey || event.shiftKey;
  if (isPath && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    if (canEdit.value) {
      actions.movePathOf(id, event.key === "ArrowUp" ? -1 : 1);
    }
    return true;
  }
  const next = neighbour(id, event.key);
  if (next) {
    active.value = next;
    wantsFocus.value = next;
    if (selection.value.size && !event.shiftKey) {
      selection.value = new Set([next]);
    }
    return true;
  }
  return atStepOtherwise(event, id);
}

/** @param {KeyboardEvent} event @param {string} id */
function atStepOtherwise(event, id) {
  const held = actions.placing.value;
  if (event.key === "Enter" && held && "from" in held) {
    actions.goTo(held.from, id);
  } else if (event.key === "Enter" && held) {
    actions.adding.value = { held };
  } else if (event.key === "Enter") {
    open(id);
  } else if (event.key === " ") {
    const chosen = new Set(selection.value);
    if (!chosen.delete(id)) {
      chosen.add(id);
    }
    selection.value = chosen;
  } else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
    const card = picture.value.cards.get(id);
    if (card) {
      openMenu(menuFor(id), toScreen({ x: card.x + CARD_WIDTH / 2, y: card.y + CARD_HEIGHT }));
    }
  } else {
    return event.key.startsWith("Arrow");
  }
  return true;
}

/** The step that an arrow leads to; "": none. @param {string} id @param {string} key @returns {string} */
function neighbour(id, key) {
  const cards = picture.value.cards;
  const card = cards.get(id);
  const { edges } = picture.value;
  if (!card) {
    return "";
  }
  switch (key) {
    case "ArrowRight":
      return edges.find((edge) => edge.source === id && edge.target && !edge.loops)?.target ?? "";
    case "ArrowLeft":
      return linksTo(drawing.value, id).find((link) => link.source !== START)?.source ?? "";
    case "ArrowDown":
    case "ArrowUp": {
      const by = key === "ArrowDown" ? 1 : -1;
      const beyond = [...cards.values()].filter((each) => (each.row - card.row) * by > 0);
      const distance = (/** @type {import("./model/layout.js").Card} */ each) =>
        Math.abs(each.row - card.row) * 3 + Math.abs(each.depth - card.depth);
      return beyond.sort((one, other) => distance(one) - distance(other))[0]?.id ?? "";
    }
    case "Home":
      return order.value[0] ?? "";
    case "End":
      return order.value[order.value.length - 1] ?? "";
    default:
      return "";
  }
}
