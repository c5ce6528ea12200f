// The payload of an action as a tree of constants and variables (actions/payload.py). Pure.

/**
 * @typedef {object} Node
 * @property {string} type
 * @property {Record<string, Node>} [fields]
 * @property {Node[]} [items]
 * @property {unknown} [constant]
 * @property {boolean} [variable]
 * @property {string} [label]
 * @property {boolean} [optional]
 */

// A string, or a whole number that a browser may not keep.
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * The tree in a text, or why it cannot be shown as one.
 * @param {string} text
 * @returns {{tree: Node} | {problem: "empty" | "notJson" | "notATree" | "large"}}
 */
export function read(text) {
  if (!text.trim()) {
    return { problem: "empty" };
  }
  let tree;
  try {
    tree = JSON.parse(text);
  } catch {
    return { problem: "notJson" };
  }
  if (isObject(tree) && !Object.keys(tree).length) {
    return { problem: "empty" };
  }
  if (!isNode(tree) || tree.type !== "object") {
    return { problem: "notATree" };
  }
  return hasLargeNumber(text) ? { problem: "large" } : { tree };
}

/** @param {string} text */
function hasLargeNumber(text) {
  const numbers = (text.match(TOKENS) ?? []).filter((token) => !token.startsWith('"'));
  return numbers.some((number) => !Number.isSafeInteger(Number(number)));
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether it has the shape of a tree; whether it can be used, the server says. @param {unknown} value @returns {value is Node} */
function isNode(value) {
  if (!isObject(value) || typeof value.type !== "string" || typeof (value.label ?? "") !== "string") {
    return false;
  }
  if (value.type === "object" || value.type === "listObject") {
    return isObject(value.fields) && Object.values(value.fields).every(isNode);
  }
  return value.items === undefined || (Array.isArray(value.items) && value.items.every(isNode));
}

/**
 * What stands below a node, with its name there; a list's items are numbered from 1.
 * @param {Node} node
 * @returns {[string, Node][]}
 */
export function inside(node) {
  return node.items ? node.items.map((item, at) => [String(at + 1), item]) : Object.entries(node.fields ?? {});
}

/**
 * Let the journey give the value; who reads the tree sees it first by its name.
 * @param {Node} node
 * @param {string} name
 */
export function makeVariable(node, name) {
  delete node.constant;
  node.variable = true;
  node.label ??= name;
}

/** @param {Node} node @param {unknown} constant what is sent, if it is of the node's type */
export function makeConstant(node, constant) {
  delete node.variable;
  delete node.label;
  delete node.optional;
  node.constant = fits(node.type, constant) ? constant : start(node.type);
}

/** A constant that is none of the new type begins anew. @param {Node} node @param {string} type */
export function retype(node, type) {
  node.type = type;
  if (!node.variable && !fits(type, node.constant)) {
    node.constant = valueOf(type, textOf(node.constant)) ?? start(type);
  }
}

/** How a constant is written in a field. @param {unknown} constant */
export function textOf(constant) {
  return typeof constant === "string" ? constant : JSON.stringify(constant ?? "").replace(/^""$/, "");
}

/**
 * The value that somebody has written; undefined for what is none of the type.
 * @param {string} type
 * @param {string} text
 */
export function valueOf(type, text) {
  if (!isWrittenAsJson(type)) {
    return text;
  }
  try {
    const value = JSON.parse(text);
    return fits(type, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} type */
function isWrittenAsJson(type) {
  return type.startsWith("list") || type === "integer" || type === "decimal" || type === "boolean";
}

/** @param {string} type @param {unknown} value */
function fits(type, value) {
  if (type.startsWith("list")) {
    return Array.isArray(value);
  }
  if (type === "boolean") {
    return typeof value === "boolean";
  }
  return type === "integer"
    ? Number.isSafeInteger(value)
    : typeof value === (type === "decimal" ? "number" : "string");
}

/** What a constant of a type begins as. @param {string} type */
export function start(type) {
  return type.startsWith("list") ? [] : { integer: 0, decimal: 0, boolean: false }[type] ?? "";
}
