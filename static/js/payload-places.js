// Where nodes of a payload's tree stand, and the fields in which they are named (payload-tree.js).

import { nameProblem, rename } from "./payload-edits.js";

/** @typedef {import("./payload.js").Node} Node */
/**
 * Where a node stands. Its name may change, so rows know their place and not a path.
 * @typedef {{node: Node, parent: Node, name: string, above: Place | null}} Place
 */

/** How a row is called for who does not see where it stands. @param {Place} place @returns {string} */
export function pathOf({ above, name }) {
  return above ? `${pathOf(above)} › ${name}` : name;
}

/**
 * Let the name be changed in a field; one that cannot be is not taken, and keeps the form from being sent.
 * @param {HTMLInputElement} input
 * @param {Place} place
 * @param {() => void} renamed
 */
export function nameable(input, place, renamed) {
  input.value = place.name;
  input.addEventListener("input", () => {
    const problem = nameProblem(place.parent, place.name, input.value);
    input.setCustomValidity(problem && (input.dataset[problem] ?? ""));
    input.setAttribute("aria-invalid", String(Boolean(problem)));
  });
  input.addEventListener("change", () => {
    if (input.validity.valid && input.value !== place.name) {
      rename(place.parent, place.name, input.value);
      place.name = input.value;
      renamed();
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      // It means the name, not the whole form.
      event.preventDefault();
      input.dispatchEvent(new Event("change"));
      input.reportValidity();
    }
  });
}
