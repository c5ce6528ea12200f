// What holds for the whole journey.

import { useState } from "../../build/preact.js";
import { say } from "../actions.js";
import { ask, urls } from "../api.js";
import { html, IconButton } from "../html.js";
import { setProperties } from "../model/commands.js";
import { faultOf } from "../model/forms.js";
import { momentOf, wallClock } from "../model/zones.js";
import {
  apply,
  canEdit,
  drawing,
  known,
  may,
  namespace,
  pane,
  problemsByStep,
  version,
} from "../store.js";
import { gettext } from "../text.js";
import { CheckField, DurationField, MomentField, NumberField, SuggestField, TextField } from "./fields.js";

const TIMEOUT = /** @type {any} */ ({ type: "integer", minimum: 1, maximum: 30 });
const WAIT = /** @type {any} */ ({ type: "string", format: "duration", ge: "PT0S", le: "P30D" });

export function PropertiesForm() {
  const { properties } = drawing.value;
  const own = problemsByStep.value.get("") ?? [];
  const faultsOf = (/** @type {string} */ name) =>
    own.filter((problem) => problem.field === name).map((problem) => problem.message);
  const set = (/** @type {any} */ changes, key = "") =>
    apply(
      gettext("Changed the properties"),
      setProperties(drawing.value, changes),
      key && `properties.${key}`,
    );
  const disabled = !canEdit.value;
  const { reentrance } = properties;
  const moment = (
    /** @type {"start_at" | "end_at"} */ name,
    /** @type {string} */ label,
    /** @type {string} */ hint,
  ) => {
    const value = properties[name];
    const change = (/** @type {string | null} */ wall) =>
      set({ [name]: wall && momentOf(wall, properties.time_zone) });
    return html`<${MomentField} id=${`properties-${name}`} label=${label} hint=${hint}
      value=${value && wallClock(value, properties.time_zone)} disabled=${disabled} faults=${faultsOf(name)}
      onChange=${change} />`;
  };
  const setWait = (/** @type {string | null} */ wait) =>
    set({ reentrance: { ...reentrance, wait: wait ?? "PT0S" } }, "wait");
  const setSeconds = (/** @type {number | undefined} */ seconds) =>
    !faultOf(TIMEOUT, seconds, true) && set({ timeout_seconds: seconds }, "timeout");
  const zoneFaults = known.timeZones.includes(properties.time_zone)
    ? []
    : [gettext("There is no such time zone; choose one from the list.")];
  const aboutTimeout = may.value.changeTimeout
    ? gettext("How long all attempts of one outgoing call may take together.")
    : gettext("Only administrators change this.");
  const fromHint = gettext("Empty: from publication. By the clocks of the journey's time zone.");
  const untilHint = gettext("The version closes by itself then. Empty: until somebody closes it.");
  return html`<div class="pane__form">
    <div class="pane__head"><div class="pane__title"><h2>${gettext("Properties")}</h2></div><${IconButton} small
      icon="close" label=${gettext("Close")} onClick=${() => (pane.value = "")} /></div>
    <div class="pane__body">
      ${own.filter((problem) => !problem.field).map((problem) => html`<p key=${problem.code}
        class=${`problem-row${problem.isError ? " problem-row--error" : ""}`}>${problem.message}</p>`)}
      <${Names} />
      ${moment("start_at", gettext("People enter from"), fromHint)}
      ${moment("end_at", gettext("Until"), untilHint)}
      <${CheckField} id="properties-reentrance" label=${gettext("People may come again")}
        help="design.reentrance" value=${reentrance.allowed} disabled=${disabled} faults=${faultsOf("reentrance")}
        onChange=${(/** @type {boolean} */ allowed) => set({ reentrance: { ...reentrance, allowed } })} />
      ${reentrance.allowed && html`<${DurationField} id="properties-wait"
        label=${gettext("At the earliest after the last entrance by")} value=${reentrance.wait}
        disabled=${disabled} faults=${[faultOf(WAIT, reentrance.wait, true)].filter(Boolean)}
        onChange=${setWait} />`}
      <${SuggestField} id="properties-time_zone" label=${gettext("Time zone")}
        hint=${gettext("Of time and date conditions, waits, and times without a zone.")}
        value=${properties.time_zone} choices=${known.timeZones} disabled=${disabled}
        faults=${zoneFaults}
        onChange=${(/** @type {string} */ zone) => set({ time_zone: zone || "UTC" })} />
      <${CheckField} id="properties-use_profile_time_zone"
        label=${gettext("Use the person's own time zone where the profile tells one")}
        value=${properties.use_profile_time_zone}
        disabled=${disabled || (!namespace.value && !properties.use_profile_time_zone)}
        hint=${namespace.value ? undefined : gettext("Not available: the events have no namespace.")}
        faults=${faultsOf("use_profile_time_zone")}
        onChange=${(/** @type {boolean} */ value) => set({ use_profile_time_zone: value })} />
      <${NumberField} id="properties-timeout" label=${gettext("Timeout and error")} unit=${gettext("seconds")}
        least=${1} most=${30} step=${1}
        hint=${aboutTimeout}
        value=${properties.timeout_seconds} disabled=${disabled || !may.value.changeTimeout}
        onChange=${setSeconds} />
    </div>
  </div>`;
}

/** All versions share the name: it is saved at once, and not undone. */
function Names() {
  const { journey } = version.value;
  const known = { name: journey.name, description: journey.description, tags: journey.tags.join(", ") };
  const [given, setGiven] = useState(known);
  const [fault, setFault] = useState("");
  const isChanged = JSON.stringify(given) !== JSON.stringify(known);
  const save = async () => {
    const { ok, data, detail } = await ask(urls.journey, {
      method: "PUT", body: { ...given, tags: given.tags.split(",") },
    });
    setFault(ok ? "" : detail || gettext("The name could not be saved; try again in a moment."));
    if (ok) {
      version.value = { ...version.value, journey: data };
      // Unless somebody has typed on meanwhile.
      setGiven((now) =>
        now === given ? { name: data.name, description: data.description, tags: data.tags.join(", ") } : now,
      );
      document.title = `${data.name} · Journeyorch`;
      say(gettext("Name, description and tags are saved."));
    }
  };
  const disabled = !canEdit.value && !may.value.relabel;
  return html`<${TextField} id="properties-name" label=${gettext("Name")} most=${120} required
    value=${given.name} disabled=${disabled} faults=${fault ? [fault] : []}
    hint=${gettext("All versions share it.")}
    onChange=${(/** @type {string} */ name) => setGiven({ ...given, name })} />
    <${TextField} id="properties-description" label=${gettext("Description")} most=${5000} lines=${2}
      value=${given.description} disabled=${disabled}
      onChange=${(/** @type {string} */ description) => setGiven({ ...given, description })} />
    <${TextField} id="properties-tags" label=${gettext("Tags")} most=${1000}
      value=${given.tags} disabled=${disabled} hint=${gettext("Separated by commas.")}
      onChange=${(/** @type {string} */ tags) => setGiven({ ...given, tags })} />
    ${isChanged && html`<button type="button" class="button button--small" onClick=${save}>
      ${gettext("Save name, description and tags")}</button>`}`;
}
