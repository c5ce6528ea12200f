// What is wrong with the text, each with its place, and with a button where it is known what was meant.

import { stretchIn } from "../../js/editor.js";
import { html, Icon } from "../html.js";
import { filled, gettext } from "../text.js";

/**
 * @typedef {import("./asking.js").Problem} Problem
 * @param {{text: string, problems: Problem[], onUse: ((text: string) => void) | null}} props
 *   `onUse`: null where the text is not written by hand
 */
export function Problems({ text, problems, onUse }) {
  if (!problems.length) {
    return null;
  }
  return html`<ul class="expression__problems" aria-label=${gettext("Problems")}>
    ${problems.map((problem, index) => html`<li key=${index} class="problem-row problem-row--error"><${Icon} name="alert" />
      <span>${placeOf(text, problem)}${problem.message}</span>
      ${onUse && problem.suggestion && html`<button type="button" class="button button--small"
        onClick=${() => onUse(mended(text, problem))}>${filled(gettext("Use %(text)s"), { text: problem.suggestion })}</button>`}
      </li>`)}
  </ul>`;
}

/** One line needs no number. @param {string} text @param {Problem} problem */
function placeOf(text, { line, column }) {
  return text.includes("\n")
    ? `${filled(gettext("Line %(line)s, column %(column)s:"), { line, column })} `
    : "";
}

/** @param {string} text @param {Problem} problem */
function mended(text, problem) {
  const [from, to] = stretchIn(text, problem);
  return text.slice(0, from) + (problem.suggestion ?? "") + text.slice(to);
}
