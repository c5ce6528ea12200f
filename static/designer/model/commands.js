// What can be done to a drawing. Each command takes a document and gives the changed one, or the same if there
// is nothing to do; none of them loses an activity that nobody has asked to delete. What is no longer connected
// stays, and the canvas shows it in a strip of its own.

import {
  branchOf,
  isEqual,
  linksTo,
  newActivity,
  START,
  targetsOf,
  wouldLoop,
} from "./document.js";
import { firstConfig, knownWays, pathsOf } from "./kinds.js";

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {import("./document.js").Activity} Activity
 * @typedef {import("./document.js").Place} Place
 * @typedef {import("./kinds.js").Kinds} Kinds
 */

/**
 * @param {Document} document
 * @param {string} source
 * @param {string} way
 * @param {string[]} targets
 * @returns {Document}
 */
export function withTargets(document, source, way, targets) {
  if (isEqual(targetsOf(document, source, way), targets)) {
    return document;
  }
  if (source === START) {
    return { ...document, start: targets };
  }
  const activity = document.activities[source];
  const to = { ...activity.to, [way]: targets };
  if (!targets.length) {
    delete to[way];
  }
  return withActivity(document, source, { ...activity, to });
}

/**
 * @param {Document} document
 * @param {string} id
 * @param {Activity} activity
 * @returns {Document}
 */
export function withActivity(document, id, activity) {
  return { ...document, activities: { ...document.activities, [id]: activity } };
}

/** The way along which a step that is put in between goes on. @param {Activity} activity @param {Kinds} kinds */
export function mainWay(activity, kinds) {
  return kinds[activity.kind] ? knownWays(activity.config, kinds[activity.kind])[0]?.id : undefined;
}

/**
 * A new activity of a kind.
 * @param {Kinds} kinds
 * @param {string} kind
 * @param {Record<string, any>} [config]
 */
export function fresh(kinds, kind, config = {}) {
  return newActivity(kind, { config: firstConfig(kinds[kind], config) });
}

/**
 * Whether an activity of this kind may stand at a place. "" or why not, as a code.
 * @param {Document} document
 * @param {Place} place
 * @param {string} kind
 * @param {Kinds} kinds
 * @returns {"" | "start" | "end" | "parallel" | "unknown"}
 */
export function refusalAt(document, place, kind, kinds) {
  const known = kinds[kind];
  if (!known) {
    return "unknown";
  }
  if (place.source === START && !known.canStart) {
    return "start";
  }
  const others = targetsOf(document, place.source, place.way).length - (place.target ? 1 : 0);
  if (place.source !== START && others > 0 && !known.waits) {
    return "parallel";
  }
  const isLast = !known.labelled && !known.ways.length;
  return isLast && place.target ? "end" : "";
}

/**
 * Put an activity on a path; what followed there follows it.
 * @param {Document} document
 * @param {Place} place
 * @param {string} id
 * @param {Activity} activity
 * @param {Kinds} kinds
 */
export function insert(document, place, id, activity, kinds) {
  const targets = [...targetsOf(document, place.source, place.way)];
  const at = place.target ? targets.indexOf(place.target) : -1;
  const way = mainWay(activity, kinds);
  const goesOn = at >= 0 && way !== undefined;
  const added = goesOn ? { ...activity, to: { ...activity.to, [way]: [targets[at]] } } : activity;
  if (at >= 0) {
    targets[at] = id;
  } else {
    targets.push(id);
  }
  return withTargets(withActivity(document, id, added), place.source, place.way, targets);
}

/**
 * Put an activity beside the one at a place: the first of them that happens wins.
 * @param {Document} document
 * @param {Place} place
 * @param {string} id
 * @param {Activity} activity
 */
export function insertBeside(document, place, id, activity) {
  const targets = [...targetsOf(document, place.source, place.way)];
  targets.splice(targets.indexOf(place.target) + 1, 0, id);
  return withTargets(withActivity(document, id, activity), place.source, place.way, targets);
}

/**
 * Delete an activity. What follows on its main way takes its place; what follows on others stays, unconnected.
 * @param {Document} document
 * @param {string} id
 * @param {Kinds} kinds
 */
export function remove(document, id, kinds) {
  const healed = unlink(document, id, kinds);
  const activities = { ...healed.activities };
  delete activities[id];
  return { ...healed, activities };
}

