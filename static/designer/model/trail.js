// What a test has passed, as the drawing shows it and as it is said. Pure.

import { filled, gettext } from "../text.js";

/**
 * @typedef {object} Path what the server says of a test, of its latest instance
 * @property {string} status of the version
 * @property {number} run
 * @property {number} count of instances in this run
 * @property {{id: string, person: string, status: string, activity: string, endedAt: string | null} | null} instance
 * @property {string[]} activities passed, in their order
 * @property {string[]} taken keys of edges
 * @property {string[]} here where the person stands
 * @property {Record<string, {code: string, message: string, at: string}[]>} errors by step
 * @property {{person: string, reason: string, at: string}[]} discards why events did nothing, the newest first
 */

/** @typedef {"" | "passed" | "here" | "failed"} Trace */

/**
 * @typedef {object} Trail
 * @property {Set<string>} ways
 * @property {Set<string>} passed
 * @property {Set<string>} here
 * @property {Path["errors"]} errors
 */

/** @param {Path} path @returns {Trail} */
export function trailOf({ taken, activities, here, errors }) {
  return { ways: new Set(taken), passed: new Set(activities), here: new Set(here), errors };
}

/** What a test has done at a step: what went wrong is shown before all else. @param {Trail | null} trail @param {string} id @returns {Trace} */
export function traceOf(trail, id) {
  if (!trail) {
    return "";
  }
  return id in trail.errors ? "failed" : trail.here.has(id) ? "here" : trail.passed.has(id) ? "passed" : "";
}

/** @param {Trace} trace */
export function traceWords(trace) {
  return {
    "": "",
    passed: gettext("Passed in the test."),
    here: gettext("The test profile is here."),
    failed: gettext("Failed in the test."),
  }[trace];
}

/**
 * Where the test profile is, in one sentence.
 * @param {Path | null} path
 * @param {(id: string) => string} nameOf a step
 */
export function whereabouts(path, nameOf) {
  if (!path?.instance) {
    return gettext("Nobody has entered yet.");
  }
  const { person, status } = path.instance;
  return path.here.length
    ? filled(gettext("%(person)s is at: %(steps)s"), { person, steps: path.here.map(nameOf).join(", ") })
    : `${person}: ${status}`;
}

/**
 * What is to be said of a path that has changed: where the person is now, what has failed, what did nothing.
 * @param {Path | null} before
 * @param {Path} after
 * @param {(id: string) => string} nameOf
 * @returns {string[]} sentences; none: nothing that one would want to hear
 */
export function newsOf(before, after, nameOf) {
  const said = [];
  const now = whereabouts(after, nameOf);
  if (after.instance && now !== whereabouts(before, nameOf)) {
    said.push(now);
  }
  const isSame = before?.instance?.id === after.instance?.id;
  for (const [id, errors] of Object.entries(after.errors)) {
    for (const { message } of errors.slice(isSame ? (before?.errors[id]?.length ?? 0) : 0)) {
      said.push(filled(gettext("Error at %(step)s: %(message)s"), { step: nameOf(id), message }));
    }
  }
  const last = before?.discards[0];
  for (const { person, reason, at } of after.discards) {
    if (last && last.at === at && last.person === person) {
      break;
    }
    if (before) {
      said.push(filled(gettext("The event for %(person)s did nothing: %(reason)s"), { person, reason }));
    }
  }
  return said;
}
