// What may become of the structure of a payload's tree: fields added, renamed, moved and deleted. Pure, except
// that it changes the nodes it is given. The constants of a list of objects follow its fields.

import { start } from "./payload.js";

/** @typedef {import("./payload.js").Node} Node */
/** @typedef {"field" | "object" | "listObject" | "item"} What */

/**
 * What can be added inside a node; nothing inside a single value.
 * @param {Node} node
 * @returns {What[]}
 */
export function addable(node) {
  if (node.items) {
    return ["item"];
  }
  return node.type === "listObject" ? ["field"] : node.fields ? ["field", "object", "listObject"] : [];
}

/**
 * Add something at the end.
 * @param {Node} parent
 * @param {What} what
 * @returns {string} its name there
 */
export function add(parent, what) {
  if (parent.items) {
    const last = parent.items.at(-1);
    parent.items.push(last ? structuredClone(last) : text());
    return String(parent.items.length);
  }
  const name = freeName(parent, what === "field" ? "field" : what === "object" ? "object" : "list");
  setFields(parent, [...entries(parent), [name, parent.type === "listObject" ? { type: "string" } : made(what)]]);
  inConstants(parent, (object) => [...object, [name, start("string")]]);
  return name;
}

/** @param {What} what @returns {Node} */
function made(what) {
  if (what === "listObject") {
    return { type: "listObject", fields: { field1: { type: "string" } }, constant: [] };
  }
  return what === "object" ? { type: "object", fields: {} } : text();
}

/** @returns {Node} */
function text() {
  return { type: "string", constant: "" };
}

/** A name that nothing there has yet: the base and a number. @param {Node} parent @param {string} base */
export function freeName(parent, base) {
  const taken = new Set(Object.keys(parent.fields ?? {}));
  let number = 1;
  while (taken.has(`${base}${number}`)) {
    number += 1;
  }
  return `${base}${number}`;
}

/**
 * Why a field cannot be called so; "": it can.
 * @param {Node} parent
 * @param {string} old
 * @param {string} name
 * @returns {"" | "empty" | "dot" | "dollar" | "taken"}
 */
export function nameProblem(parent, old, name) {
  if (!name) {
    return "empty";
  }
  if (name.includes(".")) {
    return "dot";
  }
  if (name.startsWith("$")) {
    return "dollar";
  }
  return name !== old && Object.hasOwn(parent.fields ?? {}, name) ? "taken" : "";
}

/** In its place. @param {Node} parent @param {string} old @param {string} name */
export function rename(parent, old, name) {
  const renamed = (/** @type {string} */ each) => (each === old ? name : each);
  setFields(parent, entries(parent).map(([each, node]) => [renamed(each), node]));
  inConstants(parent, (object) => object.map(([each, value]) => [renamed(each), value]));
}

/**
 * Up (-1) or down (1) among those beside it.
 * @param {Node} parent
 * @param {string} name
 * @param {-1 | 1} step
 * @returns {string} its name now; items are called by their number
 */
export function move(parent, name, step) {
  const at = placeOf(parent, name);
  const to = at + step;
  if (parent.items) {
    swap(parent.items, at, to);
    return String(to + 1);
  }
  const fields = entries(parent);
  swap(fields, at, to);
  setFields(parent, fields);
  return name;
}

/** Whether there is somewhere to go. @param {Node} parent @param {string} name @param {-1 | 1} step */
export function canMove(parent, name, step) {
  const to = placeOf(parent, name) + step;
  return to >= 0 && to < (parent.items ?? entries(parent)).length;
}

/** A list of objects without a field would be none. @param {Node} parent */
export function canRemove(parent) {
  return parent.type !== "listObject" || entries(parent).length > 1;
}

/** @param {Node} parent @param {string} name */
export function remove(parent, name) {
  if (parent.items) {
    parent.items.splice(placeOf(parent, name), 1);
    return;
  }
  setFields(parent, entries(parent).filter(([each]) => each !== name));
  inConstants(parent, (object) => object.filter(([each]) => each !== name));
}

/** @param {Node} parent @param {string} name */
function placeOf(parent, name) {
  return parent.items ? Number(name) - 1 : Object.keys(parent.fields ?? {}).indexOf(name);
}

/** @param {unknown[]} list @param {number} one @param {number} other */
function swap(list, one, other) {
  [list[one], list[other]] = [list[other], list[one]];
}

/** @param {Node} parent */
export function entries(parent) {
  return Object.entries(parent.fields ?? {});
}

/** @param {Node} parent @param {[string, Node][]} fields */
export function setFields(parent, fields) {
  // Assigned one by one, a field called __proto__ would be none.
  parent.fields = Object.fromEntries(fields);
}

/**
 * The objects that a constant list is made of.
 * @param {Node} parent
 * @param {(object: [string, unknown][]) => [string, unknown][]} change
 */
export function inConstants(parent, change) {
  if (parent.type === "listObject" && Array.isArray(parent.constant)) {
    parent.constant = parent.constant.map((each) =>
      each && typeof each === "object" ? Object.fromEntries(change(Object.entries(each))) : each,
    );
  }
}
