// Paths: their lines, the chips with their labels, and the buttons that add a step.

import { html } from "../html.js";
import { CARD_HEIGHT, labelWidth, shownLabel } from "../model/layout.js";
import { filled, gettext } from "../text.js";
import { rounded } from "./shapes.js";

/** @typedef {import("../model/layout.js").Edge} Edge */

/** @param {Edge} edge @param {boolean} isTaken by a test */
export function drawLine(edge, isTaken) {
  const ends = edge.loops || !edge.target ? edge.points[edge.points.length - 1] : null;
  const css = `way${edge.loops ? " way--loops" : ""}${isTaken ? " way--taken" : ""}`;
  return html`<g key=${`line ${edge.key}`} class=${css}>
    <path class="way__line" d=${rounded(edge.points)} marker-end=${ends ? undefined : "url(#arrow)"} />
    ${ends && html`<circle class="way__end" cx=${ends[0]} cy=${ends[1]} r="3" />`}
  </g>`;
}

/** @param {Edge} edge @param {{n: number, isMovable: boolean, format: (n: number) => string}} state */
export function drawChip(edge, { n, isMovable, format }) {
  const label = shownLabel(edge.label);
  const width = labelWidth(label) - 4;
  return html`<g
    key=${`chip ${edge.key}`}
    class=${`chip-on-path${isMovable ? " chip-on-path--movable" : ""}`}
    data-chip=${edge.label ? edge.key : undefined}
    transform=${`translate(${edge.labelAt[0]} ${edge.labelAt[1]})`}
  >
    ${edge.label && html`<title>${edge.label}</title><rect class="way__chip" x=${-width / 2} y="-12"
      width=${width} height="24" rx="12" /><text class="way__label" y="4">${label}</text>`}
    ${n > 0 && html`<text class="way__n" y=${edge.label ? 26 : -7}>${format(n)}</text>`}
  </g>`;
}

/**
 * The button that adds a step to a path.
 * @param {{key: string, x: number, y: number, name: string, fits: boolean | null, isOver: boolean,
 *   beside?: boolean}} slot
 */
export function drawSlot({ key, x, y, name, fits, isOver, beside }) {
  const states = [fits && "fits", fits === false && "unfit", isOver && "over", beside && "beside"];
  const css = ["slot", ...states.filter(Boolean).map((state) => `slot--${state}`)].join(" ");
  const words = beside ? gettext("Add in parallel, after %(name)s") : gettext("Add a step after %(name)s");
  return html`<g key=${`slot ${key}`} class=${css} data-slot=${key} role="button" tabindex="-1"
    aria-label=${filled(words, { name })} transform=${`translate(${x} ${y})`}>
    <circle class="slot__target" r="16" /><circle class="slot__disc" r="10" /><path class="slot__plus"
      d="M-4.500 0h9M0-4.500v9" />
  </g>`;
}

/** Where a journey without a start begins. @param {{x: number, y: number, isOver: boolean, fits: boolean | null}} state */
export function drawBeginning({ x, y, isOver, fits }) {
  const css = `beginning${isOver ? " beginning--over" : ""}${fits ? " beginning--fits" : ""}`;
  return html`<g key="beginning" class=${css} data-slot="beginning" role="button" tabindex="0"
    aria-label=${gettext("Add the first step")} transform=${`translate(${x} ${y})`}>
    <rect class="beginning__box" width="228" height=${CARD_HEIGHT} rx="10" />
    <circle class="slot__disc" cx="30" cy="28" r="13" /><path class="slot__plus" d="M24 28h12M30 22v12" />
    <text class="step__name" x="56" y="25">${gettext("Begin with an event")}</text>
    <text class="step__kind" x="56" y="42">${gettext("drop it here, or press Enter")}</text>
  </g>`;
}
