// The dynamic values of the sources that a text refers to: an expression each, written into the text together.

import { useState } from "../../build/preact.js";
import { html, Icon } from "../html.js";
import { gettext } from "../text.js";
import { writeParameters } from "./asking.js";
import { ExpressionField } from "./field.js";
import { filledIn, missingIn } from "./wanting.js";

/** @typedef {import("./wanting.js").Wanting} Wanting */

/**
 * @param {{room: import("./asking.js").Room, text: string, wanting: Wanting[], onWritten: (text: string) => void,
 *   openEditor: (asked: import("./open.js").Asked) => Promise<string | null>}} props
 */
export function Parameters({ room, text, wanting, onWritten, openEditor }) {
  const [given, setGiven] = useState(/** @type {import("./wanting.js").Given} */ ({}));
  const [faults, setFaults] = useState(/** @type {Record<string, string>} */ ({}));
  const [refusal, setRefusal] = useState("");
  async function write() {
    const missing = missingIn(wanting, given);
    setFaults(Object.fromEntries(missing.map((key) => [key, gettext("Without this value nothing can be fetched.")])));
    if (missing.length) {
      return;
    }
    const { text: written, refusal: reason } = await writeParameters(text, filledIn(wanting, given));
    setRefusal(written === null ? reason || gettext("The server cannot be reached. Try again.") : "");
    if (written !== null) {
      onWritten(written);
    }
  }
  return html`<section class="expression__parameters" aria-label=${gettext("Parameters")}>
    <p class="muted">${gettext("What is read from these sources depends on values that are worked out for each person. Give an expression for each.")}</p>
    ${wanting.map(
      ({ source, group, values }) => html`<fieldset key=${`${source}.${group}`} class="field"><legend>${source} – ${group}</legend>
      ${values.map(({ name, type, key }) => html`<${ExpressionField} key=${key} id=${`parameter-${key}`} room=${room} openEditor=${openEditor} label=${name}
        value=${given[key] ?? ""} expected=${type} required faults=${faults[key] ? [faults[key]] : []}
        onChange=${(/** @type {string} */ value) => setGiven((before) => ({ ...before, [key]: value }))} />`)}</fieldset>`,
    )}
    ${refusal && html`<p class="faults" role="alert"><${Icon} name="alert" /> <span>${refusal}</span></p>`}
    <div><button type="button" class="button button--primary" onClick=${write}>
      ${gettext("Write into the expression")}</button></div>
  </section>`;
}