/**
 * Take an activity off the paths that lead to it; what follows on its main way takes its place there.
 * @param {Document} document
 * @param {string} id
 * @param {Kinds} kinds
 */
function unlink(document, id, kinds) {
  const activity = document.activities[id];
  const way = mainWay(activity, kinds);
  const heirs = (way === undefined ? [] : (activity.to[way] ?? [])).filter(
    (heir) => heir in document.activities,
  );
  let changed = document;
  for (const { source, way: from } of linksTo(document, id)) {
    const targets = targetsOf(changed, source, from);
    const others = targets.filter((target) => target !== id);
    const taken = mayFollow(changed, source, [...others, ...heirs], kinds) ? heirs : [];
    const next = targets.flatMap((target) => (target === id ? taken : [target]));
    changed = withTargets(
      changed,
      source,
      from,
      [...new Set(next)].filter((target) => target !== id),
    );
  }
  return changed;
}

/**
 * Whether these may stand on one path: what is in parallel waits, and what people enter by can start.
 * @param {Document} document
 * @param {string} source
 * @param {string[]} ids
 * @param {Kinds} kinds
 */
function mayFollow(document, source, ids, kinds) {
  const found = ids.map((id) => kinds[document.activities[id]?.kind]);
  if (source === START) {
    return found.every((kind) => kind?.canStart);
  }
  return ids.length < 2 || found.every((kind) => kind?.waits);
}

/** @param {Document} document @param {Iterable<string>} ids @param {Kinds} kinds */
export function removeAll(document, ids, kinds) {
  return [...ids]
    .filter((id) => id in document.activities)
    .reduce((changed, id) => remove(changed, id, kinds), document);
}

/** Delete an activity with everything that only it leads to. @param {Document} document @param {string} id */
export function removeBranch(document, id) {
  return withoutActivities(document, branchOf(document, id));
}

/** @param {Document} document @param {Set<string>} gone */
function withoutActivities(document, gone) {
  /** @type {Record<string, Activity>} */
  const activities = {};
  for (const [id, activity] of Object.entries(document.activities)) {
    if (!gone.has(id)) {
      activities[id] = withLinksFiltered(activity, (target) => !gone.has(target));
    }
  }
  return { ...document, start: document.start.filter((id) => !gone.has(id)), activities };
}

/** @param {Activity} activity @param {(target: string) => boolean} isKept @returns {Activity} */
function withLinksFiltered(activity, isKept) {
  const kept = Object.entries(activity.to).map(([way, targets]) => [way, targets.filter(isKept)]);
  const to = Object.fromEntries(kept.filter(([, targets]) => targets.length));
  return isEqual(to, activity.to) ? activity : { ...activity, to };
}

/**
 * Move one activity to another place; its neighbours close up.
 * @param {Document} document
 * @param {string} id
 * @param {Place} place
 * @param {Kinds} kinds
 */
export function move(document, id, place, kinds) {
  if (place.source === id || place.target === id) {
    return document;
  }
  const activity = document.activities[id];
  const way = mainWay(activity, kinds);
  const to = { ...activity.to };
  if (way !== undefined) {
    delete to[way];
  }
  const freed = withActivity(unlink(document, id, kinds), id, { ...activity, to });
  const moved = insert(freed, place, id, { ...activity, to }, kinds);
  return Object.values(to)
    .flat()
    .some((target) => wouldLoop(moved, id, target))
    ? document
    : moved;
}

/**
 * Hang an activity, with all that follows it, on the end of a path that leads nowhere.
 * @param {Document} document
 * @param {string} id
 * @param {Place} place
 */
export function moveBranch(document, id, place) {
  if (wouldLoop(document, place.source, id) || place.source === id) {
    return document;
  }
  return connect(takenOff(document, id), place, id);
}

/**
 * Put an activity, with all that follows it, beside the one at a place; to a place behind itself it goes alone.
 * @param {Document} document
 * @param {string} id
 * @param {Place} place
 * @param {Kinds} kinds
 */
