// What a field is compared with: as many controls as the operator takes, of the kind that the type needs.

import { html, Icon, IconButton } from "../html.js";
import { gettext } from "../text.js";
import { valueCount, valueOf } from "./tree.js";

/** @typedef {import("./tree.js").Value} Value */

/**
 * @param {{id: string, line: import("./tree.js").Line, onChange: (values: Value[]) => void}} props
 */
export function Values({ id, line, onChange }) {
  const { type, values } = line;
  const isList = valueCount(line.operator) === Infinity;
  if (!values.length && !isList) {
    return null;
  }
  const set = (/** @type {number} */ index, /** @type {Value} */ value) =>
    onChange(values.map((each, place) => (place === index ? value : each)));
  return html`<div class="rule__values">${values.map((value, index) => html`<span key=${index} class="rule__value">
      ${line.operator === "between" && index === 1 && html`<span>${gettext("and")}</span>`}
      <${ValueInput} id=${`${id}-${index}`} type=${type} value=${value} label=${labelOf(line.operator, index)}
        onChange=${(/** @type {Value} */ changed) => set(index, changed)} />
      ${isList && html`<${IconButton} small icon="close" label=${gettext("Remove this value")}
        onClick=${() => onChange(values.filter((_, place) => place !== index))} />`}</span>`)}
    ${isList && html`<button type="button" class="button button--small" onClick=${() => onChange([...values, null])}>
      <${Icon} name="plus" /> ${gettext("Value")}</button>`}</div>`;
}

/** @param {string} operator @param {number} index */
function labelOf(operator, index) {
  if (operator !== "between") {
    return gettext("Value");
  }
  return index ? gettext("Highest value") : gettext("Lowest value");
}

/**
 * @typedef {object} InputProps
 * @property {string} id
 * @property {string} type
 * @property {Value} value
 * @property {string} label
 * @property {(value: Value) => void} onChange
 */

/** @param {InputProps} props */
function ValueInput({ id, type, value, label, onChange }) {
  const change = (/** @type {any} */ event) => onChange(valueOf(event.target.value, type));
  const shared = { id, "aria-label": label, "aria-required": "true" };
  if (type === "boolean") {
    return html`<select ...${shared} value=${String(value)} onChange=${change}>
      <option value="true" selected=${value === true}>${gettext("true")}</option>
      <option value="false" selected=${value === false}>${gettext("false")}</option></select>`;
  }
  if (type === "integer" || type === "decimal") {
    return html`<input ...${shared} type="number" step=${type === "integer" ? 1 : "any"} value=${value ?? ""}
      onInput=${change} />`;
  }
  if (type === "dateOnly") {
    return html`<input ...${shared} type="date" value=${value ?? ""} onChange=${change} />`;
  }
  if (type === "dateTimeOnly") {
    return html`<input ...${shared} type="datetime-local" step="1" value=${value ?? ""} onChange=${change} />`;
  }
  return html`<input ...${shared} type="text" autocomplete="off" placeholder=${EXAMPLES[type] ?? ""} value=${value ?? ""}
    onInput=${change} />`;
}

/** How what has no control of its own is written. @type {Record<string, string>} */
const EXAMPLES = { dateTime: "2026-03-29T08:30:00Z", duration: "PT15M" };
