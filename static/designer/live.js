// The figures of a version that people are or were inside of, renewed every few seconds.

import { effect, signal } from "../build/preact.js";
import { poll } from "../js/live.js";
import { urls } from "./api.js";
import { html } from "./html.js";
import { counts, version } from "./store.js";
import { filled, gettext, ngettext } from "./text.js";

const EVERY = 5000;
const MOVING = new Set(["live", "closed", "test"]);

/** Of how many days the figures on paths are; "": of the whole time. Who is where is always as of now. */
const days = signal("");

let isLeaving = false;

/** A form is sent and leads to another page: once, whoever presses its button twice. @param {Event} event */
export function leave(event) {
  if (isLeaving) {
    event.preventDefault();
  }
  isLeaving = true;
}

/** The version is not what it was; unless this page has seen to that itself, and is on its way to the next one. */
export function loadAgain() {
  if (!isLeaving) {
    location.reload();
  }
}

/** @param {string} status of the version when the page was opened */
export function watchCounts(status) {
  if (status === "draft") {
    return;
  }
  effect(() => {
    const period = days.value;
    const url = period ? `${urls.counts}?days=${period}` : urls.counts;
    const take = async (/** @type {Response} */ answer) => {
      const figures = await answer.json();
      if (figures.status !== status) {
        loadAgain();
      }
      if (period !== days.peek()) {
        return /** @type {const} */ ("over");
      }
      counts.value = figures.counts;
      return undefined;
    };
    fetch(url)
      .then((answer) => (answer.ok ? take(answer) : undefined))
      .catch(() => undefined); // the next question may be answered
    if (MOVING.has(status)) {
      poll(url, EVERY, take);
    }
  });
}

/** Which time the figures on paths are of. */
export function PeriodPicker() {
  if (version.value.status === "draft" || version.value.status === "test") {
    return null;
  }
  const words = (/** @type {number} */ n) => filled(ngettext("Last %(n)s day", "Last %(n)s days", n), { n });
  return html`<select
    class="period"
    aria-label=${gettext("Figures of")}
    value=${days.value}
    onChange=${(/** @type {any} */ event) => (days.value = event.target.value)}
  >
    <option value="">${gettext("Since publication")}</option>
    ${[1, 7, 30].map((n) => html`<option key=${n} value=${String(n)}>${words(n)}</option>`)}
  </select>`;
}