export function moveBeside(document, id, place, kinds) {
  if (place.source === id || place.target === id) {
    return document;
  }
  if (!wouldLoop(document, place.source, id)) {
    const freed = takenOff(document, id);
    return insertBeside(freed, place, id, freed.activities[id]);
  }
  const way = mainWay(document.activities[id], kinds);
  const to = Object.entries(document.activities[id].to).filter(([each]) => each !== way);
  const alone = { ...document.activities[id], to: Object.fromEntries(to) };
  const moved = insertBeside(unlink(document, id, kinds), place, id, alone);
  return to.flatMap(([, targets]) => targets).some((target) => wouldLoop(moved, id, target)) ? document : moved;
}

/** No path leads to it any more. @param {Document} document @param {string} id */
function takenOff(document, id) {
  let changed = document;
  for (const { source, way } of linksTo(document, id)) {
    changed = withTargets(
      changed,
      source,
      way,
      targetsOf(changed, source, way).filter((target) => target !== id),
    );
  }
  return changed;
}

/**
 * Let a path go on to an activity that is there ("go to").
 * @param {Document} document
 * @param {Place} place
 * @param {string} id
 */
export function connect(document, place, id) {
  const targets = targetsOf(document, place.source, place.way);
  if (wouldLoop(document, place.source, id) || (place.source !== START && document.start.includes(id))) {
    return document;
  }
  const next = place.target
    ? targets.map((target) => (target === place.target ? id : target))
    : [...targets, id];
  return withTargets(document, place.source, place.way, [...new Set(next)]);
}

/**
 * The activities that a path could go on to: none before it, and none that people enter by.
 * @param {Document} document
 * @param {Place} place
 */
export function goals(document, place) {
  const present = targetsOf(document, place.source, place.way);
  return Object.keys(document.activities).filter(
    (id) =>
      id !== place.source &&
      !document.start.includes(id) &&
      !present.includes(id) &&
      !wouldLoop(document, place.source, id),
  );
}

/** Let a path end where it begins; what followed stays. @param {Document} document @param {Place} place */
export function disconnect(document, place) {
  const targets = targetsOf(document, place.source, place.way).filter((target) => target !== place.target);
  return withTargets(document, place.source, place.way, targets);
}

/**
 * Change what an activity is called, what stands on its card, or how it is configured. What hangs on a path that
 * it then no longer has stays, unconnected.
 * @param {Document} document
 * @param {string} id
 * @param {Partial<Activity>} changes
 * @param {Kinds} kinds
 */
export function edit(document, id, changes, kinds) {
  const activity = document.activities[id];
  if (!activity) {
    return document;
  }
  const changed = { ...activity, ...changes };
  const kind = kinds[activity.kind];
  if (changes.config && kind) {
    const ways = new Set(knownWays(changed.config, kind).map((way) => way.id));
    changed.to = Object.fromEntries(Object.entries(changed.to).filter(([way]) => ways.has(way)));
  }
  return isEqual(changed, activity) ? document : withActivity(document, id, changed);
}

/**
 * Give one of the listed paths of an activity another priority.
 * @param {Document} document
 * @param {string} id
 * @param {string} path
 * @param {number} index
 * @param {Kinds} kinds
 */
export function movePath(document, id, path, index, kinds) {
  const activity = document.activities[id];
  const kind = kinds[activity?.kind];
  const paths = kind ? pathsOf(activity.config, kind) : [];
  const from = paths.findIndex((each) => each.id === path);
  const to = Math.max(0, Math.min(paths.length - 1, index));
  if (from < 0 || from === to) {
    return document;
  }
  return edit(
    document,
    id,
    { config: { ...activity.config, [kind.labelled]: moved(paths, from, to) } },
    kinds,
  );
}

/**
 * Give one of several targets in parallel another place among them; on a tie the upper one wins.
 * @param {Document} document
 * @param {Place} place
 * @param {number} index
 */
export function moveTarget(document, place, index) {
  const targets = targetsOf(document, place.source, place.way);
  const from = targets.indexOf(place.target);
  const to = Math.max(0, Math.min(targets.length - 1, index));
  return from < 0 || from === to
    ? document
    : withTargets(document, place.source, place.way, moved(targets, from, to));
}

/** @template T @param {readonly T[]} list @param {number} from @param {number} to @returns {T[]} */
function moved(list, from, to) {
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
}

/** @param {Document} document @param {Partial<import("./document.js").Properties>} changes */
export function setProperties(document, changes) {
  const properties = { ...document.properties, ...changes };
  return isEqual(properties, document.properties) ? document : { ...document, properties };
}
