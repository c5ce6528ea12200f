// Values that a step gives to an action, a template, a target of a jump or the profile: one expression each.

import { useEffect, useState } from "../../build/preact.js";
import { ask, urls } from "../api.js";
import { Faults } from "../faults.js";
import { html, Icon, IconButton } from "../html.js";
import { canEdit, offers } from "../store.js";
import { filled, gettext } from "../text.js";
import { ExpressionField } from "./expression.js";
import { SuggestField, TextField } from "./fields.js";

/**
 * @typedef {object} Props
 * @property {string} activity
 * @property {string} name of the field in the configuration
 * @property {string} label
 * @property {Record<string, string>} value
 * @property {import("../store.js").Variable[]} variables
 * @property {(value: Record<string, string>, key: string) => void} onChange
 * @property {(field: string) => string[]} faultsOf
 */

/** @param {Props} props */
export function Values({ activity, name, label, value, variables, onChange, faultsOf }) {
  const known = new Set(variables.map((variable) => variable.name));
  const unknown = Object.keys(value).filter((each) => !known.has(each));
  const set = (/** @type {string} */ key, /** @type {string} */ text) => {
    const next = { ...value, [key]: text };
    if (!text) {
      delete next[key];
    }
    onChange(next, key);
  };
  if (!variables.length && !unknown.length) {
    return null;
  }
  return html`<fieldset class="values"><legend>${label}</legend>
    <${Faults} id=${name} faults=${faultsOf(name)} />
    ${variables.map((variable) => html`<${ExpressionField} key=${variable.name} id=${`${name}-${variable.name}`}
      activity=${activity} label=${variable.label || variable.name} required=${variable.required}
      value=${value[variable.name] ?? ""} expected=${variable.type}
      hint=${variable.default ? filled(gettext("Empty: %(default)s"), { default: variable.default }) : undefined}
      faults=${faultsOf(`${name}.${variable.name}`)}
      onChange=${(/** @type {string} */ text) => set(variable.name, text)} />`)}
    ${unknown.map(
      (
        each,
      ) => html`<div key=${each} class="unknown"><p class="faults">
        ${filled(gettext("“%(name)s” is not wanted any more: %(value)s"), { name: each, value: value[each] })}
        </p>
      ${canEdit.value && html`<${IconButton} small icon="trash"
        label=${filled(gettext("Remove %(name)s"), { name: each })} onClick=${() => set(each, "")} />`}</div>`,
    )}
  </fieldset>`;
}

/**
 * What the fields of a list's objects are called in the journey, where it is not the same.
 * @param {Omit<Props, "value" | "onChange"> & {value: Record<string, Record<string, string>>, onChange: (value: Record<string, Record<string, string>>, key: string) => void}} props
 */
export function FieldNames({ name, label, value, variables, onChange, faultsOf }) {
  const lists = variables.filter((variable) => variable.fields.length);
  const set = (/** @type {string} */ list, /** @type {string} */ field, /** @type {string} */ text) => {
    const names = Object.fromEntries(
      Object.entries({ ...value[list], [field]: text }).filter(([, each]) => each),
    );
    const next = { ...value, [list]: names };
    if (!Object.keys(names).length) {
      delete next[list];
    }
    onChange(next, `${list}.${field}`);
  };
  return lists.map(
    (
      list,
    ) => html`<fieldset key=${list.name} class="values"><legend>${label}: ${list.label || list.name}</legend>
    <${Faults} id=${`${name}-${list.name}`} faults=${faultsOf(`${name}.${list.name}`)} />
    ${list.fields.map((field) => html`<${TextField} key=${field} id=${`${name}-${list.name}.${field}`}
      label=${filled(gettext("“%(field)s” is called"), { field })} placeholder=${field}
      value=${value[list.name]?.[field] ?? ""} disabled=${!canEdit.value}
      faults=${faultsOf(`${name}.${list.name}.${field}`)}
      onChange=${(/** @type {string} */ text) => set(list.name, field, text.trim())} />`)}
  </fieldset>`,
  );
}

