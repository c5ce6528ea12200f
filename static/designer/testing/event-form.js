// "Trigger an event": a form made of the event's schema, or the payload as JSON, about a test profile.

import { useLayoutEffect, useRef, useState } from "../../build/preact.js";
import { say } from "../actions.js";
import { ask, urls } from "../api.js";
import { Faults } from "../faults.js";
import { html, Icon } from "../html.js";
import { ChoiceField, TextField } from "../pane/fields.js";
import { filled, gettext } from "../text.js";
import { wanted } from "./open.js";
import { person as watched } from "./path.js";
import { PersonField } from "./person.js";

/** @typedef {{person: string[], payload: string[]}} Trouble sentences by the part of the form they are about */

/** @type {Trouble} */
const NONE = { person: [], payload: [] };

/**
 * @param {{test: import("./mode.js").Test, form: import("./mode.js").Form, onEvent: (name: string) => void,
 *   onAdded: (person: string) => void}} props
 */
export function EventForm({ test, form, onEvent, onAdded }) {
  const element = useRef(/** @type {HTMLFormElement | null} */ (null));
  const [person, setPerson] = useState(form.person);
  const [texts, setTexts] = useState(form.texts);
  // null: the fields are what holds.
  const [code, setCode] = useState(/** @type {string | null} */ (form.controls.length ? null : written(form.payload)));
  const [trouble, setTrouble] = useState(NONE);
  const [isSending, setSending] = useState(false);
  const event = test.events.find((one) => one.name === form.event);

  // At once, and not in a later frame: what is typed next belongs into the form.
  useLayoutEffect(() => {
    if (wanted.value === "event") {
      wanted.value = "";
      element.current?.querySelector("input")?.focus();
    }
  }, [wanted.value]);

  const change = (/** @type {string} */ next) => {
    setPerson(next);
    watched.value = next;
  };
  /** What is to be sent, from the view that is shown; null after it was said why there is none. */
  function content() {
    if (code === null) {
      return { texts };
    }
    const { payload, fault } = parsed(code);
    setTrouble({ ...NONE, payload: fault ? [fault] : [] });
    return fault ? null : { payload };
  }
  async function send(/** @type {Event} */ submitted) {
    submitted.preventDefault();
    const given = content();
    if (!given || isSending) {
      return;
    }
    setSending(true);
    const answer = await ask(urls["test-trigger"], { method: "POST", body: { event: form.event, person, ...given } });
    setSending(false);
    setTrouble(troubleOf(answer));
    if (answer.ok) {
      watched.value = person;
      say(gettext("The event is sent."));
    }
  }
  async function turn() {
    const given = content();
    if (!given) {
      return;
    }
    const answer = await ask(urls["test-payload"], { method: "POST", body: { event: form.event, ...given } });
    setTrouble(troubleOf(answer));
    if (answer.ok) {
      setTexts(answer.data.texts);
      setCode(code === null ? written(answer.data.payload) : null);
    }
  }

  return html`<form ref=${element} class="test-form" aria-labelledby="trigger-title" onSubmit=${send}>
    <h3 id="trigger-title">${gettext("Trigger an event")}</h3>
    ${
      test.events.length > 1
        ? html`<${ChoiceField} id="trigger-event" label=${gettext("Event")} value=${form.event}
        choices=${test.events.map(({ name }) => ({ value: name, label: name }))} onChange=${onEvent} />`
        : html`<p><strong>${form.event}</strong></p>`
    }
    ${event?.description && html`<p class="small muted">${event.description}</p>`}
    ${event?.condition && html`<p class="small">${gettext("It counts as this event if:")} <code>${event.condition}</code></p>`}
    <p class="small muted">${gettext("It is a real event: it is stored, and live journeys that listen to it act on it, too.")} ${whereMessagesGo(test.addresses)}</p>
    <${PersonField} id="trigger-person" namespace=${test.namespace} testers=${test.testers} value=${person}
      faults=${trouble.person} onChange=${change} onAdded=${onAdded} />
    ${code === null ? html`<${Fields} controls=${form.controls} texts=${texts} onChange=${setTexts} />` : html`<${TextField} id="trigger-json" label=${gettext("Payload as JSON")} lines=${12} value=${code} onChange=${setCode} />`}
    <${Faults} id="trigger-payload" faults=${trouble.payload} />
    <div class="row">
      <button class="button button--primary" disabled=${isSending || !person}><${Icon} name="bolt" /> ${gettext("Send")}</button>
      ${form.controls.length > 0 && html`<button type="button" class="button" onClick=${turn}>
        ${code === null ? gettext("Show as JSON") : gettext("Into the fields")}</button>`}
    </div>
  </form>`;
}

/** @param {string[]} addresses */
function whereMessagesGo(addresses) {
  const messages = addresses.length
    ? filled(gettext("Messages of the test go only to %(list)s."), { list: addresses.join(", ") })
    : gettext("Messages are really sent, as in production.");
  return `${messages} ${gettext("Changes of profiles are really made.")}`;
}

/**
 * @param {{controls: import("./mode.js").Control[], texts: Record<string, string>,
 *   onChange: (texts: Record<string, string>) => void}} props
 */
function Fields({ controls, texts, onChange }) {
  return controls.map((control, index) => {
    const id = `payload-${index}`;
    const { name, title, path, kind, required, choices } = control;
    const shared = {
      key: name,
      id,
      label: title,
      required,
      hint: path.includes(".") && path !== title ? path : "",
      value: texts[name] ?? "",
      onChange: (/** @type {string} */ text) => onChange({ ...texts, [name]: text }),
    };
    return choices.length
      ? html`<${ChoiceField} ...${shared} choices=${choices} empty="–" />`
      : html`<${TextField} ...${shared} lines=${kind === "json" ? 3 : undefined} placeholder=${EXAMPLES[kind]} />`;
  });
}

/** @type {Record<string, string>} */
const EXAMPLES = { date: "2026-01-31", time: "2026-01-31T12:00:00Z" };

/** @param {unknown} payload */
function written(payload) {
  return JSON.stringify(payload, null, 2);
}

/** @param {string} text @returns {{payload?: Record<string, any>, fault?: string}} */
function parsed(text) {
  try {
    const payload = JSON.parse(text);
    const isObject = payload !== null && typeof payload === "object" && !Array.isArray(payload);
    return isObject ? { payload } : { fault: gettext("The payload is an object: it begins with { and ends with }.") };
  } catch (error) {
    return { fault: filled(gettext("This is no valid JSON: %(error)s"), { error: String(/** @type {Error} */ (error).message) }) };
  }
}

/** @param {import("../api.js").Answer} answer @returns {Trouble} */
function troubleOf({ ok, data, detail }) {
  if (ok) {
    return NONE;
  }
  /** @type {{pointer: string, detail: string}[]} */
  const flaws = data.errors ?? [
    { pointer: "", detail: detail || gettext("The server does not answer; try again in a moment.") },
  ];
  const isAboutPerson = (/** @type {{pointer: string}} */ { pointer }) => pointer === "/person";
  return {
    person: flaws.filter(isAboutPerson).map((flaw) => flaw.detail),
    payload: flaws.filter((flaw) => !isAboutPerson(flaw)).map((flaw) => flaw.detail),
  };
}
