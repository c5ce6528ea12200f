// Commands that copy: pasting, and duplicating a path with what follows. Copies have ids of their own, and are
// linked to each other as their originals are.

import { connect, edit, mainWay, refusalAt, withActivity, withTargets } from "./commands.js";
import { newId, reachable, targetsOf } from "./document.js";
import { newPath, pathsOf } from "./kinds.js";

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {import("./document.js").Activity} Activity
 * @typedef {import("./document.js").Place} Place
 * @typedef {import("./kinds.js").Kinds} Kinds
 */

/**
 * Put copied activities into a drawing, under new ids and linked to each other as they were: on a path, or
 * unconnected.
 * @param {Document} document
 * @param {Record<string, Activity>} copied in the order of the drawing that they come from
 * @param {{place?: Place | null, kinds: Kinds, random?: () => number}} where
 * @returns {{document: Document, ids: string[]}}
 */
export function paste(document, copied, { place = null, kinds, random = Math.random }) {
  const renamed = renamedIds(document, copied, random);
  let changed = document;
  for (const [id, activity] of Object.entries(copied)) {
    changed = withActivity(changed, renamed[id], withNewIds(activity, renamed));
  }
  const ids = Object.values(renamed);
  if (!place || !ids.length) {
    return { document: changed, ids };
  }
  return { document: hang(changed, ids, place, kinds), ids };
}

/** @param {Document} document @param {Record<string, Activity>} copied @param {() => number} random */
function renamedIds(document, copied, random) {
  /** @type {Record<string, string>} */
  const renamed = {};
  const taken = { ...document, activities: { ...document.activities } };
  for (const [id, activity] of Object.entries(copied)) {
    renamed[id] = newId(taken, activity.kind, random);
    taken.activities[renamed[id]] = activity;
  }
  return renamed;
}

/** @param {Activity} activity @param {Record<string, string>} renamed @returns {Activity} */
function withNewIds(activity, renamed) {
  const links = Object.entries(activity.to).map(([way, targets]) => [
    way,
    targets.filter((id) => id in renamed).map((id) => renamed[id]),
  ]);
  const to = Object.fromEntries(links.filter(([, targets]) => targets.length));
  // A reaction names the message that it is about.
  const message = activity.config.message;
  const config = renamed[message] ? { ...activity.config, message: renamed[message] } : activity.config;
  return { ...activity, config, to };
}

/**
 * The first of them takes the place, and what stood there follows the last one on its main ways.
 * @param {Document} document
 * @param {string[]} ids
 * @param {Place} place
 * @param {Kinds} kinds
 */
function hang(document, ids, place, kinds) {
  const first = ids[0];
  if (refusalAt(document, place, document.activities[first].kind, kinds)) {
    return document;
  }
  const chain = mainChain(document, first, kinds);
  const last = chain[chain.length - 1];
  const way = mainWay(document.activities[last], kinds);
  if (place.target && way === undefined) {
    return document;
  }
  const followed =
    place.target && way !== undefined
      ? connect(document, { source: last, way, index: 0, target: "" }, place.target)
      : document;
  return connect(followed, place, first);
}

/** @param {Document} document @param {string} id @param {Kinds} kinds */
function mainChain(document, id, kinds) {
  const chain = [id];
  for (;;) {
    const activity = document.activities[chain[chain.length - 1]];
    const next = activity.to[mainWay(activity, kinds) ?? ""]?.[0];
    if (!next || chain.includes(next)) {
      return chain;
    }
    chain.push(next);
  }
}

/**
 * One more path beside a listed one, with a copy of all that only this one leads to.
 * @param {Document} document
 * @param {string} id
 * @param {string} path
 * @param {{kinds: Kinds, random?: () => number}} options
 */
export function duplicatePath(document, id, path, { kinds, random = Math.random }) {
  const activity = document.activities[id];
  const kind = kinds[activity.kind];
  const paths = pathsOf(activity.config, kind);
  const from = paths.findIndex((each) => each.id === path);
  const most = kind.schema.properties[kind.labelled]?.maxItems ?? Infinity;
  if (from < 0 || paths.length >= most) {
    return document;
  }
  const added = { ...paths[from], id: newPath(kind, paths).id };
  const list = [...paths.slice(0, from + 1), added, ...paths.slice(from + 1)];
  const changed = edit(document, id, { config: { ...activity.config, [kind.labelled]: list } }, kinds);
  return withCopyOf(changed, { source: id, way: path, onto: added.id, kinds, random });
}

/**
 * @param {Document} document
 * @param {{source: string, way: string, onto: string, kinds: Kinds, random: () => number}} options
 */
function withCopyOf(document, { source, way, onto, kinds, random }) {
  const targets = targetsOf(document, source, way);
  const without = withTargets(document, source, way, []);
  const elsewhere = reachable(without, document.start);
  const inside = [...reachable(document, targets)].filter((each) => !elsewhere.has(each));
  const copied = Object.fromEntries(
    Object.entries(document.activities).filter(([each]) => inside.includes(each)),
  );
  const pasted = paste(document, copied, { kinds, random });
  const renamed = Object.fromEntries(Object.keys(copied).map((each, index) => [each, pasted.ids[index]]));
  let changed = withTargets(
    pasted.document,
    source,
    onto,
    targets.map((each) => renamed[each] ?? each),
  );
  // Where the copied part joined what stays, its copy joins it, too.
  for (const each of inside) {
    for (const [from, ids] of Object.entries(document.activities[each].to)) {
      changed = withTargets(
        changed,
        renamed[each],
        from,
        ids.map((target) => renamed[target] ?? target),
      );
    }
  }
  return changed;
}
