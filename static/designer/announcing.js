// What screen readers are told; the page that is shown has a place where it stands.

import { signal } from "../build/preact.js";

export const announced = signal("");

/** @param {string} text */
export function announce(text) {
  // The same words twice are said twice.
  announced.value = announced.value === text ? `${text}\u00a0` : text;
}
