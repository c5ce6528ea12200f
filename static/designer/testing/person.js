// Whom a test is about: one of the test profiles, or a new one that is made here.

import { useState } from "../../build/preact.js";
import { say } from "../actions.js";
import { ask, urls } from "../api.js";
import { html, Icon } from "../html.js";
import { SuggestField } from "../pane/fields.js";
import { filled, gettext } from "../text.js";

/**
 * @param {{id: string, namespace: string, testers: string[], value: string, faults: string[],
 *   onChange: (person: string) => void, onAdded: (person: string) => void}} props
 */
export function PersonField({ id, namespace, testers, value, faults, onChange, onAdded }) {
  const [refusal, setRefusal] = useState("");
  const hint = filled(gettext("Its id in the namespace %(namespace)s."), { namespace });
  async function make() {
    const { ok, data, detail } = await ask(urls["test-profiles"], { method: "POST", body: { person: value } });
    if (ok) {
      setRefusal("");
      onAdded(data.person);
      onChange(data.person);
      say(filled(gettext("%(person)s is a test profile now."), { person: data.person }));
    } else {
      setRefusal(detail || gettext("The server does not answer; try again in a moment."));
    }
  }
  const change = (/** @type {string} */ person) => {
    setRefusal("");
    onChange(person);
  };
  return html`${!testers.length && html`<p class="notice notice--warning"><${Icon} name="alert" /><span class="notice__body">
      ${gettext("There is no test profile in this namespace yet. Write an id of your choice, and make one.")}</span></p>`}
    <${SuggestField} isLive id=${id} label=${gettext("Test profile")} required hint=${hint} value=${value} choices=${testers}
      faults=${[...faults, refusal].filter(Boolean)} onChange=${change} />
    ${value && !testers.includes(value) && html`<button type="button" class="button button--small" onClick=${make}>
      <${Icon} name="plus" /> ${filled(gettext("Make %(person)s a new test profile"), { person: value })}</button>`}`;
}
