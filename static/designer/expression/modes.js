// Which mode can show an expression, and why not.

import { gettext } from "../text.js";
import { isExact } from "./tree.js";

/** @typedef {import("./asking.js").Checked} Checked */

/**
 * Why the simple editor cannot show a text; "": it can.
 * @param {string} text
 * @param {string} expected the type that is needed; "": any
 * @param {Checked | null} checked what the server says of it; null: it did not answer
 * @returns {string}
 */
export function whyNotSimple(text, expected, checked) {
  if (expected && expected !== "boolean") {
    return gettext("The simple editor writes conditions, and here a value is needed.");
  }
  if (!text.trim()) {
    return "";
  }
  if (!checked) {
    return gettext("The server cannot be reached. Try again.");
  }
  if (!checked.simple) {
    return checked.notSimple ?? "";
  }
  return isExact(checked.simple)
    ? ""
    : gettext("The simple editor would not keep a number of this size. Use the advanced editor for that.");
}

/**
 * The mode to begin with: the simple one where there is a choice. A place for any value begins with the text.
 * @param {string} text
 * @param {string} expected
 * @param {Checked | null} checked
 * @returns {"simple" | "advanced"}
 */
export function firstMode(text, expected, checked) {
  const isCondition = expected === "boolean" || (expected === "" && text.trim() !== "");
  return isCondition && !whyNotSimple(text, expected, checked) ? "simple" : "advanced";
}
