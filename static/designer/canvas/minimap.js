// The whole drawing in a corner, with the part that is seen; pressing it goes there.

import { computed, useRef, useSignalEffect } from "../../build/preact.js";
import { html } from "../html.js";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/layout.js";
import { drawing, kinds, picture } from "../store.js";
import { gettext } from "../text.js";
import { stage, view } from "./view.js";

const WIDTH = 188;
const HEIGHT = 128;
const PADDING = 8;

const scale = computed(() => {
  const { width, height } = picture.value;
  return Math.min(
    (WIDTH - 2 * PADDING) / Math.max(width, 1),
    (HEIGHT - 2 * PADDING) / Math.max(height, 1),
    0.12,
  );
});

const size = computed(() => ({
  width: Math.round(picture.value.width * scale.value + 2 * PADDING),
  height: Math.round(picture.value.height * scale.value + 2 * PADDING),
}));

/** Where a drawing fits on the stage as it is, there is nothing to look for. */
const isNeeded = computed(() => {
  const { width, height } = picture.value;
  return width > stage.value.width || height > stage.value.height;
});

export function Minimap() {
  const frame = useRef(/** @type {SVGRectElement | null} */ (null));
  useSignalEffect(() => {
    const { x, y, scale: now } = view.value;
    const values = {
      x: -x / now,
      y: -y / now,
      width: stage.value.width / now,
      height: stage.value.height / now,
    };
    for (const [name, value] of Object.entries(values)) {
      frame.current?.setAttribute(
        name,
        String(value * scale.value + (name === "x" || name === "y" ? PADDING : 0)),
      );
    }
  });
  if (!isNeeded.value) {
    return null;
  }
  const go = (/** @type {PointerEvent} */ event) => {
    if (event.buttons & 1) {
      const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
      const { scale: now } = view.value;
      const x = (event.clientX - box.left - PADDING) / scale.value;
      const y = (event.clientY - box.top - PADDING) / scale.value;
      view.value = { x: stage.value.width / 2 - x * now, y: stage.value.height / 2 - y * now, scale: now };
    }
  };
  return html`<svg class="minimap" width=${size.value.width} height=${size.value.height} role="img"
    aria-label=${gettext("The whole drawing, small")} onPointerDown=${go} onPointerMove=${go}>
    ${[...picture.value.cards.values()].map((card) => {
      const category = kinds[drawing.value.activities[card.id].kind]?.category ?? "orchestration";
      return html`<rect key=${card.id} class=${`minimap__card minimap__card--${category}`}
        x=${card.x * scale.value + PADDING} y=${card.y * scale.value + PADDING}
        width=${CARD_WIDTH * scale.value} height=${Math.max(2, CARD_HEIGHT * scale.value)} rx="1" />`;
    })}
    <rect ref=${frame} class="minimap__frame" />
  </svg>`;
}
