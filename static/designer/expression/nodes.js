// The rows of the tree of fields, made from what could be written behind a path.

/**
 * @typedef {{label: string, path: string, kind: string, type: string, isBranch: boolean}} Node
 *   `path`: the reference without its closing brace; `kind`: event, source or segment, for its colour
 * @typedef {{node: Node, level: number, parent: string}} Row
 */

/** Stands in the place of a path; no reference begins like this. */
export const SEGMENTS = "segments";

const SIMPLE = /^(string|integer|decimal|boolean|date(Only|TimeOnly|Time)|duration|list(?!Object).+)$/;

/**
 * @param {string} before what is written before them, such as @{Order.
 * @param {import("../../js/offers.js").Offer[]} items
 * @returns {Node[]}
 */
export function nodesOf(before, items) {
  const kind = before.startsWith("@") ? "event" : "source";
  return items
    .filter((item) => item.kind !== "function")
    .map(({ label, insert, detail }) => {
      const path = `${before}${insert.replace(/\.$/, "")}`;
      // Sources and their groups say no type: there is always something below them.
      return { label, path, kind, type: detail, isBranch: detail === "object" || detail === "" };
    });
}

/** Whether the simple editor can compare it. @param {Node} node */
export function isReachable({ type, kind }) {
  return kind === "segment" || SIMPLE.test(type);
}

/**
 * What shows, from above: what is open; or of all that is known what has all words, with what is around it.
 * @param {Record<string, Node[]>} below nodes by the path that they are below; those of the outermost level by ""
 * @param {Set<string>} open
 * @param {string} search
 * @returns {Row[]}
 */
export function visibleRows(below, open, search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  /** @type {(parent: string, level: number) => Row[]} */
  const rowsBelow = (parent, level) =>
    (below[parent] ?? []).flatMap((node) => {
      const inside = words.length || open.has(node.path) ? rowsBelow(node.path, level + 1) : [];
      const text = `${node.path} ${node.label}`.toLowerCase();
      const fits = inside.length > 0 || words.every((word) => text.includes(word));
      return fits ? [{ node, level, parent }, ...inside] : [];
    });
  return rowsBelow("", 1);
}
