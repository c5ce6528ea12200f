// Controls of forms. Each shows its label, what is wrong with it, and takes part in nothing else.

import { Faults } from "../faults.js";
import { Helped } from "../help.js";
import { html } from "../html.js";
import { durationOf, partsOf, secondsOf } from "../model/durations.js";
import { gettext } from "../text.js";

/**
 * @typedef {object} Common
 * @property {string} id
 * @property {string} label
 * @property {any} value
 * @property {(value: any) => void} onChange
 * @property {string[]} [faults] sentences that say what is wrong
 * @property {string} [hint]
 * @property {boolean} [disabled]
 * @property {boolean} [required]
 * @property {string} [help] the topic of a help button
 */

/** What belongs to a control by WCAG. @param {Common} props */
function attributes({ id, faults = [], hint, disabled, required }) {
  const about = [hint && `${id}-hint`, faults.length && `${id}-faults`].filter(Boolean).join(" ");
  return {
    id,
    disabled,
    "aria-describedby": about || undefined,
    "aria-invalid": faults.length ? "true" : undefined,
    "aria-required": required || undefined,
  };
}

/** @param {Common} props */
function Label({ id, label, required, help }) {
  return html`<${Helped} topic=${help}><label for=${id}>${label}${required && html`<span class="needed"
    title=${gettext("This is needed.")} aria-hidden="true"> *</span>`}</label><//>`;
}

/** @param {Common & {most?: number, lines?: number, placeholder?: string}} props */
export function TextField(props) {
  const change = (/** @type {any} */ event) => props.onChange(event.target.value);
  const shared = {
    ...attributes(props),
    value: props.value ?? "",
    maxlength: props.most,
    placeholder: props.placeholder,
    onInput: change,
  };
  return html`<div class="field"><${Label} ...${props} />
    ${props.lines ? html`<textarea class="prose" rows=${props.lines} ...${shared}></textarea>` : html`<input
      type="text" autocomplete="off" ...${shared} />`}
    <${Faults} ...${props} /></div>`;
}

/** @param {Common & {least?: number, most?: number, step?: number | "any", unit?: string}} props */
export function NumberField(props) {
  const change = (/** @type {any} */ event) =>
    props.onChange(event.target.value === "" ? undefined : Number(event.target.value));
  return html`<div class="field"><${Label} ...${props} />
    <div class="with-unit"><input type="number" inputmode="decimal" min=${props.least} max=${props.most}
      step=${props.step ?? "any"} value=${props.value ?? ""} onInput=${change} ...${attributes(props)} />
      ${props.unit && html`<span>${props.unit}</span>`}</div>
    <${Faults} ...${props} /></div>`;
}

/** @param {Common} props */
export function CheckField(props) {
  return html`<div class="field field--check"><input type="checkbox" checked=${Boolean(props.value)}
    onChange=${(/** @type {any} */ event) => props.onChange(event.target.checked)} ...${attributes(props)} />
    <${Helped} topic=${props.help}><label for=${props.id}>${props.label}</label><//><${Faults} ...${props} /></div>`;
}

/**
 * A choice. What is chosen and does not exist any more stays chosen, and says so.
 * @param {Common & {choices: {value: string, label: string, disabled?: boolean}[], empty?: string}} props
 */
export function ChoiceField(props) {
  const { choices, value = "", empty } = props;
  const isGone = value !== "" && !choices.some((choice) => choice.value === value);
  return html`<div class="field"><${Label} ...${props} />
    <select value=${value} onChange=${(/** @type {any} */ event) => props.onChange(event.target.value)}
      ...${attributes(props)}>
      ${(empty !== undefined || value === "") && html`<option value="" selected=${value === ""}>
        ${empty ?? gettext("Choose…")}</option>`}
      ${isGone && html`<option value=${value} selected>
        ${gettext("{} (is not there any more)").replace("{}", value)}</option>`}
      ${choices.map((choice) => html`<option key=${choice.value} value=${choice.value}
        selected=${choice.value === value} disabled=${choice.disabled}>${choice.label}</option>`)}
    </select>
    <${Faults} ...${props} /></div>`;
}

const UNITS = () =>
  /** @type {const} */ ([
    ["days", gettext("days")],
    ["hours", gettext("hours")],
    ["minutes", gettext("minutes")],
    ["seconds", gettext("seconds")],
  ]);

/** Days, hours, minutes and seconds; all empty means none. @param {Common} props */
export function DurationField(props) {
  const seconds = secondsOf(props.value);
  const parts = seconds === null ? null : partsOf(seconds);
  const change = (/** @type {string} */ name, /** @type {string} */ text) => {
    const given = {
      days: 0,
      hours: 0,
      minutes: 0,
      seconds: 0,
      ...parts,
      [name]: Math.max(0, Number(text) || 0),
    };
    const sum = ((given.days * 24 + given.hours) * 60 + given.minutes) * 60 + given.seconds;
    props.onChange(sum || parts || text !== "" ? (sum || text !== "" ? durationOf(sum) : null) : null);
  };
  return html`<fieldset class="field" aria-describedby=${attributes(props)["aria-describedby"]}><legend
    class="label"><${Helped} topic=${props.help}>${props.label}${props.required && html`<span class="needed" aria-hidden="true"> *</span>`}<//>
    </legend>
    <div class="duration">${UNITS().map(([name, unit], index) => html`<label key=${name}><input
      id=${index === 0 ? props.id : undefined} type="number" min="0" step="any" inputmode="numeric"
      disabled=${props.disabled} aria-invalid=${props.faults?.length ? "true" : undefined}
      value=${parts?.[name] || ""} placeholder="0"
      onInput=${(/** @type {any} */ event) => change(name, event.target.value)} /><span>${unit}</span>
      </label>`)}</div>
    <${Faults} ...${props} /></fieldset>`;
}

/** A wall clock such as 2026-03-29T08:30. @param {Common} props */
export function MomentField(props) {
  const change = (/** @type {any} */ event) => props.onChange(event.target.value || null);
  return html`<div class="field"><${Label} ...${props} /><input type="datetime-local"
    value=${String(props.value ?? "").slice(0, 16)} onChange=${change} ...${attributes(props)} /><${Faults}
    ...${props} /></div>`;
}

/**
 * A text with a list of what is usual.
 * @param {Common & {choices: string[], isLive?: boolean}} props isLive: told while somebody types, not only afterwards
 */
export function SuggestField(props) {
  const change = (/** @type {any} */ event) => props.onChange(event.target.value.trim());
  return html`<div class="field"><${Label} ...${props} />
    <input type="text" autocomplete="off" list=${`${props.id}-list`} value=${props.value ?? ""}
      ...${{ [props.isLive ? "onInput" : "onChange"]: change }} ...${attributes(props)} />
    <datalist id=${`${props.id}-list`}>${props.choices.map((choice) => html`<option key=${choice}
      value=${choice} />`)}</datalist>
    <${Faults} ...${props} /></div>`;
}
