// Sample data for trying: JSON that somebody may change by hand.

/**
 * The ids of the configured events by the names under which a journey's steps refer to them.
 * @param {Record<string, import("../model/document.js").Activity>} activities
 * @param {{id: number | null, name: string}[]} events
 * @returns {Map<string, number>}
 */
export function eventIds(activities, events) {
  const ids = new Map(events.map(({ id, name }) => [name, id]));
  const found = Object.values(activities)
    .filter(({ kind }) => kind === "event")
    .map(({ name, config }) => /** @type {const} */ ([name || config.event, ids.get(config.event)]));
  return new Map(/** @type {[string, number][]} */ (found.filter(([, id]) => id)));
}

/** The value of a text; undefined: it is no JSON. @param {string} text @returns {any} */
export function jsonOf(text) {
  try {
    return text.trim() ? JSON.parse(text) : {};
  } catch {
    return undefined;
  }
}

/**
 * The data with another payload for an event; what else somebody has written stays. What is no object begins anew.
 * @param {string} data
 * @param {string} name
 * @param {unknown} payload
 */
export function withEvent(data, name, payload) {
  const old = jsonOf(data);
  const base = old && typeof old === "object" && !Array.isArray(old) ? old : {};
  return JSON.stringify({ ...base, events: { ...base.events, [name]: payload } }, null, 2);
}
