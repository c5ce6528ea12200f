// What the designer must know of the kinds of activities: their ways out, their names, how they begin. The
// kinds themselves come from the server (journeys/activities); what is said here of ways and names follows
// journeys/activities and is compared with it by tests/designer/cases/ways.json.

import { inUnits } from "./durations.js";
import { emptyConfig } from "./forms.js";
import { gettext } from "../text.js";

/**
 * @typedef {object} Kind
 * @property {string} kind
 * @property {string} title
 * @property {string} help
 * @property {"events" | "orchestration" | "actions"} category
 * @property {string} icon
 * @property {boolean} canStart
 * @property {boolean} waits may stand in parallel with others that wait
 * @property {string} labelled the name in its configuration under which paths are listed; "": no such
 * @property {string[]} ways the fixed ways out
 * @property {Record<string, string>} failsWhen what its configuration must say for it to have an error path
 * @property {string} names the name in its configuration that its card is called by; "": no such
 * @property {string[]} reactions what can become known of the message it sends; empty: it sends none, or its
 *   configuration decides
 * @property {boolean} stores whether expressions can refer to what it leaves
 * @property {import("./forms.js").Schema} schema of its configuration
 */

/** @typedef {Record<string, Kind>} Kinds */
/** @typedef {{id: string, label: string}} Way the label is "" for the ordinary one */
/** @typedef {import("./document.js").Activity} Activity */

/**
 * The ways out of an activity, top first; what hangs on one that is no more comes last, to stay visible.
 * @param {Activity} activity
 * @param {Kinds} kinds
 * @returns {Way[]}
 */
export function waysOf(activity, kinds) {
  const kind = kinds[activity.kind];
  const ways = kind ? knownWays(activity.config, kind) : [];
  const ids = new Set(ways.map((way) => way.id));
  const left = Object.keys(activity.to).filter((way) => !ids.has(way) && activity.to[way].length);
  return [...ways, ...left.map((id) => ({ id, label: "" }))];
}

/**
 * @param {Record<string, any>} config
 * @param {Kind} kind
 * @returns {Way[]}
 */
export function knownWays(config, kind) {
  const listed = kind.labelled ? pathsOf(config, kind) : [];
  const fixed = kind.ways.map((id) => ({ id, label: FIXED[id]?.(config) ?? "" }));
  const ways = [...listed.map((path, index) => ({ id: path.id, label: pathLabel(path, index) })), ...fixed];
  const has = (/** @type {string} */ name) => name in kind.schema.properties;
  if (has("other") && config.other !== false) {
    ways.push({ id: "other", label: gettext("Other cases") });
  }
  if (has("timeout_path") && config.timeout && config.timeout_path) {
    ways.push({ id: "timeout", label: gettext("Timeout {}").replace("{}", inUnits(config.timeout)) });
  }
  if (has("error_path") && config.error_path && canFail(config, kind)) {
    ways.push({ id: "error", label: gettext("On error or timeout") });
  }
  return ways;
}

/** @type {Record<string, (config: Record<string, any>) => string>} */
const FIXED = {
  within: (config) => gettext("First {}").replace("{}", Number(config.count ?? 1000).toLocaleString("en")),
  beyond: () => gettext("Everybody else"),
};

/**
 * @param {Record<string, any>} config
 * @param {Kind} kind
 */
export function canFail(config, kind) {
  return Object.entries(kind.failsWhen).every(([name, value]) => config[name] === value);
}

/**
 * The listed paths of a configuration, however broken it is.
 * @param {Record<string, any>} config
 * @param {Kind} kind
 * @returns {{id: string, label?: string, percent?: number}[]}
 */
export function pathsOf(config, kind) {
  const listed = kind.labelled ? config[kind.labelled] : [];
  return Array.isArray(listed) ? listed.filter((path) => path && typeof path.id === "string") : [];
}

/**
 * What a path is called; parts of a split without labels are told from each other by their letters.
 * @param {{label?: string, percent?: number}} path @param {number} index
 */
export function pathLabel(path, index) {
  if (path.label) {
    return path.label;
  }
  return path.percent === undefined
    ? gettext("Path {}").replace("{}", String(index + 1))
    : `${String.fromCharCode("A".charCodeAt(0) + index)} · ${path.percent} %`;
}

/**
 * What a card is called: "name – label", or whichever of them there is, or the kind.
 * @param {Activity} activity
 * @param {Kinds} kinds
 * @returns {string}
 */
export function nameOf(activity, kinds) {
  const kind = kinds[activity.kind];
  const name = activity.name || (kind ? ownName(activity.config, kind) : "");
  return [name, activity.label].filter(Boolean).join(" – ") || kind?.title || activity.kind;
}

/** @param {Record<string, any>} config @param {Kind} kind @returns {string} */
function ownName(config, kind) {
  const value = config[kind.names];
  if (value && typeof value === "object") {
    const keys = Object.keys(value);
    return keys.length > 2 ? gettext("{} fields").replace("{}", String(keys.length)) : keys.join(", ");
  }
  const text = typeof value === "string" ? value : "";
  const { enum: values = [], titles = [] } = kind.schema.properties[kind.names] ?? {};
  return titles[values.indexOf(text)] ?? text;
}

/**
 * What a card says below its name: the kind, and how long a wait lasts.
 * @param {Activity} activity
 * @param {Kinds} kinds
 */
export function detailOf(activity, kinds) {
  const { config } = activity;
  const title = kinds[activity.kind]?.title ?? activity.kind;
  let detail = "";
  if (activity.kind === "wait" && config.type === "date_time") {
    detail = String(config.at ?? "")
      .replace("T", " ")
      .slice(0, 16);
  } else if (activity.kind === "wait" && config.type !== "custom") {
    detail = inUnits(config.duration);
  }
  return [title, detail].filter(Boolean).join(" · ");
}

/**
 * How an activity begins that is put into a drawing: with as many paths as it must have.
 * @param {Kind} kind
 * @param {Record<string, any>} [given]
 * @returns {Record<string, any>}
 */
export function firstConfig(kind, given = {}) {
  const config = { ...emptyConfig(kind.schema), ...given };
  if (kind.labelled === "parts") {
    return { ...config, parts: ["a", "b"].map((id) => ({ id: `part-${id}`, label: "", percent: 50 })) };
  }
  return kind.labelled ? { ...config, [kind.labelled]: [newPath(kind, [])] } : config;
}

/**
 * One more path for the list of a configuration.
 * @param {Kind} kind
 * @param {{id: string}[]} paths that there are
 */
export function newPath(kind, paths) {
  const taken = new Set(paths.map((path) => path.id));
  let number = paths.length + 1;
  while (taken.has(`path-${number}`)) {
    number += 1;
  }
  const item = kind.schema.properties[kind.labelled]?.items;
  return { ...(item ? emptyConfig(item) : {}), id: `path-${number}`, label: "" };
}
