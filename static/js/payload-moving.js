// Nodes of a payload's tree go elsewhere: out of their object, into another one, or to where they are dropped
// (payload-tree.js). Pure, except that it changes the nodes it is given.

import { addable, canRemove, entries, freeName, inConstants, remove, setFields } from "./payload-edits.js";
import { inside, start } from "./payload.js";

/** @typedef {import("./payload.js").Node} Node */
/** @typedef {import("./payload-places.js").Place} Place */
/**
 * Where a node may go: into which parent, and before which of those in it; null: to the end.
 * @typedef {{parent: Node, before: Node | null}} Goal
 */

/** Behind the object or list that it is in; null at the top. @param {Place} place @returns {Goal | null} */
export function outOf({ above }) {
  if (!above) {
    return null;
  }
  const beside = inside(above.parent).map(([, node]) => node);
  return { parent: above.parent, before: beside[beside.indexOf(above.node) + 1] ?? null };
}

/** To the end of the nearest object or list beside it that takes it, rather above than below. @param {Place} place @returns {Goal | null} */
export function into({ node, parent }) {
  const beside = inside(parent).map(([, each]) => each);
  const at = beside.indexOf(node);
  const near = [...beside.slice(0, at).reverse(), ...beside.slice(at + 1)];
  const found = near.find((each) => canGo(node, parent, { parent: each, before: null }));
  return found ? { parent: found, before: null } : null;
}

/** Whether a node that is in ``from`` may go there. @param {Node} node @param {Node} from @param {Goal | null} goal @returns {goal is Goal} */
export function canGo(node, from, goal) {
  if (!goal || goal.before === node) {
    return false;
  }
  const { parent } = goal;
  return parent === from || (addable(parent).length > 0 && !holds(node, parent) && canRemove(from) && suited(node, parent) !== null);
}

/** @param {Node} node @param {Node} other @returns {boolean} */
function holds(node, other) {
  return node === other || inside(node).some(([, each]) => holds(each, other));
}

/**
 * What a node is there: fields of a list's objects have a type and no value. null: it cannot be there.
 * @param {Node} node
 * @param {Node} parent
 * @returns {Node | null}
 */
function suited(node, parent) {
  const isGroup = Boolean(node.fields || node.items);
  if (parent.type === "listObject") {
    return isGroup ? null : { type: node.type };
  }
  return isGroup || node.variable || "constant" in node ? node : { type: node.type, constant: start(node.type) };
}

/**
 * Take a node out of its parent, and put it where it is to go. ``canGo`` has said that it may.
 * @param {Place} place
 * @param {Goal} goal
 * @returns {{name: string, node: Node}} how it is called there, and what it is there
 */
export function go({ node, parent: from, name }, { parent, before }) {
  const same = parent === from;
  const moved = same ? node : /** @type {Node} */ (suited(node, parent));
  if (same && !from.items) {
    setFields(from, entries(from).filter(([each]) => each !== name));
  } else {
    remove(from, name);
  }
  if (parent.items) {
    const at = before ? parent.items.indexOf(before) : parent.items.length;
    parent.items.splice(at, 0, moved);
    return { name: String(at + 1), node: moved };
  }
  const called = same ? name : nameIn(parent, from.items ? "field1" : name);
  const fields = entries(parent);
  const at = before ? fields.findIndex(([, each]) => each === before) : fields.length;
  fields.splice(at, 0, [called, moved]);
  setFields(parent, fields);
  if (!same) {
    inConstants(parent, (object) => [...object, [called, start(moved.type)]]);
  }
  return { name: called, node: moved };
}

/** @param {Node} parent @param {string} name */
function nameIn(parent, name) {
  return Object.hasOwn(parent.fields ?? {}, name) ? freeName(parent, name.replace(/\d+$/, "")) : name;
}