/** What the target of a jump wants to know. @param {Omit<Props, "variables"> & {event: string}} props */
export function JumpValues({ event, ...props }) {
  const variables = useFetched(
    event && `${urls["jump-fields"]}?event=${encodeURIComponent(event)}`,
    "variables",
  );
  return html`<${Values} ...${props} variables=${variables ?? []} />`;
}

/** Fields of the profile, each with what it becomes. @param {Omit<Props, "variables">} props */
export function ProfileValues({ activity, name, label, value, onChange, faultsOf }) {
  /** @type {{path: string, type: string}[] | null} */
  const fields = useFetched(urls["profile-fields"], "fields");
  const free = (fields ?? []).filter((field) => !(field.path in value));
  const add = (/** @type {string} */ path) =>
    path && !(path in value) && onChange({ ...value, [path]: "" }, "");
  return html`<fieldset class="values"><legend>${label}</legend>
    <${Faults} id=${name} faults=${faultsOf(name)} />
    ${Object.keys(value).map(
      (path) => html`<div key=${path} class="profile-field">
      <${ExpressionField} id=${`${name}-${path}`} activity=${activity} label=${path} required
        value=${value[path]} expected=${fields?.find((field) => field.path === path)?.type ?? ""}
        faults=${faultsOf(`${name}.${path}`)}
        onChange=${(/** @type {string} */ text) => onChange({ ...value, [path]: text }, path)} />
      ${canEdit.value && html`<${IconButton} small icon="trash"
        label=${filled(gettext("Remove %(name)s"), { name: path })}
        onClick=${() => onChange(Object.fromEntries(Object.entries(value).filter(([each]) => each !== path)), "")} />`}
    </div>`,
    )}
    ${canEdit.value && html`<${SuggestField} key=${Object.keys(value).length} id=${`${name}-new`}
      label=${gettext("Set one more field")}
      hint=${gettext("Search by its path, such as person.name.firstName.")} value=""
      choices=${free.map((field) => field.path)} onChange=${add} />`}
  </fieldset>`;
}

/**
 * A part of what an address answers; null until it has.
 * @param {string} url "": nothing is asked
 * @param {string} part
 * @returns {any[] | null}
 */
function useFetched(url, part) {
  const [found, setFound] = useState(/** @type {{url: string, value: any[]} | null} */ (null));
  useEffect(() => {
    if (url) {
      ask(url).then(({ ok, data }) => ok && setFound({ url, value: data[part] }));
    }
  }, [url]);
  return found?.url === url ? found.value : null;
}

/** A template's words for an invented person. @param {{name: string, kind: string}} props */
export function Preview({ name, kind }) {
  const [shown, setShown] = useState(
    /** @type {{of: string, parts: Record<string, string>, trouble?: string} | null} */ (null),
  );
  const isKnown = offers.value.templates.some((one) => one.name === name && one.kind === kind);
  if (!isKnown) {
    return null;
  }
  const show = async () => {
    const { ok, data } = await ask(`${urls.template}?kind=${kind}&name=${encodeURIComponent(name)}`);
    setShown(
      ok
        ? { of: name, ...data }
        : { of: name, parts: {}, trouble: gettext("The preview could not be loaded.") },
    );
  };
  if (shown?.of !== name) {
    return html`<button type="button" class="button button--small" onClick=${show}><${Icon}
      name="search" /> ${gettext("Preview")}</button>`;
  }
  return html`<section class="preview" aria-label=${gettext("Preview")}>
    ${shown.trouble && html`<p class="faults">${shown.trouble}</p>`}
    ${Object.entries(shown.parts)
      .filter(([part]) => part !== "html" || !shown.parts.text)
      .map(
        ([part, text]) =>
          html`<p key=${part} class=${`preview__${part}`}>
            ${part === "html" ? text.replace(/<[^>]*>/g, " ") : text}</p>`,
      )}
    <p class="muted small">${gettext("As an invented person would get it.")}</p>
  </section>`;
}
