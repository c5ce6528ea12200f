// The pane at the right: the form of a step, made from what its kind says of its configuration.

import { useLayoutEffect, useRef } from "../../build/preact.js";
import { copySteps, deleteSteps } from "../actions.js";
import { urls } from "../api.js";
import { jumpedFrom } from "../arrivals.js";
import { html, Icon, IconButton } from "../html.js";
import { edit } from "../model/commands.js";
import { faultOf, matters } from "../model/forms.js";
import { canFail, nameOf } from "../model/kinds.js";
import { Problems } from "../problems.js";
import { isChecked } from "../saving.js";
import {
  apply,
  canEdit,
  drawing,
  kinds,
  may,
  opened,
  pane,
  problemsByStep,
  trail,
  version,
  wantsFocus,
} from "../store.js";
import { TestPane } from "../testing/open.js";
import { filled, gettext } from "../text.js";
import { Control } from "./controls.js";
import { TextField } from "./fields.js";
import { LiveLabels } from "./labels.js";
import { Paths } from "./paths.js";
import { PropertiesForm } from "./properties.js";
import { ReadOnly } from "./read-only.js";

/** @typedef {import("../model/document.js").Activity} Activity */

export function Pane() {
  const what = pane.value;
  if (!what) {
    return null;
  }
  const name = {
    step: gettext("Step"),
    properties: gettext("Properties"),
    problems: gettext("Problems"),
    test: gettext("Test"),
  }[what];
  return html`<aside class="pane" aria-label=${name}>
    ${what === "problems" && html`<${Problems} />`}
    ${what === "test" && html`<${TestPane} />`}
    ${what === "properties" && html`<${PropertiesForm} />`}
    ${what === "step" && drawing.value.activities[opened.value.id] && html`<${StepForm} key=${opened.value.id}
      id=${opened.value.id} field=${opened.value.field} />`}
  </aside>`;
}

/** @param {{id: string, field: string}} props */
function StepForm({ id, field }) {
  const activity = drawing.value.activities[id];
  const kind = kinds[activity.kind];
  // As it was when the pane was opened: that is what Cancel goes back to.
  const before = useRef(activity);
  const form = useRef(/** @type {HTMLElement | null} */ (null));
  const change = (
    /** @type {Partial<Activity>} */ changes,
    /** @type {string} */ key,
  ) =>
    apply(
      filled(gettext("Changed %(name)s"), { name: nameOf(activity, kinds) }),
      edit(drawing.value, id, changes, kinds),
      key && `${id}.${key}`,
    );

  useLayoutEffect(() => goToField(form.current, field), [field]);

  const own = problemsByStep.value.get(id) ?? [];
  const faultsOf = (/** @type {string} */ name) =>
    own.filter((problem) => problem.field === name && isChecked(id, name)).map((problem) => problem.message);
  const body = kind
    ? html`<${ConfigForm} id=${id} activity=${activity} kind=${kind} change=${change} faultsOf=${faultsOf} />`
    : null;
  const ok = () => close(id);
  const cancel = () => {
    if (canEdit.value && before.current !== activity) {
      const { to, ...rest } = before.current;
      apply(
        gettext("Took back the changes of this step"),
        edit(drawing.value, id, { ...rest, to: existing(to) }, kinds),
      );
    }
    close(id);
  };
  return html`<form ref=${form} class="pane__form" onSubmit=${(/** @type {Event} */ event) => {
    event.preventDefault();
    ok();
  }}>
    <div class="pane__head">
      <span class=${`tile tile--${kind?.category ?? "orchestration"}`}><${Icon} name=${kind?.icon ?? "alert"} />
        </span>
      <div class="pane__title"><h2>${kind?.title ?? activity.kind}</h2>
        ${nameOf(activity, kinds) !== kind?.title && html`<p>${nameOf(activity, kinds)}</p>`}</div>
      <${IconButton} small icon="copy" label=${gettext("Copy")} onClick=${() => copySteps([id])} />
      ${canEdit.value && html`<${IconButton} small icon="trash" label=${gettext("Delete")}
        onClick=${() => deleteSteps([id])} />`}
      <${IconButton} small icon="close" label=${gettext("Close")} onClick=${ok} />
    </div>
    <div class="pane__body">
      ${kind && html`<p class="pane__help">${kind.help}</p>`}
      <${Arrivals} id=${id} />
      ${urls.people && version.value.status !== "draft" && html`<a class="button button--small"
        href=${`${urls.people}?activity=${encodeURIComponent(id)}&status=0`}><${Icon}
        name="users" /> ${gettext("People who are here")}</a>`}
      <${OtherFaults} id=${id} activity=${activity} problems=${own} />
      <${TestErrors} id=${id} />
      ${kind && may.value.relabel && html`<${LiveLabels} id=${id} activity=${activity} kind=${kind} />`}
      ${!may.value.relabel && html`<${TextField} id="pane-label" label=${gettext("Label")} most=${120}
        placeholder=${gettext("What this step is for, in a word or two")} value=${activity.label}
        disabled=${!canEdit.value} onChange=${(/** @type {string} */ label) => change({ label }, "label")} />`}
      ${body}
      ${kind?.stores && html`<${TextField} id="pane-name" label=${gettext("Name in expressions")} most=${60}
        placeholder=${String(activity.config[kind.names] ?? "")} value=${activity.name}
        faults=${faultsOf("name")} disabled=${!canEdit.value}
        onChange=${(/** @type {string} */ name) => change({ name: name.trim() }, "name")} />`}
      ${!may.value.relabel && html`<${TextField} id="pane-description" label=${gettext("Description")} most=${2000} lines=${2}
        value=${activity.description} disabled=${!canEdit.value}
        onChange=${(/** @type {string} */ description) => change({ description }, "description")} />`}
      <${TextField} id="pane-note" label=${gettext("Note, pinned to the card")} most=${2000} lines=${2}
        value=${activity.note} disabled=${!canEdit.value}
        onChange=${(/** @type {string} */ note) => change({ note }, "note")} />
      <${ReadOnly} id=${id} activity=${activity} />
    </div>
    ${canEdit.value && html`<div class="pane__foot"><button type="button" class="button" onClick=${cancel}>
      ${gettext("Cancel")}</button><button class="button button--primary">${gettext("OK")}</button></div>`}
  </form>`;
}

