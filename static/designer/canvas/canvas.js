// The drawing: only what is near the screen is drawn, and what has not changed is not drawn again.

import { effect, useLayoutEffect, useRef, useSignalEffect } from "../../build/preact.js";
import { adding, chooseWhatToAdd, isMovable, named, pathName, placing } from "../actions.js";
import { html, Icon, IconButton } from "../html.js";
import { START } from "../model/document.js";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/layout.js";
import { traceOf } from "../model/trail.js";
import {
  active,
  canEdit,
  counts,
  drawing,
  order,
  picture,
  problemsByStep,
  selection,
  trail,
  wantsFocus,
} from "../store.js";
import { gettext } from "../text.js";
import { drawCard } from "./cards.js";
import { startGestures } from "./gestures.js";
import { Minimap } from "./minimap.js";
import { drawBeginning, drawChip, drawLine, drawSlot } from "./paths.js";
import { BEGINNING, besides, dragging, heldKind, lasso, openSlots, slots } from "./slots.js";
import { fit, fitReadable, place, reveal, stage, tile, view, zoomBy } from "./view.js";

const number = new Intl.NumberFormat(globalThis.document?.documentElement.lang || "en");

/** @typedef {import("../model/layout.js").Card} Card */

/** @type {Map<string, {made: any, of: unknown[]}>} */
const drawnBefore = new Map();

/**
 * What was drawn of the same things is taken again: then nothing of it is compared.
 * @param {string} key
 * @param {unknown[]} of
 * @param {() => any} make
 */
function cached(key, of, make) {
  const before = drawnBefore.get(key);
  if (before && of.every((value, index) => value === before.of[index])) {
    return before.made;
  }
  const made = make();
  drawnBefore.set(key, { made, of });
  return made;
}

/** @param {number} left @param {number} top @param {number} right @param {number} bottom */
function isNear(left, top, right, bottom) {
  const [x0, y0, x1, y1] = tile.value.split(" ").map(Number);
  return right >= x0 && left <= x1 && bottom >= y0 && top <= y1;
}

/** @param {import("../model/layout.js").Edge} edge */
function isEdgeNear({ points }) {
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  return isNear(Math.min(...xs), Math.min(...ys) - 20, Math.max(...xs), Math.max(...ys) + 20);
}

function cards() {
  const reached = active.value || order.value[0];
  // In the order of walking, in which they are read on, whatever order they are stored in.
  const all = order.value.map((id) => /** @type {Card} */ (picture.value.cards.get(id)));
  const visible = all.filter(
    (card) => card.id === reached || isNear(card.x, card.y, card.x + CARD_WIDTH, card.y + CARD_HEIGHT),
  );
  return visible.map((card) => {
    const activity = drawing.value.activities[card.id];
    const own = problemsByStep.value.get(card.id) ?? [];
    const mark = own.some((one) => one.isError) ? "error" : own.length ? "warning" : "";
    const state = {
      card,
      activity,
      isSelected: selection.value.has(card.id),
      isActive: active.value === card.id,
      isReached: reached === card.id,
      mark: /** @type {"" | "error" | "warning"} */ (mark),
      here: counts.value[`here:${card.id}`] ?? 0,
      errors: counts.value[`errors:${card.id}`] ?? 0,
      trace: traceOf(trail.value, card.id),
      hasMenu: true,
    };
    const { x, y, connected } = card;
    return cached(`card ${card.id}`, [activity, x, y, connected, ...Object.values(state).slice(2)], () =>
      drawCard(state),
    );
  });
}

function ways() {
  const near = picture.value.edges.filter(isEdgeNear);
  const shown = new Set();
  return near.map((edge) => {
    const taken = trail.value?.ways.has(edge.key) ?? false;
    const name = edge.source === START ? `left:${edge.target}` : `path:${edge.source}:${edge.way}`;
    const n = shown.has(name) ? 0 : (counts.value[name] ?? 0);
    shown.add(name);
    return cached(
      `way ${edge.key}`,
      [...edge.points.flat(), edge.label, edge.loops, taken, n, canEdit.value],
      () => [
        drawLine(edge, taken),
        drawChip(edge, {
          n,
          isMovable: canEdit.value && isMovable(edge),
          format: (value) => number.format(value),
        }),
      ],
    );
  });
}

function buttons() {
  if (!canEdit.value) {
    return null;
  }
  const isHolding = heldKind.value !== "";
  const open = new Set(isHolding ? openSlots().map((slot) => slot.key) : []);
  const over = dragging.value?.over ?? "";
  const all = isHolding
    ? [...slots.value, ...besides.value.filter((slot) => open.has(slot.key))]
    : slots.value;
  return all
    .filter((slot) => isNear(slot.x - 20, slot.y - 20, slot.x + 20, slot.y + 20))
    .map(({ key, x, y, spot }) => {
      const fits = isHolding ? open.has(key) : null;
      if (key === "beginning") {
        return drawBeginning({ ...BEGINNING, isOver: over === key, fits });
      }
      const name = pathName(spot);
      return cached(`slot ${key}`, [x, y, fits, over === key, name], () =>
        drawSlot({ key, x, y, name, fits, isOver: over === key, beside: spot.beside }),
      );
    });
}

