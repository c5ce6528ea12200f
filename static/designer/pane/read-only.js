// What cannot be changed here but is good to know: folded, unless this person wants to see it.

import { signal } from "../../build/preact.js";
import { html } from "../html.js";
import { offers } from "../store.js";
import { gettext } from "../text.js";

const KEY = "journeyorch.read-only";
const isShown = signal(globalThis.localStorage?.getItem(KEY) === "yes");

/** @param {{id: string, activity: import("../model/document.js").Activity}} props */
export function ReadOnly({ id, activity }) {
  const toggle = (/** @type {any} */ event) => {
    isShown.value = event.currentTarget.open;
    try {
      localStorage.setItem(KEY, isShown.value ? "yes" : "no");
    } catch {
      // Then it is remembered until the page is closed.
    }
  };
  return html`<details class="read-only" open=${isShown.value} onToggle=${toggle}><summary>
    ${gettext("Read-only fields")}</summary>
    <dl class="facts">${facts(id, activity).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>
      ${value}</dd></div>`)}</dl></details>`;
}

/** @param {string} id @param {import("../model/document.js").Activity} activity */
function facts(id, { kind, config }) {
  const event = offers.value.events.find((one) => kind === "event" && one.name === config.event);
  const action = offers.value.actions.find((one) => kind === "custom_action" && one.name === config.action);
  return [
    [gettext("Id"), id],
    [gettext("Kind"), kind],
    ...(event ? [[gettext("Namespace"), event.namespace || gettext("none: no profile can be used")]] : []),
    ...(event?.description ? [[gettext("About the event"), event.description]] : []),
    ...(action?.description ? [[gettext("About the action"), action.description]] : []),
    ...(action
      ? [
          [
            gettext("Response"),
            action.hasResponse ? gettext("can be read by later expressions") : gettext("is not kept"),
          ],
        ]
      : []),
  ];
}
