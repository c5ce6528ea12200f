// Trying an expression: with a payload made from an event's schema, or one that was really received.

import { useEffect, useRef, useState } from "../../build/preact.js";
import { pointsOf } from "../../js/editor.js";
import { html } from "../html.js";
import { filled, gettext } from "../text.js";
import { complete, evaluate, samples } from "./asking.js";
import { jsonOf, withEvent, withPlaces } from "./context.js";

const DELAY = 300;

/** @typedef {{received: number | null, at: string | null, payload: any}} Sample */

/** @param {{room: import("./asking.js").Room, text: string, expected: string, isRight: boolean}} props `isRight`: the text has no problem */
export function Trial({ room, text, expected, isRight }) {
  const [isOpen, setOpen] = useState(false);
  return html`<details class="expression__trial" open=${isOpen}
    onToggle=${(/** @type {any} */ event) => setOpen(event.currentTarget.open)}>
    <summary>${gettext("Try it")}</summary>
    ${isOpen && html`<${Bench} room=${room} text=${text} expected=${expected} isRight=${isRight} />`}
  </details>`;
}

/** @param {{room: import("./asking.js").Room, text: string, expected: string, isRight: boolean}} props */
function Bench({ room, text, expected, isRight }) {
  const [names, setNames] = useState(/** @type {string[]} */ ([]));
  const [event, setEvent] = useState("");
  const turn = useRef(0);
  const [found, setFound] = useState(/** @type {Sample[]} */ ([]));
  const [data, setData] = useState("{}");
  const ids = room.events();
  const result = useResult(text, data, expected);

  useEffect(() => {
    complete(room, "@{", pointsOf("@{", 2)).then((offered) =>
      setNames((offered?.items ?? []).map(({ label }) => label).filter((name) => ids.has(name))),
    );
  }, []);
  useEffect(() => {
    if (names[0]) {
      choose(names[0]);
    }
  }, [names]);

  useEffect(() => {
    if (isRight) {
      setData((old) => withPlaces(old, text));
    }
  }, [text, isRight]);

  async function choose(/** @type {string} */ name) {
    setEvent(name);
    turn.current += 1;
    const mine = turn.current;
    const list = await samples(/** @type {number} */ (ids.get(name)));
    if (mine !== turn.current) {
      return; // another event has been chosen meanwhile
    }
    setFound(list);
    if (list[0]) {
      setData((old) => withEvent(old, name, list[0].payload));
    }
  }
  const problem = jsonOf(data) === undefined;
  return html`<div class="trial-bench">
    ${names.length > 0 && html`<div class="trial-bench__choices">
      <div><label for="trial-event">${gettext("Event")}</label><select id="trial-event" value=${event}
        onChange=${(/** @type {any} */ change) => choose(change.target.value)}>${names.map((name) => html`<option
        key=${name} value=${name} selected=${name === event}>${name}</option>`)}</select></div>
      <div><label for="trial-payload">${gettext("Payload")}</label><select id="trial-payload"
        onChange=${(/** @type {any} */ change) => setData((old) => withEvent(old, event, found[change.target.value].payload))}>
        ${found.map((sample, index) => html`<option key=${`${event} ${index}`} value=${index}>${nameOf(sample)}</option>`)}
        </select></div></div>`}
    <div><label for="trial-data">${gettext("Sample data")}</label>
      <textarea id="trial-data" class="trial-bench__data" rows="6" spellcheck=${false} dir="ltr" value=${data}
        aria-describedby="trial-hint" aria-invalid=${problem ? "true" : undefined}
        onInput=${(/** @type {any} */ change) => setData(change.target.value)}></textarea>
      <p class="hint" id="trial-hint">${gettext("JSON with events, datasources, properties, segments and now; all may be left out. Put values in the place of null. Nothing is stored or sent.")}</p></div>
    <div role="status" class="trial-bench__result">${problem
      ? html`<p class="faults">${gettext("The sample data is no valid JSON; correct it first.")}</p>`
      : html`<${Result} result=${result} />`}</div>
  </div>`;
}

/** @param {{result: {value?: any, type?: string, failure?: string} | null}} props */
function Result({ result }) {
  if (!result) {
    return html`<p class="muted">–</p>`;
  }
  if (result.failure !== undefined) {
    return html`<p class="faults">${result.failure || gettext("The server cannot be reached. Try again.")}</p>`;
  }
  return html`<p><strong>${gettext("Result")}</strong> <code>${JSON.stringify(result.value)}</code> <span class="type">${result.type}</span></p>`;
}

/** @param {Sample} sample */
function nameOf({ received, at }) {
  const when = received && at && new Date(at).toLocaleString(document.documentElement.lang);
  return when ? filled(gettext("Received %(when)s"), { when }) : gettext("Made from the schema");
}

/**
 * What the text gives with these data, a moment after one of them has changed.
 * @param {string} text
 * @param {string} data
 * @param {string} expected
 */
function useResult(text, data, expected) {
  const [result, setResult] = useState(/** @type {{value?: any, type?: string, failure?: string} | null} */ (null));
  useEffect(() => {
    const context = jsonOf(data);
    if (!text.trim() || context === undefined) {
      setResult(null);
      return undefined;
    }
    let isOld = false;
    const timer = setTimeout(async () => {
      const found = await evaluate(text, context, expected);
      if (!isOld) {
        setResult(found);
      }
    }, DELAY);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [text, data]);
  return result;
}
