// A test profile comes into a segment or leaves it, as far as the test is concerned.

import { useLayoutEffect, useRef, useState } from "../../build/preact.js";
import { say } from "../actions.js";
import { ask, urls } from "../api.js";
import { html, Icon } from "../html.js";
import { ChoiceField } from "../pane/fields.js";
import { gettext } from "../text.js";
import { wanted } from "./open.js";
import { person as watched } from "./path.js";
import { PersonField } from "./person.js";

/** @param {{test: import("./mode.js").Test, onAdded: (person: string) => void}} props */
export function SegmentForm({ test, onAdded }) {
  const element = useRef(/** @type {HTMLFormElement | null} */ (null));
  const [segment, setSegment] = useState(test.segments[0]);
  const [direction, setDirection] = useState("enter");
  const [person, setPerson] = useState("");
  const [faults, setFaults] = useState(/** @type {string[]} */ ([]));
  const [isSending, setSending] = useState(false);
  useLayoutEffect(() => {
    if (wanted.value === "segment") {
      wanted.value = "";
      element.current?.querySelector("input")?.focus();
    }
  }, [wanted.value]);
  async function send(/** @type {Event} */ submitted) {
    submitted.preventDefault();
    if (isSending) {
      return;
    }
    setSending(true);
    const body = { segment, person, entered: direction === "enter" };
    const { ok, detail } = await ask(urls["test-qualification"], { method: "POST", body });
    setSending(false);
    setFaults(ok ? [] : [detail || gettext("The server does not answer; try again in a moment.")]);
    if (ok) {
      watched.value = person;
      say(gettext("The qualification is sent."));
    }
  }
  return html`<form ref=${element} class="test-form" aria-labelledby="qualify-title" onSubmit=${send}>
    <h3 id="qualify-title">${gettext("Segment qualification")}</h3>
    <p class="small muted">${gettext("Only this test hears of it; the profile comes into no segment and leaves none.")}</p>
    <${ChoiceField} id="qualify-segment" label=${gettext("Segment")} value=${segment}
      choices=${test.segments.map((name) => ({ value: name, label: name }))} onChange=${setSegment} />
    <${ChoiceField} id="qualify-direction" label=${gettext("What happens")} value=${direction}
      choices=${[
        { value: "enter", label: gettext("comes in") },
        { value: "exit", label: gettext("leaves") },
      ]} onChange=${setDirection} />
    <${PersonField} id="qualify-person" namespace=${test.namespace} testers=${test.testers} value=${person}
      faults=${faults} onChange=${setPerson} onAdded=${onAdded} />
    <div><button class="button button--primary" disabled=${isSending || !person}><${Icon} name="bolt" /> ${gettext("Send")}</button></div>
  </form>`;
}
