// Undo and redo of everything, in the designer and in forms. A state is a whole document: commands share what they do not change, so that a
// thousand of them cost little.

/** @typedef {import("../designer/model/document.js").Document} Document */
/**
 * @template [D=Document]
 * @typedef {{document: D, words: string, key: string}} State `words`: what led to it, for people
 */
/**
 * @template [D=Document]
 * @typedef {{past: State<D>[], present: State<D>, future: State<D>[]}} History
 */

const MOST = 500;

/** @template D @param {D} document @returns {History<D>} */
export function begin(document) {
  return { past: [], present: { document, words: "", key: "" }, future: [] };
}

/**
 * @template D
 * @param {History<D>} history
 * @param {D} document
 * @param {string} words what was done
 * @param {string} [key] what follows with the same key, such as letters of one label, is undone with it
 * @returns {History<D>}
 */
export function commit(history, document, words, key = "") {
  if (document === history.present.document) {
    return history;
  }
  const present = { document, words, key };
  if (key && key === history.present.key) {
    return { past: history.past, present, future: [] };
  }
  return { past: [...history.past, history.present].slice(-MOST), present, future: [] };
}

/** @template D @param {History<D>} history @returns {History<D>} */
export function undo(history) {
  const before = history.past[history.past.length - 1];
  if (!before) {
    return history;
  }
  return {
    past: history.past.slice(0, -1),
    present: { ...before, key: "" },
    future: [history.present, ...history.future],
  };
}

/** @template D @param {History<D>} history @returns {History<D>} */
export function redo(history) {
  const [next, ...rest] = history.future;
  return next
    ? { past: [...history.past, history.present], present: { ...next, key: "" }, future: rest }
    : history;
}

/** What undoing would take back; "": nothing. @template D @param {History<D>} history */
export function undoable(history) {
  return history.past.length ? history.present.words : "";
}

/** What redoing would do again; "": nothing. @template D @param {History<D>} history */
export function redoable(history) {
  return history.future[0]?.words ?? "";
}
