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

/**
 * The data with a place, null, for each field of an event or a source that the text names; what somebody has
 * written stays. An event that is not saved yet has no payload to begin with.
 * @param {string} data
 * @param {string} text
 */
export function withPlaces(data, text) {
  const old = jsonOf(data);
  if (!isObject(old)) {
    return data;
  }
  const named = {
    events: pathsIn(text, /@\{\s*(?!JourneyProperties\b)([\w-]+(?:\.[\w-]+)+)\s*[,}]/g),
    datasources: pathsIn(text, /#\{\s*([\w-]+(?:\.[\w-]+){2,})\s*[,}]/g),
  };
  const parts = Object.entries(named).map(([part, paths]) => {
    const places = isObject(old[part]) ? structuredClone(old[part]) : {};
    return paths.filter((path) => addedTo(places, path)).length ? { [part]: places } : {};
  });
  const added = Object.assign({}, ...parts);
  return Object.keys(added).length ? JSON.stringify({ ...old, ...added }, null, 2) : data;
}

/** @param {string} text @param {RegExp} reference */
function pathsIn(text, reference) {
  return [...text.matchAll(reference)].map(([, path]) => path.split("."));
}

/** @param {any} value @returns {value is Record<string, any>} */
function isObject(value) {
  return Boolean(value) && typeof value === "object" && !Array.isArray(value);
}

/**
 * Whether there was room for it, and nothing yet.
 * @param {Record<string, any>} place
 * @param {string[]} path
 * @returns {boolean}
 */
function addedTo(place, [name, ...rest]) {
  const isThere = Object.hasOwn(place, name);
  if (!rest.length) {
    place[name] = isThere ? place[name] : null;
    return !isThere;
  }
  place[name] = isThere ? place[name] : {};
  return isObject(place[name]) && addedTo(place[name], rest);
}
