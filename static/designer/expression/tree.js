// The tree of the simple editor, as the server reads and writes it, and how it changes. Trees are never altered:
// each change gives a new one. A path is the places to go from the outermost group.

/**
 * @typedef {string | number | boolean | null} Value null: nothing has been entered yet
 * @typedef {{kind: "line", field: string, operator: string, type: string, values: Value[], ignoreCase: boolean}} Line
 * @typedef {{kind: "segment", segment: string, member: boolean}} Membership
 * @typedef {{kind: "group", operator: "and" | "or", items: Item[]}} Group
 * @typedef {Line | Membership | Group} Item
 */

const NO_VALUE = ["exists", "doesNotExist", "isEmpty"];
const WITHIN = /^in(Last|Next)/;
const CASELESS = ["equal", "notEqual", "contains", "startsWith", "endsWith"];

/** @returns {Group} */
export function emptyTree() {
  return { kind: "group", operator: "and", items: [] };
}

/** How many values an operator takes; Infinity: a list. @param {string} operator */
export function valueCount(operator) {
  if (operator === "inList") {
    return Infinity;
  }
  return NO_VALUE.includes(operator) ? 0 : operator === "between" ? 2 : 1;
}

/** Whether upper and lower case can be ignored. @param {Line} line */
export function canIgnoreCase({ operator, type }) {
  return type === "string" && CASELESS.includes(operator);
}

/** The type of the values that an operator compares a field with. @param {string} fieldType @param {string} operator */
export function valueType(fieldType, operator) {
  if (WITHIN.test(operator)) {
    return "integer";
  }
  return operator === "listContains" ? lowered(fieldType.replace(/^list/, "")) : fieldType;
}

/** @param {string} text */
function lowered(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** A line without values. @param {string} field @param {string} fieldType @param {string} operator @returns {Line} */
export function newLine(field, fieldType, operator) {
  return withOperator(
    { kind: "line", field, operator, type: fieldType, values: [], ignoreCase: false },
    operator,
    fieldType,
  );
}

/**
 * A line with another operator; values that still fit stay.
 * @param {Line} line
 * @param {string} operator
 * @param {string} fieldType
 * @returns {Line}
 */
export function withOperator(line, operator, fieldType) {
  const count = valueCount(operator);
  const wanted = valueType(fieldType, operator);
  const fits = line.type === wanted || (wanted === "decimal" && line.type === "integer");
  // What takes no value has no type of its own.
  const type = count ? wanted : "string";
  const kept = fits ? line.values.slice(0, count) : [];
  const least = count === Infinity ? 1 : count;
  const values = [...kept, ...Array(Math.max(0, least - kept.length)).fill(type === "boolean" ? true : null)];
  const changed = { ...line, operator, type, values };
  return { ...changed, ignoreCase: line.ignoreCase && canIgnoreCase(changed) };
}

/**
 * @param {Group} tree
 * @param {number[]} path
 * @param {(item: any) => Item | null} change null: the item is removed
 * @returns {Group}
 */
export function changeAt(tree, path, change) {
  if (!path.length) {
    return /** @type {Group} */ (change(tree) ?? emptyTree());
  }
  const [place, ...rest] = path;
  const items = tree.items.flatMap((item, index) => {
    if (index !== place) {
      return [item];
    }
    const next = rest.length ? changeAt(/** @type {Group} */ (item), rest, change) : change(item);
    return next ? [next] : [];
  });
  return { ...tree, items };
}

/** @param {Group} tree @param {number[]} path of the group @param {Item} item @returns {Group} */
export function addTo(tree, path, item) {
  return changeAt(tree, path, (group) => ({ ...group, items: [...group.items, item] }));
}

/** The group at a path, or the nearest one around it that exists. @param {Group} tree @param {number[]} path @returns {number[]} */
export function groupNear(tree, path) {
  /** @type {number[]} */
  const found = [];
  let group = tree;
  for (const place of path) {
    const item = group.items[place];
    if (item?.kind !== "group") {
      break;
    }
    found.push(place);
    group = item;
  }
  return found;
}

/**
 * The first item in which something has not been filled in; null: none.
 * @param {Group} tree
 * @returns {number[] | null}
 */
export function unfinished(tree) {
  for (const [index, item] of tree.items.entries()) {
    const below = item.kind === "group" ? unfinished(item) : isUnfinished(item) ? [] : null;
    if (below) {
      return [index, ...below];
    }
  }
  return null;
}

/** @param {Line | Membership} item */
function isUnfinished(item) {
  return item.kind === "segment" ? !item.segment : item.values.includes(null);
}

/** Whether a browser keeps every number of a tree as it is written. @param {Group} tree @returns {boolean} */
export function isExact(tree) {
  return tree.items.every((item) => {
    if (item.kind === "group") {
      return isExact(item);
    }
    return item.kind === "segment" || item.type !== "integer" || item.values.every(Number.isSafeInteger);
  });
}

/**
 * What somebody has entered, as a value of a type; null: nothing, or something that is none.
 * @param {string} text
 * @param {string} type
 * @returns {Value}
 */
export function valueOf(text, type) {
  if (type === "string") {
    return text;
  }
  const entered = text.trim();
  if (type === "integer" || type === "decimal") {
    const number = entered === "" ? Number.NaN : Number(entered);
    const isGood = type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
    return isGood ? number : null;
  }
  return type === "boolean" ? entered === "true" : entered || null;
}
