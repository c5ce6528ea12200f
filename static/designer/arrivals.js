// Whence people come besides the events of this journey: others jump to its first step.

import { detailOf } from "./model/kinds.js";
import { drawing, kinds, version } from "./store.js";
import { filled, gettext, ngettext } from "./text.js";

/** The journeys that jump to this step. @param {string} id @returns {{name: string, url: string}[]} */
export function jumpedFrom(id) {
  return drawing.value.start[0] === id ? version.value.jumpedFrom : [];
}

/** What its card says below its name. @param {string} id */
export function detailShown(id) {
  return [detailOf(drawing.value.activities[id], kinds), alsoFrom(jumpedFrom(id))].filter(Boolean).join(" · ");
}

/** @param {{name: string}[]} journeys */
function alsoFrom(journeys) {
  const n = journeys.length;
  return n < 2
    ? n && filled(gettext("also from %(name)s"), journeys[0])
    : filled(ngettext("also from %(n)s journey", "also from %(n)s journeys", n), { n });
}
