// The paths of conditions and the parts of splits: an ordered list in which the first one that fits wins.

import { Faults } from "../faults.js";
import { Helped } from "../help.js";
import { html, Icon, IconButton } from "../html.js";
import { newPath, pathLabel, pathsOf } from "../model/kinds.js";
import { canEdit } from "../store.js";
import { filled, gettext } from "../text.js";
import { ExpressionField } from "./expression.js";
import { MomentField, NumberField, TextField } from "./fields.js";

/**
 * @typedef {object} Props
 * @property {string} activity
 * @property {import("../model/kinds.js").Kind} kind
 * @property {Record<string, any>} config
 * @property {(paths: any[], key: string) => void} onChange key: what follows with the same one is undone with it
 * @property {(field: string) => string[]} faultsOf
 */

/** @param {Props} props */
export function Paths({ activity, kind, config, onChange, faultsOf }) {
  const paths = /** @type {any[]} */ (pathsOf(config, kind));
  const schema = kind.schema.properties[kind.labelled];
  const isSplit = kind.labelled === "parts";
  const replace = (/** @type {number} */ index, /** @type {any} */ path, /** @type {string} */ key) =>
    onChange(
      paths.map((each, place) => (place === index ? path : each)),
      `${path.id}.${key}`,
    );
  const move = (/** @type {number} */ index, /** @type {number} */ by) => {
    const rest = paths.filter((_, place) => place !== index);
    onChange([...rest.slice(0, index + by), paths[index], ...rest.slice(index + by)], "");
  };
  return html`<fieldset class="paths">
    <legend><${Helped} topic=${schema.help}>${isSplit ? gettext("Parts") : gettext("Paths, the first one that fits wins")}<//></legend>
    <${Faults} id=${kind.labelled} faults=${faultsOf(kind.labelled)} />
    <ol>${paths.map(
      (path, index) => html`<li key=${path.id} class="path" id=${`path-${path.id}`}>
      <div class="path__head"><strong>
        ${isSplit ? filled(gettext("Part %(n)s"), { n: index + 1 }) : filled(gettext("Path %(n)s"), { n: index + 1 })}
        </strong>
        ${
          canEdit.value &&
          html`<${IconButton} small icon="up" label=${gettext("Move up")} disabled=${index === 0}
            onClick=${() => move(index, -1)} />
        <${IconButton} small icon="down" label=${gettext("Move down")} disabled=${index === paths.length - 1}
          onClick=${() => move(index, 1)} />
        <${IconButton} small icon="trash"
          label=${filled(gettext("Delete %(name)s"), { name: pathLabel(path, index) })}
          disabled=${paths.length <= (schema.minItems ?? 1)} onClick=${() =>
          onChange(
            paths.filter((each) => each !== path),
            "",
          )} />`
        }</div>
      <${TextField} id=${`label-${path.id}`} label=${gettext("Label")} most=${120} value=${path.label ?? ""}
        disabled=${!canEdit.value}
        onChange=${(/** @type {string} */ label) => replace(index, { ...path, label }, "label")} />
      <${PathFields} activity=${activity} kind=${kind} path=${path} index=${index} faultsOf=${faultsOf}
        onChange=${(/** @type {any} */ changed, /** @type {string} */ key) => replace(index, changed, key)} />
    </li>`,
    )}</ol>
    ${isSplit && html`<${Sum} parts=${paths} onChange=${onChange} />`}
    ${canEdit.value && paths.length < (schema.maxItems ?? 50) && html`<button type="button"
      class="button button--small" onClick=${() => onChange([...paths, added(kind, paths)], "")}><${Icon}
      name="plus" /> ${isSplit ? gettext("Add a part") : gettext("Add a path")}</button>`}
  </fieldset>`;
}

/** @param {import("../model/kinds.js").Kind} kind @param {any[]} paths */
function added(kind, paths) {
  const path = newPath(kind, paths);
  if (kind.labelled !== "parts") {
    return path;
  }
  const left = 100 - paths.reduce((sum, part) => sum + (Number(part.percent) || 0), 0);
  return { ...path, percent: Math.max(0, Math.round(left * 100) / 100) };
}

/** @param {{parts: any[], onChange: (parts: any[], key: string) => void}} props */
function Sum({ parts, onChange }) {
  const sum = Math.round(parts.reduce((total, part) => total + (Number(part.percent) || 0), 0) * 1e6) / 1e6;
  const even = () => {
    const share = Math.floor(10_000 / parts.length) / 100;
    const last = Math.round((100 - share * (parts.length - 1)) * 100) / 100;
    onChange(
      parts.map((part, index) => ({ ...part, percent: index === parts.length - 1 ? last : share })),
      "",
    );
  };
  return html`<p class=${`sum${sum === 100 ? "" : " sum--wrong"}`} role="status">
    ${filled(gettext("Together %(sum)s %"), { sum })}${sum !== 100 && ` · ${gettext("make it 100 %")}`}
    ${canEdit.value && html`<button type="button" class="link small" onClick=${even}>${gettext("Share evenly")}
      </button>`}</p>`;
}

