// Forms from the JSON schema of a configuration: what it begins with, which fields it has, what is missing.

import { gettext, ngettext } from "../text.js";
import { inUnits, secondsOf } from "./durations.js";

/**
 * @typedef {object} Schema the parts of JSON Schema that configurations use; references are resolved
 * @property {Record<string, Schema>} properties
 * @property {string[]} [required]
 * @property {string} [title]
 * @property {string} [type]
 * @property {string} [format]
 * @property {string} [widget] which control it wants; "": what its type asks for
 * @property {string} [expected] the type that its expression must have
 * @property {string} [help] the topic of the help button beside it
 * @property {Record<string, string>} [when] shown only if other fields have these values
 * @property {any} [default]
 * @property {string[]} [enum]
 * @property {string[]} [titles] of the values in `enum`
 * @property {Schema} [items]
 * @property {Schema[]} [anyOf]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {string} [gt]
 * @property {string} [ge]
 * @property {string} [le]
 */

/**
 * What a configuration is before anybody has filled it in. What may be left out is left out.
 * @param {Schema} schema
 * @returns {Record<string, any>}
 */
export function emptyConfig(schema) {
  /** @type {Record<string, any>} */
  const config = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    if (property.default !== undefined && property.default !== null) {
      config[name] = property.default;
    } else if (schema.required?.includes(name) && property.type === "string" && !property.enum) {
      config[name] = "";
    } else if (schema.required?.includes(name) && property.type === "object") {
      config[name] = {};
    }
  }
  return config;
}

/**
 * A property without the "or null" that optional ones carry.
 * @param {Schema} property
 * @returns {Schema}
 */
export function plain(property) {
  const inner = property.anyOf?.find((one) => one.type !== "null");
  return inner
    ? { ...inner, ...property, anyOf: undefined, type: inner.type, format: inner.format }
    : property;
}

/**
 * Whether a field matters, by what the others say.
 * @param {Schema} property
 * @param {Record<string, any>} config
 */
export function matters(property, config) {
  return Object.entries(property.when ?? {}).every(([name, value]) =>
    value === "*" ? Boolean(config[name]) : config[name] === value,
  );
}

/**
 * One sentence that says what is wrong with a value, or "". The server is the judge; this is for what can be
 * said while somebody is still typing.
 * @param {Schema} property
 * @param {any} value
 * @param {boolean} required
 * @returns {string}
 */
export function faultOf(property, value, required) {
  const schema = plain(property);
  const isEmpty = value === undefined || value === null || value === "";
  if (isEmpty) {
    return required ? gettext("This is needed.") : "";
  }
  if (schema.type === "number" || schema.type === "integer") {
    return faultOfNumber(schema, value);
  }
  if (schema.format === "duration") {
    return faultOfDuration(schema, value);
  }
  if (typeof value === "string" && schema.maxLength && value.length > schema.maxLength) {
    return ngettext("At most %d character.", "At most %d characters.", schema.maxLength).replace(
      "%d",
      String(schema.maxLength),
    );
  }
  return "";
}

/** @param {Schema} schema @param {any} value */
function faultOfNumber(schema, value) {
  if (
    typeof value !== "number" ||
    !Number.isFinite(value) ||
    (schema.type === "integer" && !Number.isInteger(value))
  ) {
    return schema.type === "integer" ? gettext("Write a whole number.") : gettext("Write a number.");
  }
  if (schema.minimum !== undefined && value < schema.minimum) {
    return gettext("At least {}.").replace("{}", String(schema.minimum));
  }
  return schema.maximum !== undefined && value > schema.maximum
    ? gettext("At most {}.").replace("{}", String(schema.maximum))
    : "";
}

/** @param {Schema} schema @param {any} value */
function faultOfDuration(schema, value) {
  const seconds = secondsOf(value);
  if (seconds === null) {
    return gettext("Write a number of days, hours, minutes or seconds.");
  }
  const least = secondsOf(schema.ge ?? schema.gt) ?? 0;
  const most = secondsOf(schema.le) ?? Infinity;
  if (seconds < least || (schema.gt && seconds <= least)) {
    return schema.gt
      ? gettext("More than {}.").replace("{}", inUnits(schema.gt))
      : gettext("At least {}.").replace("{}", inUnits(schema.ge));
  }
  return seconds > most ? gettext("At most {}.").replace("{}", inUnits(schema.le)) : "";
}