/** Links to what is still there. @param {Record<string, string[]>} to */
function existing(to) {
  return Object.fromEntries(
    Object.entries(to)
      .map(([way, ids]) => [way, ids.filter((id) => id in drawing.value.activities)])
      .filter(([, ids]) => ids.length),
  );
}

/** Back to the step in the drawing or the list. @param {string} id */
function close(id) {
  pane.value = "";
  wantsFocus.value = id;
}

/** The journeys whose people come here by a jump. @param {{id: string}} props */
function Arrivals({ id }) {
  const journeys = jumpedFrom(id);
  return journeys.length
    ? html`<p class="small">${gettext("People also come by a jump from:")} ${journeys.map(
        ({ name, url }, index) => html`${index ? ", " : ""}<a key=${url} target="_blank" href=${url}>${name}</a>`,
      )}</p>`
    : null;
}

/**
 * Whether the form has a control for a field of the configuration.
 * @param {string} id
 * @param {Activity} activity
 * @param {string} name
 */
function hasControl(id, { kind, config }, name) {
  const property = kinds[kind]?.schema.properties[name];
  if (!property || property.widget === "hidden" || !matters(property, config)) {
    return false;
  }
  // Who enters by an event has come already: there is nothing to wait for.
  const isNeedless = name.startsWith("timeout") && !config.timeout && drawing.value.start.includes(id);
  return !isNeedless && (name !== "error_path" || canFail(config, kinds[kind]));
}

/**
 * What no control of the form shows.
 * @param {{id: string, activity: Activity, problems: import("../store.js").Problem[]}} props
 */
function OtherFaults({ id, activity, problems }) {
  const others = problems.filter(({ field }) => field !== "name" && !hasControl(id, activity, field.split(".")[0]));
  if (!others.length) {
    return null;
  }
  return html`<ul class="problem-list">
    ${others.map(({ message, isError }, index) => html`<li key=${index}
      class=${`problem-row${isError ? " problem-row--error" : ""}`}><${Icon} name="alert" /><span>${message}</span></li>`)}
  </ul>`;
}

/** What went wrong here in the test. @param {{id: string}} props */
function TestErrors({ id }) {
  const errors = trail.value?.errors[id] ?? [];
  return errors.map(
    ({ code, message, at }) => html`<p key=${at} class="problem-row problem-row--error"><${Icon} name="alert" /><span>
    <strong>${gettext("In the test:")}</strong> ${message} <span class="muted">${code}</span></span></p>`,
  );
}

/**
 * @typedef {object} ConfigProps
 * @property {string} id
 * @property {Activity} activity
 * @property {import("../model/kinds.js").Kind} kind
 * @property {(changes: Partial<Activity>, key: string) => boolean} change
 * @property {(field: string) => string[]} faultsOf
 */

/** The fields of the configuration, one below the other. @param {ConfigProps} props */
function ConfigForm({ id, activity, kind, change, faultsOf }) {
  const { config } = activity;
  const set = (/** @type {Record<string, any>} */ changes, /** @type {string} */ key, label = activity.label) => {
    const next = Object.entries({ ...config, ...changes }).filter(([, value]) => value !== undefined && value !== null);
    change({ config: Object.fromEntries(next), label }, key);
  };
  const setPaths = (/** @type {any[]} */ paths, /** @type {string} */ key) =>
    set({ [kind.labelled]: paths }, key && `config.${key}`);
  const names = Object.keys(kind.schema.properties).filter((name) => hasControl(id, activity, name));
  return names.map((name) => {
    if (name === kind.labelled) {
      return html`<${Paths} key=${name} activity=${id} kind=${kind} config=${config} faultsOf=${faultsOf}
        onChange=${setPaths} />`;
    }
    const property = kind.schema.properties[name];
    const required = kind.schema.required?.includes(name) ?? false;
    // What is missing is said when it is saved, not while somebody has not come to it yet.
    const fault = config[name] ? faultOf(property, config[name], required) : "";
    return html`<${Control} key=${name} id=${id} name=${name} property=${property} kind=${kind} config=${config}
      required=${required} faults=${fault ? [fault] : faultsOf(name)} faultsOf=${faultsOf} set=${set} />`;
  });
}

/** @param {HTMLElement | null} form @param {string} field "": the first */
function goToField(form, field) {
  const [first, index] = field.split(".");
  const candidates = [`pane-${field}`, `${first}-${field.slice(first.length + 1)}`, `path-${field}`];
  const listed = index !== undefined ? form?.querySelectorAll(".path")[Number(index)] : null;
  const target = candidates.map((id) => form?.querySelector(`#${CSS.escape(id)}`)).find(Boolean) ?? listed;
  const control = target?.matches("input, textarea, select")
    ? target
    : target?.querySelector("textarea, input, select");
  const wanted = control ?? form?.querySelector("#pane-label");
  if (wanted instanceof HTMLElement && matchMedia("(pointer: fine)").matches) {
    wanted.focus();
  }
}