/**
 * What a path says besides its label, by what its form has.
 * @param {{activity: string, kind: import("../model/kinds.js").Kind, path: any, index: number, faultsOf: (field: string) => string[], onChange: (path: any, key: string) => void}} props
 */
function PathFields({ activity, kind, path, index, faultsOf, onChange }) {
  const fields = kind.schema.properties[kind.labelled].items?.properties ?? {};
  const place = `${kind.labelled}.${index}`;
  const disabled = !canEdit.value;
  if (fields.expression) {
    return html`<${ExpressionField} id=${`expression-${path.id}`} activity=${activity}
      label=${gettext("Condition")} required value=${path.expression ?? ""}
      expected=${fields.expression.expected ?? ""} faults=${faultsOf(`${place}.expression`)}
      onChange=${(/** @type {string} */ expression) => onChange({ ...path, expression }, "expression")} />`;
  }
  if (fields.percent) {
    return html`<${NumberField} id=${`percent-${path.id}`} label=${gettext("Percent")} least=${0} most=${100}
      unit="%" value=${path.percent} disabled=${disabled} faults=${faultsOf(`${place}.percent`)}
      onChange=${(/** @type {number | undefined} */ percent) => onChange({ ...path, percent: percent ?? 0 }, "percent")} />`;
  }
  if (fields.days) {
    return html`<${Days} path=${path} onChange=${onChange} /><${Hours} path=${path} onChange=${onChange} />`;
  }
  if (fields.from) {
    return html`<div class="pair">${["from", "to"].map((name) => html`<${MomentField} key=${name}
      id=${`${name}-${path.id}`} label=${fields[name].title} value=${path[name]} disabled=${disabled}
      onChange=${(/** @type {string | null} */ value) => onChange({ ...path, [name]: value }, name)} />`)}
      </div>`;
  }
  return null;
}

const DAYS = () => [
  ["mon", gettext("Mon")],
  ["tue", gettext("Tue")],
  ["wed", gettext("Wed")],
  ["thu", gettext("Thu")],
  ["fri", gettext("Fri")],
  ["sat", gettext("Sat")],
  ["sun", gettext("Sun")],
];

/** @param {{path: any, onChange: (path: any, key: string) => void}} props */
function Days({ path, onChange }) {
  const chosen = new Set(path.days ?? []);
  const toggle = (/** @type {string} */ day) => {
    if (!chosen.delete(day)) {
      chosen.add(day);
    }
    onChange(
      {
        ...path,
        days: DAYS()
          .map(([id]) => id)
          .filter((id) => chosen.has(id)),
      },
      "",
    );
  };
  return html`<fieldset class="field"><legend class="label">${gettext("Days")} <span class="muted">
    ${chosen.size ? "" : gettext("every day")}</span></legend>
    <div class="days">${DAYS().map(([day, name]) => html`<button key=${day} type="button" class="toggle"
      aria-pressed=${chosen.has(day)} disabled=${!canEdit.value} onClick=${() => toggle(day)}>${name}
      </button>`)}</div></fieldset>`;
}

/** @param {{path: any, onChange: (path: any, key: string) => void}} props */
function Hours({ path, onChange }) {
  /** @type {{from: string, to: string}[]} */
  const hours = path.hours ?? [];
  const set = (/** @type {number} */ index, /** @type {any} */ change) =>
    onChange(
      { ...path, hours: hours.map((each, place) => (place === index ? { ...each, ...change } : each)) },
      `hours.${index}`,
    );
  return html`<fieldset class="field"><legend class="label">${gettext("Hours")} <span class="muted">
    ${hours.length ? "" : gettext("all day")}</span></legend>
    ${hours.map(
      (one, index) => html`<div key=${index} class="hours">
      ${["from", "to"].map((name) => html`<input key=${name} type="time"
        aria-label=${name === "from" ? gettext("From") : gettext("To")} value=${/** @type {any} */ (one)[name]}
        disabled=${!canEdit.value}
        onChange=${(/** @type {any} */ event) => event.target.value && set(index, { [name]: event.target.value })} />`)}
      ${canEdit.value && html`<${IconButton} small icon="trash" label=${gettext("Delete these hours")}
        onClick=${() => onChange({ ...path, hours: hours.filter((_, place) => place !== index) }, "")} />`}
    </div>`,
    )}
    ${canEdit.value && html`<button type="button" class="button button--small"
      onClick=${() => onChange({ ...path, hours: [...hours, { from: "09:00", to: "17:00" }] }, "")}><${Icon}
      name="plus" /> ${gettext("Add hours")}</button>`}
  </fieldset>`;
}
