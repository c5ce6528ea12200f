// Two people have saved from the same state: what each has changed, put together step by step.

import { isEqual } from "./document.js";

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {import("./document.js").Activity} Activity
 */

/**
 * Both changes in one document. Where both have changed the same thing in different ways, mine holds, and
 * `conflicts` names the step ("": what is of the whole journey).
 * @param {Document} base
 * @param {Document} mine
 * @param {Document} theirs
 * @returns {{document: Document, conflicts: string[]}}
 */
export function merge(base, mine, theirs) {
  /** @type {Set<string>} */
  const conflicts = new Set();
  /** @type {Record<string, Activity>} */
  const activities = {};
  const ids = [
    ...Object.keys(theirs.activities),
    ...Object.keys(mine.activities).filter((id) => !(id in theirs.activities)),
  ];
  for (const id of ids) {
    const versions = [base, mine, theirs].map((document) => document.activities[id]);
    const kept = mergeActivity(versions[0], versions[1], versions[2], () => conflicts.add(id));
    if (kept) {
      activities[id] = kept;
    }
  }
  const whole = () => conflicts.add("");
  const document = {
    format: mine.format,
    properties: /** @type {any} */ (mergeFields(base.properties, mine.properties, theirs.properties, whole)),
    start: chosen(base.start, mine.start, theirs.start, whole),
    activities,
  };
  return { document: withoutDangling(document), conflicts: [...conflicts] };
}

/**
 * @template T
 * @param {T} base
 * @param {T} mine
 * @param {T} theirs
 * @param {() => void} tell
 * @returns {T}
 */
function chosen(base, mine, theirs, tell) {
  if (isEqual(mine, base) || isEqual(mine, theirs)) {
    return theirs;
  }
  if (!isEqual(theirs, base)) {
    tell();
  }
  return mine;
}

/**
 * @param {Activity | undefined} base
 * @param {Activity | undefined} mine
 * @param {Activity | undefined} theirs
 * @param {() => void} tell
 * @returns {Activity | undefined} undefined: it is deleted
 */
function mergeActivity(base, mine, theirs, tell) {
  if (!base || !mine || !theirs) {
    // Deleted by one and changed by the other: it stays.
    const kept = mine ?? theirs;
    const isDeleted = base && isEqual(kept, base);
    if (base && kept && !isDeleted) {
      tell();
    }
    return isDeleted ? undefined : kept;
  }
  const merged = /** @type {any} */ (mergeFields(base, mine, theirs, tell));
  merged.to = mergeFields(base.to, mine.to, theirs.to, tell, []);
  merged.config = mergeFields(base.config, mine.config, theirs.config, tell);
  return merged;
}

/**
 * @param {Record<string, any>} base
 * @param {Record<string, any>} mine
 * @param {Record<string, any>} theirs
 * @param {() => void} tell
 * @param {any} [missing] what a name that is not there stands for
 */
function mergeFields(base, mine, theirs, tell, missing = undefined) {
  /** @type {Record<string, any>} */
  const merged = {};
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const isDeeper = name === "to" || name === "config" || name === "reentrance";
    const [was, ours, other] = [base, mine, theirs].map((each) => (name in each ? each[name] : missing));
    const value = chosen(was, ours, other, isDeeper ? () => {} : tell);
    if (value !== undefined && !isEqual(value, missing)) {
      merged[name] = value;
    }
  }
  return merged;
}

/** Links to what the other has deleted go. @param {Document} document @returns {Document} */
function withoutDangling(document) {
  const isThere = (/** @type {string} */ id) => id in document.activities;
  const activities = Object.entries(document.activities).map(([id, activity]) => {
    const links = Object.entries(activity.to).map(([way, targets]) => [way, targets.filter(isThere)]);
    return [id, { ...activity, to: Object.fromEntries(links.filter(([, targets]) => targets.length)) }];
  });
  return { ...document, start: document.start.filter(isThere), activities: Object.fromEntries(activities) };
}
