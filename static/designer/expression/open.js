// The way into the editor of expressions. All of it but this function is loaded when somebody opens it.

import { say } from "../actions.js";
import { gettext } from "../text.js";

/**
 * @typedef {object} Asked
 * @property {string} label what the expression is for
 * @property {string} value the text as it is
 * @property {string} expected the type that it must have; "": any
 * @property {import("./asking.js").Room} room
 */

let isOpening = false;

/**
 * Let somebody edit an expression. Until the editor is there, the button may be pressed again: it opens once.
 * @param {Asked} asked
 * @returns {Promise<string | null>} the new text; null: it stays as it was
 */
export async function editExpression(asked) {
  if (isOpening) {
    return null;
  }
  isOpening = true;
  try {
    const { openDialog } = await import("./dialog.js").finally(() => (isOpening = false));
    return await openDialog(asked);
  } catch {
    say(gettext("The editor could not be loaded. Check the connection and try again."), true);
    return null;
  }
}