/** What is drawn in the coordinates of the drawing. */
function World() {
  const { stripY, width } = picture.value;
  return html`
    ${stripY !== null && html`<g class="strip" aria-hidden="true"><path class="strip__line"
      d=${`M24 ${stripY}H${width}`} /><text class="strip__label" x="24" y=${stripY + 16}>
      ${gettext("Not connected: nobody gets here. Drag a step onto a path, or delete it.")}</text></g>`}
    <g aria-hidden="true">${ways()}</g>
    ${drawing.value.start.length > 0 && html`<circle class="drawing__begin" cx="24" cy=${24 + CARD_HEIGHT / 2}
      r="5" aria-hidden="true" />`}
    ${cards()}
    ${buttons()}
  `;
}

/** The drawing on its stage, with the tools that change how it is seen. */
export function Canvas() {
  const svg = useRef(/** @type {SVGSVGElement | null} */ (null));
  const world = useRef(/** @type {SVGGElement | null} */ (null));

  // Before it is seen, and not in a later frame: what somebody points at must not jump away.
  useLayoutEffect(() => {
    const element = /** @type {SVGSVGElement} */ (svg.current);
    place.element = element;
    let isFirst = true;
    const measure = () => {
      stage.value = { width: element.clientWidth, height: element.clientHeight };
      if (isFirst && element.clientWidth) {
        isFirst = false;
        fitReadable();
      }
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    const end = startGestures(element);
    return () => {
      watcher.disconnect();
      end();
    };
  }, []);

  // Panning and zooming touch two attributes; nothing is drawn again.
  useLayoutEffect(
    () =>
      effect(() => {
        const { x, y, scale } = view.value;
        world.current?.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
        svg.current?.style.setProperty("background-position", `${x}px ${y}px`);
        svg.current?.style.setProperty("background-size", `${22 * scale}px ${22 * scale}px`);
      }),
    [],
  );
  useSignalEffect(() => {
    if (wantsFocus.value) {
      requestAnimationFrame(giveFocus);
    }
  });

  const box = lasso.value;
  const css = `stage${dragging.value ? " stage--dragging" : ""}${placing.value ? " stage--placing" : ""}`;
  return html`<section class=${css} aria-label=${gettext("Drawing")}>
    <svg ref=${svg} class="drawing stage__drawing" role="group"
      aria-label=${gettext("Steps of the journey. Arrow keys go from step to step.")}>
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
        markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" d="M0 0.500 7 4 0 7.500z" /></marker>
        </defs>
      <g ref=${world}><${World} /></g>
      ${box && html`<rect class="lasso" x=${box.x} y=${box.y} width=${box.width} height=${box.height} />`}
    </svg>
    <${Tools} />
    <${Minimap} />
    <${Hint} />
  </section>`;
}

/**
 * To the step that was wanted last, unless something else has been opened meanwhile. Keys may come faster
 * than frames: who went on from a step must not be led back to it.
 */
function giveFocus() {
  const id = wantsFocus.value;
  wantsFocus.value = "";
  const element = id && place.element?.querySelector(`[data-step="${CSS.escape(id)}"]`);
  const isFree = document.activeElement === document.body || place.element?.contains(document.activeElement);
  if (isFree && element instanceof SVGElement && document.activeElement !== element) {
    reveal(id);
    element.focus({ preventScroll: true });
  }
}

function Tools() {
  return html`<div class="stage__tools" role="toolbar" aria-label=${gettext("How the drawing is seen")}>
    <${IconButton} icon="plus" label=${gettext("Larger")} onClick=${() => zoomBy(1.25)} />
    <${IconButton} icon="minus" label=${gettext("Smaller")} onClick=${() => zoomBy(0.8)} />
    <${IconButton} icon="fit" label=${gettext("Show all of it")} onClick=${() => fit()} />
  </div>`;
}

/** What to do next, where the drawing alone does not say it. */
function Hint() {
  const held = placing.value;
  if (held) {
    const name = "entry" in held ? held.entry.title : "id" in held ? named(held.id) : pathName(held.from);
    const words =
      "from" in held
        ? gettext("Choose the step that this path goes on to:")
        : gettext("Choose where it goes:");
    return html`<p class="stage__hint" role="status">${words} <strong>${name}</strong> <button type="button"
      class="button button--small" onClick=${() => (adding.value = { held })}>${gettext("From a list…")}</button>
      <button type="button" class="button button--small" onClick=${() => (placing.value = null)}>
      ${gettext("Cancel")}</button></p>`;
  }
  if (canEdit.value && !drawing.value.start.length && !order.value.length) {
    return html`<p class="stage__hint stage__hint--first"><${Icon} name="info" /> <span>
      ${gettext("A journey begins with an event. Drag one from the left, double-click it, or press A.")}</span>
      <button type="button" class="button button--small button--primary" onClick=${chooseWhatToAdd}>
        ${gettext("Add the first step")}</button></p>`;
  }
  return null;
}
