// The test of a version: what the pane shows, and what is loaded with it.

import { signal, useEffect } from "../../build/preact.js";
import { named } from "../actions.js";
import { ask, urls } from "../api.js";
import { html, Icon, IconButton } from "../html.js";
import { whereabouts } from "../model/trail.js";
import { may, pane } from "../store.js";
import { gettext } from "../text.js";
import { EventForm } from "./event-form.js";
import { Options } from "./options.js";
import { path } from "./path.js";
import { SegmentForm } from "./segment-form.js";

export { Log } from "./log.js";
export { watchPath } from "./path.js";

/**
 * @typedef {{name: string, path: string, title: string, kind: string, required: boolean,
 *   choices: {value: string, label: string}[]}} Control
 * @typedef {{event: string, person: string, controls: Control[], texts: Record<string, string>,
 *   payload: Record<string, any>}} Form
 */

/**
 * @typedef {object} Test
 * @property {{name: string, description: string, condition: string}[]} events
 * @property {Form | null} form of one event
 * @property {string[]} segments
 * @property {string} namespace
 * @property {string[]} testers ids of test profiles
 * @property {{seconds: number, shortest: number, longest: number, matters: boolean}} wait
 * @property {boolean} fromOutside
 * @property {string[]} addresses to which messages may go; none: to all
 */

const test = signal(/** @type {Test | null} */ (null));
const trouble = signal("");

/** Ask for the form. @param {string} [event] */
async function load(event = "") {
  const { ok, data, detail } = await ask(`${urls.test}?event=${encodeURIComponent(event)}`);
  if (ok) {
    test.value = data;
  }
  trouble.value = ok ? "" : detail || gettext("The server does not answer; try again in a moment.");
}

/** @param {Partial<Test>} changes */
function put(changes) {
  test.value = test.value && { ...test.value, ...changes };
}

export function TestForms() {
  useEffect(() => {
    if (may.value.test && !test.value) {
      load();
    }
  }, []);
  const known = test.value;
  const added = (/** @type {string} */ person) => put({ testers: [...(known?.testers ?? []), person] });
  return html`<div class="pane__body">
    <div class="pane__head"><h2>${gettext("Test")}</h2><${IconButton} small icon="close" label=${gettext("Close")}
      onClick=${() => (pane.value = "")} /></div>
    <${Whereabouts} />
    ${trouble.value && html`<p class="faults"><${Icon} name="alert" /> <span>${trouble.value}</span></p>`}
    ${known?.form && html`<${EventForm} key=${known.form.event} test=${known} form=${known.form} onEvent=${load} onAdded=${added} />`}
    ${known && known.segments.length > 0 && html`<${SegmentForm} test=${known} onAdded=${added} />`}
    ${known && html`<${Options} test=${known} onSaved=${put} />`}
  </div>`;
}

/** Where the test profile is, what went wrong, and which events did nothing. */
function Whereabouts() {
  const found = path.value;
  if (!found) {
    return null;
  }
  const errors = Object.entries(found.errors).flatMap(([id, all]) => all.map((error) => ({ id, ...error })));
  return html`<section class="test-now" aria-labelledby="test-now-title">
    <h3 id="test-now-title">${gettext("Where the test profile is")}</h3>
    <p data-test-now>${whereabouts(found, named)}</p>
    ${found.activities.length > 0 && html`<ol class="test-now__steps">${found.activities.map((id, index) => html`<li
      key=${index}>${named(id)}</li>`)}</ol>`}
    ${errors.length > 0 && html`<ul class="problem-list">${errors.map(({ id, code, message, at }) => html`<li
      key=${`${id} ${at}`} class="problem-row problem-row--error"><${Icon} name="alert" /><span><strong>${named(id)}:</strong>
      ${message} <span class="muted">${code}</span></span></li>`)}</ul>`}
    ${found.discards.length > 0 && html`<details><summary>${gettext("Events that did nothing")}</summary><ul
      class="small muted">${found.discards.map(({ person, reason, at }) => html`<li key=${`${person} ${at}`}>${person}:
      ${reason}</li>`)}</ul></details>`}
  </section>`;
}
