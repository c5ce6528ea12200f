// What is wrong with the drawing: the whole journey first, then from left to right.

import { computed } from "../build/preact.js";
import { named, say } from "./actions.js";
import { html, Icon, IconButton } from "./html.js";
import { drawing, open, pane, picture, problems } from "./store.js";
import { filled, gettext, ngettext } from "./text.js";

/** @typedef {import("./store.js").Problem} Problem */

/** In the order in which a person goes through them. */
export const sortedProblems = computed(() => {
  const placeOf = (/** @type {Problem} */ { activity }) => {
    const card = picture.value.cards.get(activity);
    return card ? card.depth * 10_000 + card.row : -1;
  };
  return [...problems.value].sort(
    (one, other) => placeOf(one) - placeOf(other) || Number(other.isError) - Number(one.isError),
  );
});

/** @param {Problem} problem */
export function goToProblem(problem) {
  if (problem.activity in drawing.value.activities) {
    open(problem.activity, problem.field);
  } else {
    pane.value = "properties";
  }
}

export function Problems() {
  const all = sortedProblems.value;
  return html`<div class="pane__body">
    <div class="pane__head"><h2>${gettext("Problems")}</h2>
      <${IconButton} small icon="copy" label=${gettext("Copy details")} disabled=${!all.length}
        onClick=${() => copy(all)} />
      <${IconButton} small icon="close" label=${gettext("Close")} onClick=${() => (pane.value = "")} /></div>
    ${
      all.length
        ? html`<ul class="problem-list">${all.map(
            (
              problem,
              index,
            ) => html`<li key=${index}><button type="button"
              class=${`problem-row${problem.isError ? " problem-row--error" : ""}`}
              onClick=${() => goToProblem(problem)}>
          <${Icon} name="alert" />
          <span><span class="visually-hidden">${problem.isError ? gettext("Error:") : gettext("Warning:")}</span>
            ${problem.activity && html`<strong>${named(problem.activity)}:</strong>`} ${problem.message}</span>
        </button></li>`,
          )}</ul>
        <p class="muted small">
          ${gettext("Errors keep the journey from being tested and published; warnings do not.")}</p>`
        : html`<p class="pane__empty"><${Icon} name="check" /> ${gettext("Nothing is wrong with this drawing.")}</p>`
    }
  </div>`;
}

/** @param {Problem[]} all */
async function copy(all) {
  const lines = all.map(({ code, activity, field, line, column, message }) =>
    [
      code,
      activity && `${named(activity)} (${activity})`,
      field && (line ? `${field}, ${line}:${column}` : field),
      message,
    ]
      .filter(Boolean)
      .join(" · "),
  );
  try {
    await navigator.clipboard.writeText(lines.join("\n"));
    const words = ngettext(
      "Copied the details of %(n)s problem",
      "Copied the details of %(n)s problems",
      all.length,
    );
    say(filled(words, { n: all.length }));
  } catch {
    say(gettext("The browser did not let this page use the clipboard."), true);
  }
}
