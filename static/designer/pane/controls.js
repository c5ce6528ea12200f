// Which control a field of a configuration gets: by what it asks for, else by its type.

import { messagesBefore, reactionsTo } from "../palette.js";
import { html } from "../html.js";
import { plain } from "../model/forms.js";
import { nameOf } from "../model/kinds.js";
import { canEdit, drawing, kinds, offers } from "../store.js";
import { filled, gettext } from "../text.js";
import { ExpressionField } from "./expression.js";
import { CheckField, ChoiceField, DurationField, MomentField, NumberField, TextField } from "./fields.js";
import { FieldNames, JumpValues, Preview, ProfileValues, Values } from "./values.js";

/**
 * @typedef {object} Props
 * @property {string} id of the activity
 * @property {string} name of the field
 * @property {import("../model/forms.js").Schema} property
 * @property {import("../model/kinds.js").Kind} kind
 * @property {Record<string, any>} config
 * @property {boolean} required
 * @property {string[]} faults
 * @property {(field: string) => string[]} faultsOf
 * @property {(changes: Record<string, any>, key: string, label?: string) => void} set `label`: a new one of the step
 */

/** @param {Props} props */
export function Control(props) {
  const { property } = props;
  const schema = plain(property);
  const special = WIDGETS[property.widget ?? ""];
  if (special) {
    return special(props, common(props));
  }
  const own = { ...common(props), label: property.title ?? props.name };
  if (schema.enum) {
    return html`<${ChoiceField} ...${own}
      choices=${schema.enum.map((value, index) => ({ value, label: property.titles?.[index] ?? value }))} />`;
  }
  switch (schema.format ?? schema.type) {
    case "boolean":
      return html`<${CheckField} ...${own} />`;
    case "integer":
    case "number":
      return html`<${NumberField} ...${own} least=${schema.minimum} most=${schema.maximum}
        step=${schema.type === "integer" ? 1 : "any"} />`;
    case "duration":
      return html`<${DurationField} ...${own}
        hint=${property.anyOf && !property.when ? gettext("Empty: none.") : undefined} />`;
    case "date-time":
      return html`<${MomentField} ...${own} hint=${gettext("By the clocks of the journey's time zone.")} />`;
    default:
      return html`<${TextField} ...${own} most=${schema.maxLength} />`;
  }
}

/** @param {Props} props */
function common({ name, property, config, required, faults, set }) {
  return {
    id: `pane-${name}`,
    label: property.title ?? name,
    value: config[name] ?? property.default,
    disabled: !canEdit.value,
    required,
    faults,
    help: property.help,
    onChange: (/** @type {any} */ value) => set({ [name]: value }, `config.${name}`),
  };
}

/** @param {string[]} names */
const asChoices = (names) => names.map((name) => ({ value: name, label: name }));

