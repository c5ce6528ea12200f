// Undo and redo of everything. A state is a whole document: commands share what they do not change, so that a
// thousand of them cost little.

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {{document: Document, words: string, key: string}} State `words`: what led to it, for people
 * @typedef {{past: State[], present: State, future: State[]}} History
 */

const MOST = 500;

/** @param {Document} document @returns {History} */
export function begin(document) {
  return { past: [], present: { document, words: "", key: "" }, future: [] };
}

/**
 * @param {History} history
 * @param {Document} document
 * @param {string} words what was done
 * @param {string} [key] what follows with the same key, such as letters of one label, is undone with it
 * @returns {History}
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

/** @param {History} history @returns {History} */
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

/** @param {History} history @returns {History} */
export function redo(history) {
  const [next, ...rest] = history.future;
  return next
    ? { past: [...history.past, history.present], present: { ...next, key: "" }, future: rest }
    : history;
}

/** What undoing would take back; "": nothing. @param {History} history */
export function undoable(history) {
  return history.past.length ? history.present.words : "";
}

/** What redoing would do again; "": nothing. @param {History} history */
export function redoable(history) {
  return history.future[0]?.words ?? "";
}
