// How the view is written: htm templates that make Preact's nodes, and icons of the sprite.

import { h, htm } from "../build/preact.js";

export const html = htm.bind(h);

let sprite = "";

/** @param {string} address of the sprite with all icons */
export function useSprite(address) {
  sprite = address;
}

/** The address of an icon, for pictures that place it themselves. @param {string} name */
export function iconUrl(name) {
  return `${sprite}#${name}`;
}

// They point along the line of reading, and are turned round where it runs from right to left.
const POINTING = new Set(["back", "forward", "undo", "redo", "list"]);

/** An icon says nothing to screen readers: there is a text beside it. @param {{name: string}} props */
export function Icon({ name }) {
  const css = POINTING.has(name) ? "icon icon--pointing" : "icon";
  return html`<svg class=${css} aria-hidden="true" focusable="false"><use href=${iconUrl(name)} /></svg>`;
}

/**
 * A button that shows an icon only; its name is also its tooltip.
 * @param {{icon: string, label: string, onClick: (event: MouseEvent) => void, disabled?: boolean, pressed?: boolean,
 *   small?: boolean, id?: string, expanded?: boolean}} props
 */
export function IconButton({ icon, label, onClick, disabled, pressed, small, id, expanded }) {
  return html`<button
    type="button"
    id=${id}
    class=${`button button--square${small ? " button--small" : ""}`}
    aria-label=${label}
    title=${label}
    aria-pressed=${pressed}
    aria-expanded=${expanded}
    disabled=${disabled}
    onClick=${onClick}
  ><${Icon} name=${icon} /></button>`;
}