/** @type {Record<string, (props: Props, own: ReturnType<typeof common>) => any>} */
const WIDGETS = {
  expression: ({ id, property }, own) =>
    html`<${ExpressionField} ...${own} value=${own.value ?? ""} activity=${id}
      expected=${property.expected ?? ""}
      hint=${own.id === "pane-address" ? gettext("Empty: from the profile.") : undefined} />`,
  event: (_props, own) =>
    html`<${ChoiceField} ...${own} choices=${asChoices(offers.value.events.map((one) => one.name))} />`,
  action: (_props, own) =>
    html`<${ChoiceField} ...${own} choices=${asChoices(offers.value.actions.map((one) => one.name))} />`,
  segment: (_props, own) => html`<${ChoiceField} ...${own} choices=${asChoices(offers.value.segments)} />`,
  namespace: ({ id }, own) =>
    drawing.value.start.includes(id) || own.value
      ? html`<${ChoiceField} ...${own} empty=${gettext("None")} choices=${asChoices(offers.value.namespaces)}
        hint=${gettext("By which identity people are known in this journey.")} />`
      : null,
  template: ({ kind, config }, own) => {
    const templates = offers.value.templates.filter((one) => one.kind === kind.kind);
    return html`<${ChoiceField} ...${own} choices=${asChoices(templates.map((one) => one.name))} /><${Preview}
      name=${config.template} kind=${kind.kind} />`;
  },
  message: ({ id }, own) => {
    const choices = messagesBefore(id).map(([value, activity]) => ({
      value,
      label: nameOf(activity, kinds),
    }));
    return html`<${ChoiceField} ...${own} choices=${choices}
      hint=${choices.length ? undefined : gettext("No message is sent before this step.")} />`;
  },
  reaction: ({ property, config }, own) => {
    const message = drawing.value.activities[config.message];
    const known = message ? reactionsTo(message) : (property.enum ?? []);
    const choices = (property.enum ?? []).map((value, index) => ({
      value,
      label: property.titles?.[index] ?? value,
      disabled: !known.includes(value),
    }));
    const hint =
      message?.kind === "custom_action"
        ? gettext("Adobe Campaign tells whether it sent the message, not who opened it or clicked.")
        : gettext("Readers who block images do not count as opened.");
    return html`<${ChoiceField} ...${own} choices=${choices} hint=${hint} />`;
  },
  journey: ({ id, config, set }, own) => {
    const status = { live: "", test: gettext(" (in test)"), draft: gettext(" (not live)") };
    const choices = offers.value.journeys.map((one) => ({
      value: one.uid,
      label: one.name + (one.event ? (status[/** @type {"live"} */ (one.status)] ?? "") : gettext(" (no event yet)")),
      disabled: !one.event,
    }));
    const target = offers.value.journeys.find((one) => one.uid === own.value);
    const choose = (/** @type {string} */ uid) => {
      const chosen = offers.value.journeys.find((one) => one.uid === uid);
      const { label } = drawing.value.activities[id];
      // Cards of jumps say where to, unless somebody has written something else.
      const isOurs = label === "" || label === target?.name;
      set({ journey: uid, event: chosen?.event ?? "" }, "", isOurs ? (chosen?.name ?? "") : label);
    };
    const hasChanged = target?.event && target.event !== config.event;
    return html`<${ChoiceField} ...${own} choices=${choices} onChange=${choose} />
      ${target && html`<a class="small" target="_blank" href=${target.url}>${gettext("Open the target")}</a>`}
      ${hasChanged && canEdit.value && html`<button type="button" class="button button--small"
        onClick=${() => choose(target.uid)}>${filled(gettext("Take over its first event, %(event)s"), target)}</button>`}`;
  },
  values: (props, own) => {
    const shared = {
      activity: props.id,
      name: props.name,
      label: own.label,
      value: own.value ?? {},
      faultsOf: props.faultsOf,
      onChange: (/** @type {any} */ value, /** @type {string} */ key) =>
        props.set({ [props.name]: value }, `config.${props.name}.${key}`),
    };
    return props.kind.kind === "jump"
      ? html`<${JumpValues} ...${shared} event=${props.config.event ?? ""} />`
      : html`<${Values} ...${shared} variables=${variablesOf(props)} />`;
  },
  names: (props, own) =>
    html`<${FieldNames} activity=${props.id} name=${props.name} label=${own.label} value=${own.value ?? {}}
      variables=${variablesOf(props)} faultsOf=${props.faultsOf}
      onChange=${(/** @type {any} */ value, /** @type {string} */ key) => props.set({ [props.name]: value }, `config.${props.name}.${key}`)} />`,
  fields: (props, own) =>
    html`<${ProfileValues} activity=${props.id} name=${props.name} label=${own.label} value=${own.value ?? {}}
      faultsOf=${props.faultsOf}
      onChange=${(/** @type {any} */ value, /** @type {string} */ key) => props.set({ [props.name]: value }, key && `config.${props.name}.${key}`)} />`,
};

/** @param {Props} props */
function variablesOf({ kind, config }) {
  const { actions, templates } = offers.value;
  const found =
    kind.kind === "custom_action"
      ? actions.find((one) => one.name === config.action)
      : templates.find((one) => one.name === config.template && one.kind === kind.kind);
  return found?.variables ?? [];
}
