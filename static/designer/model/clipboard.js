// Activities as text that other tabs, browsers and journeys can read.

import { gettext, filled } from "../text.js";
import { linksOf, newActivity } from "./document.js";

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {import("./document.js").Activity} Activity
 * @typedef {{namespace: string | null, activities: Record<string, Activity>}} Clip `namespace`: by which the
 *   journey tells people apart; null: it does not say
 */

const FORMAT = "journeyorch-activities";
const MOST = 1_000_000;

/**
 * @param {Document} document
 * @param {Iterable<string>} ids
 * @param {string | null} namespace
 * @param {string[]} order all ids, as they are drawn
 */
export function written(document, ids, namespace, order) {
  const wanted = new Set(ids);
  const copied = order.filter((id) => wanted.has(id) && id in document.activities);
  const isRoot = (/** @type {string} */ id) =>
    !linksOf(document).some((link) => link.target === id && wanted.has(link.source));
  const sorted = [...copied.filter(isRoot), ...copied.filter((id) => !isRoot(id))];
  const activities = Object.fromEntries(sorted.map((id) => [id, document.activities[id]]));
  return JSON.stringify({ format: FORMAT, version: 1, namespace, activities }, null, 2);
}

/**
 * What a text holds that was copied, or one sentence that says why it cannot be pasted. A text that is none of
 * ours gives neither.
 * @param {string} text
 * @param {string | null} namespace of the journey into which it goes; null: it does not say yet
 * @returns {{clip?: Clip, refusal?: string}}
 */
export function read(text, namespace) {
  const data = parsed(text);
  if (data?.format !== FORMAT) {
    return {};
  }
  if (data.version !== 1 || !isObject(data.activities)) {
    return {
      refusal: gettext("What was copied is of a newer version of Journeyorch. Load this page again."),
    };
  }
  if (namespace && data.namespace && data.namespace !== namespace) {
    const words = gettext(
      "What was copied tells people apart by %(theirs)s, this journey by %(ours)s. Copy within one namespace.",
    );
    return { refusal: filled(words, { theirs: String(data.namespace), ours: namespace }) };
  }
  const activities = Object.entries(data.activities).filter(
    ([, one]) => isObject(one) && typeof one.kind === "string",
  );
  const clip = {
    namespace: data.namespace ?? null,
    activities: Object.fromEntries(activities.map(([id, one]) => [id, tidy(one)])),
  };
  return activities.length ? { clip } : {};
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return text.length <= MOST && text.includes(FORMAT) ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Only what an activity has, each of its type: somebody may have edited the text. @param {any} one @returns {Activity} */
function tidy(one) {
  const text = (/** @type {any} */ value, /** @type {number} */ most) =>
    typeof value === "string" ? value.slice(0, most) : "";
  const links = Object.entries(isObject(one.to) ? one.to : {}).filter(([, targets]) =>
    Array.isArray(targets),
  );
  return newActivity(one.kind, {
    name: text(one.name, 60),
    label: text(one.label, 120),
    description: text(one.description, 2000),
    note: text(one.note, 2000),
    config: isObject(one.config) ? one.config : {},
    to: Object.fromEntries(
      links.map(([way, targets]) => [way, targets.filter((/** @type {any} */ id) => typeof id === "string")]),
    ),
  });
}
