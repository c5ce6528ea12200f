// What holds for the whole test: how long waits last, and who is listened to.

import { useState } from "../../build/preact.js";
import { say } from "../actions.js";
import { ask, urls } from "../api.js";
import { Faults } from "../faults.js";
import { html } from "../html.js";
import { CheckField, NumberField } from "../pane/fields.js";
import { gettext } from "../text.js";

/** @param {{test: import("./mode.js").Test, onSaved: (changes: Partial<import("./mode.js").Test>) => void}} props */
export function Options({ test, onSaved }) {
  const { wait } = test;
  const [seconds, setSeconds] = useState(/** @type {number | undefined} */ (wait.seconds));
  const [fromOutside, setFromOutside] = useState(test.fromOutside);
  const [faults, setFaults] = useState(/** @type {string[]} */ ([]));
  async function save(/** @type {Event} */ submitted) {
    submitted.preventDefault();
    const body = { seconds: Math.round(seconds ?? 0), fromOutside };
    const { ok, detail } = await ask(urls["test-options"], { method: "PUT", body });
    setFaults(ok ? [] : [detail || gettext("The server does not answer; try again in a moment.")]);
    if (ok) {
      onSaved({ wait: { ...wait, seconds: body.seconds }, fromOutside });
      say(gettext("The settings of the test are saved."));
    }
  }
  const isChanged = seconds !== wait.seconds || fromOutside !== test.fromOutside;
  return html`<form class="test-form" aria-labelledby="options-title" onSubmit=${save}>
    <h3 id="options-title">${gettext("Settings of the test")}</h3>
    ${wait.matters && html`<${NumberField} id="test-wait" label=${gettext("Wait time in test")} unit=${gettext("seconds")}
      least=${wait.shortest} most=${wait.longest} step=${1} value=${seconds} onChange=${setSeconds}
      hint=${gettext("Every wait and every timeout of an event lasts so long.")} />`}
    <${CheckField} id="test-outside" label=${gettext("Also events from outside, not only those of the form")}
      value=${fromOutside} onChange=${setFromOutside} />
    <${Faults} id="test-options" faults=${faults} />
    <div><button class="button" disabled=${!isChanged}>${gettext("Save")}</button></div>
  </form>`;
}
