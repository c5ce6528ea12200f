// The document of a journey version, exactly as the server stores it (docs/journey-format.md), and questions
// about it as a graph. Documents are never changed in place: a command returns a new one that shares the rest.

/**
 * @typedef {object} Activity one step
 * @property {string} kind
 * @property {string} name by which expressions refer to what it leaves; "": that of its event or action
 * @property {string} label
 * @property {string} description
 * @property {string} note pinned to the card, for those who work on the journey
 * @property {Record<string, any>} config
 * @property {Record<string, string[]>} to ids of what follows, by way out, top first
 */

/**
 * @typedef {object} Properties
 * @property {string | null} start_at
 * @property {string | null} end_at
 * @property {{allowed: boolean, wait: string}} reentrance
 * @property {string} time_zone
 * @property {boolean} use_profile_time_zone
 * @property {number} timeout_seconds
 */

/**
 * @typedef {object} Document
 * @property {number} format
 * @property {Properties} properties
 * @property {string[]} start
 * @property {Record<string, Activity>} activities
 */

/** @typedef {{source: string, way: string, index: number, target: string}} Place a target on a path, or its end */

/** The source of the paths to the activities by which people enter. */
export const START = "";

/** The only way out of START. */
export const ENTRANCE = "start";

/** @returns {Document} */
export function emptyDocument() {
  return {
    format: 1,
    properties: {
      start_at: null,
      end_at: null,
      reentrance: { allowed: true, wait: "PT5M" },
      time_zone: "UTC",
      use_profile_time_zone: false,
      timeout_seconds: 30,
    },
    start: [],
    activities: {},
  };
}

/**
 * @param {string} kind
 * @param {Partial<Activity>} [given]
 * @returns {Activity}
 */
export function newActivity(kind, given = {}) {
  return { kind, name: "", label: "", description: "", note: "", config: {}, to: {}, ...given };
}

/**
 * An id that no activity of the document has. Not counted up: two who edit at once must not choose the same.
 * @param {Document} document
 * @param {string} kind
 * @param {() => number} random in [0, 1)
 */
export function newId(document, kind, random = Math.random) {
  for (;;) {
    const suffix = Math.floor(random() * 36 ** 4)
      .toString(36)
      .padStart(4, "0");
    const id = `${kind.slice(0, 50)}-${suffix}`;
    if (!(id in document.activities)) {
      return id;
    }
  }
}

/**
 * @param {Document} document
 * @param {string} source
 * @param {string} way
 * @returns {string[]}
 */
export function targetsOf(document, source, way) {
  return source === START ? document.start : (document.activities[source]?.to[way] ?? []);
}

/**
 * Every link of the drawing, those to activities that do not exist left out.
 * @param {Document} document
 * @returns {Place[]}
 */
export function linksOf(document) {
  const links = document.start.map((target, index) => ({ source: START, way: ENTRANCE, index, target }));
  for (const [source, activity] of Object.entries(document.activities)) {
    for (const [way, targets] of Object.entries(activity.to)) {
      links.push(...targets.map((target, index) => ({ source, way, index, target })));
    }
  }
  return links.filter((link) => link.target in document.activities);
}

/**
 * Where an activity hangs.
 * @param {Document} document
 * @param {string} id
 */
export function linksTo(document, id) {
  return linksOf(document).filter((link) => link.target === id);
}

/**
 * @param {Document} document
 * @param {string} id
 * @returns {string[]} what follows directly, top first
 */
function following(document, id) {
  const targets = Object.values(document.activities[id]?.to ?? {}).flat();
  return [...new Set(targets)].filter((target) => target in document.activities);
}

/**
 * All that can be reached from some activities, these included.
 * @param {Document} document
 * @param {Iterable<string>} roots
 * @param {Set<string>} [without] is not entered
 */
export function reachable(document, roots, without = new Set()) {
  const seen = new Set();
  const waiting = [...roots].filter((id) => id in document.activities);
  while (waiting.length) {
    const id = /** @type {string} */ (waiting.pop());
    if (!seen.has(id) && !without.has(id)) {
      seen.add(id);
      waiting.push(...following(document, id));
    }
  }
  return seen;
}

/**
 * All that may stand before an activity on somebody's path.
 * @param {Document} document
 * @param {string} id
 * @returns {Set<string>}
 */
export function upstream(document, id) {
  /** @type {Map<string, string[]>} */
  const before = new Map();
  for (const { source, target } of linksOf(document)) {
    before.set(target, [...(before.get(target) ?? []), source]);
  }
  const seen = new Set();
  const waiting = [...(before.get(id) ?? [])];
  while (waiting.length) {
    const source = /** @type {string} */ (waiting.pop());
    if (source !== START && !seen.has(source)) {
      seen.add(source);
      waiting.push(...(before.get(source) ?? []));
    }
  }
  return seen;
}

/**
 * Whether a path from one activity to another would close a loop.
 * @param {Document} document
 * @param {string} source
 * @param {string} target
 */
export function wouldLoop(document, source, target) {
  return source !== START && reachable(document, [target]).has(source);
}

/**
 * An activity with all that only it leads to: what goes when a step is deleted with everything after it.
 * @param {Document} document
 * @param {string} id
 * @returns {Set<string>}
 */
export function branchOf(document, id) {
  const inside = reachable(document, [id]);
  const targets = new Set(linksOf(document).map((link) => link.target));
  const roots = Object.keys(document.activities).filter((each) => each !== id && !targets.has(each));
  const elsewhere = reachable(document, [...document.start, ...roots], new Set([id]));
  return new Set([...inside].filter((each) => each === id || !elsewhere.has(each)));
}

/**
 * Whether two values of plain JSON are the same.
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
export function isEqual(one, other) {
  if (one === other) {
    return true;
  }
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) {
    return false;
  }
  if (Array.isArray(one) !== Array.isArray(other)) {
    return false;
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every(
      (key) => key in other && isEqual(/** @type {any} */ (one)[key], /** @type {any} */ (other)[key]),
    )
  );
}

/**
 * The step to look at when one document has taken the place of another: one that came, else one that is
 * different, such as the one before what went; "": none.
 * @param {Document} before
 * @param {Document} after
 */
export function whereChanged({ activities: before }, { activities: after }) {
  const ids = Object.keys(after);
  return ids.find((id) => !(id in before)) ?? ids.find((id) => after[id] !== before[id]) ?? "";
}
