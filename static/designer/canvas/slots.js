// Where a step can be added: the buttons on all paths, and which of them take what is being dragged or placed.

import { computed, signal } from "../../build/preact.js";
import { placing, refusalOf } from "../actions.js";
import { START } from "../model/document.js";
import { CARD_HEIGHT } from "../model/layout.js";
import { drawing, kinds, picture } from "../store.js";

/** @typedef {import("../actions.js").Spot} Spot */
/** @typedef {{key: string, x: number, y: number, spot: Spot}} SlotAt */
/** @typedef {{entry: import("../palette.js").Entry} | {id: string}} Held what can be dragged: something new, or a step */

/** What is being dragged, where it is on the screen, and over which slot; null: nothing. */
export const dragging = signal(/** @type {null | {held: Held, over: string}} */ (null));
/** The box that is drawn around steps to select them, on the stage. */
export const lasso = signal(
  /** @type {null | {x: number, y: number, width: number, height: number}} */ (null),
);

export const BEGINNING = { x: 80, y: 24 };

/** The buttons of all paths, and those beside what may have company. */
export const slots = computed(() => {
  /** @type {SlotAt[]} */
  const found = picture.value.edges.map((edge) => ({
    key: edge.key,
    x: edge.slotAt[0],
    y: edge.slotAt[1],
    spot: edge,
  }));
  if (!drawing.value.start.length) {
    const spot = { source: START, way: "start", index: 0, target: "" };
    found.push({ key: "beginning", x: BEGINNING.x + 30, y: BEGINNING.y + CARD_HEIGHT / 2, spot });
  }
  return found;
});

/** Those beside: under the last of what waits on one path. */
export const besides = computed(() => {
  /** @type {Map<string, SlotAt>} */
  const last = new Map();
  for (const edge of picture.value.edges) {
    const card = picture.value.cards.get(edge.target);
    const isAlone = card && kinds[drawing.value.activities[edge.target].kind]?.waits && edge.row === card.row;
    if (card && isAlone) {
      const key = `beside ${edge.key}`;
      last.set(`${edge.source} ${edge.way}`, {
        key,
        x: card.x + 22,
        y: card.y + CARD_HEIGHT + 16,
        spot: { ...edge, beside: true },
      });
    }
  }
  return [...last.values()];
});

/** The kind of what is being dragged or placed; "": nothing. */
export const heldKind = computed(() => kindOf(dragging.value?.held ?? placing.value));

/** @param {import("../actions.js").Held | null} held */
function kindOf(held) {
  if (!held) {
    return "";
  }
  return "entry" in held
    ? held.entry.kind
    : "id" in held
      ? (drawing.value.activities[held.id]?.kind ?? "")
      : "";
}

/** Where something may go; if nothing is named, what is held. @param {import("../actions.js").Held | null} [named] @returns {SlotAt[]} */
export function openSlots(named = null) {
  const held = named ?? dragging.value?.held ?? placing.value;
  const kind = kindOf(held);
  const all = kinds[kind]?.waits ? [...slots.value, ...besides.value] : slots.value;
  const id = held && "id" in held ? held.id : "";
  return all.filter(
    ({ spot }) => !refusalOf(spot, kind) && (!id || (spot.source !== id && spot.target !== id)),
  );
}
