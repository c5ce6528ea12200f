// How expressions are coloured: what each piece of a line is. It never fails: unfinished text has colours, too.

/**
 * @typedef {{kind: "event" | "source" | "entries" | "value", isValue: boolean}} Frame a bracket that is open;
 *   `isValue`: an expression stands there, not a path
 * @typedef {{frames: Frame[], quote: string}} State `quote`: of the text that goes on from the line before
 */

const WORDS = new Set(["and", "or", "not", "is", "has", "if", "then", "else", "numeric", "integer", "decimal"]);
const CONSTANTS = new Set(["true", "false", "null"]);
const ELEMENTS = new Set(["currentEventField", "currentDataPackField"]);
const FIELD = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const PLAIN_NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /\d+(\.\d+)?/y;
const SPACE = /\s+/y;
const OPERATOR = /==|!=|<=|>=|[<>+\-*/%]/y;

/** @returns {State} */
export function start() {
  return { frames: [], quote: "" };
}

/** @param {State} state @returns {State} */
export function copied({ frames, quote }) {
  return { frames: frames.map((frame) => ({ ...frame })), quote };
}

/**
 * The piece of a line that begins at a place. The state goes on with it.
 * @param {string} line
 * @param {number} at
 * @param {State} state
 * @returns {{end: number, style: string | null}}
 */
export function piece(line, at, state) {
  const path = pathOf(state);
  if (state.quote) {
    return { end: endOfText(line, at, state), style: path ?? "string" };
  }
  const space = matched(SPACE, line, at);
  if (space) {
    return { end: space, style: null };
  }
  if (/^[@#]\{/.test(line.slice(at, at + 2))) {
    const kind = line[at] === "@" ? "event" : "source";
    state.frames.push({ kind, isValue: false });
    return { end: at + 2, style: kind };
  }
  if (line[at] === '"' || line[at] === "'") {
    state.quote = line[at];
    return { end: endOfText(line, at + 1, state), style: path ?? "string" };
  }
  return word(line, at, path) ?? bracket(line, at, state);
}

/** The colour of names in a path; null where expressions stand. @param {State} state */
function pathOf({ frames }) {
  const frame = frames.at(-1);
  if (!frame || frame.isValue || frame.kind === "value") {
    return null;
  }
  return frame.kind === "entries" ? "option" : frame.kind;
}

/** @param {RegExp} pattern @param {string} line @param {number} at @returns {number} 0: it does not match */
function matched(pattern, line, at) {
  pattern.lastIndex = at;
  return pattern.test(line) ? pattern.lastIndex : 0;
}

/** @param {string} line @param {number} at @param {State} state */
function endOfText(line, at, state) {
  for (let place = at; place < line.length; place += 1) {
    if (line[place] === "\\") {
      place += 1;
    } else if (line[place] === state.quote) {
      state.quote = "";
      return place + 1;
    }
  }
  return line.length;
}

/**
 * @param {string} line
 * @param {number} at
 * @param {string | null} path
 */
function word(line, at, path) {
  const number = path ? 0 : matched(NUMBER, line, at);
  if (number) {
    return { end: number, style: "number" };
  }
  const end = matched(path ? FIELD : PLAIN_NAME, line, at);
  return end ? { end, style: styleOf(line.slice(at, end), line.slice(end).trimStart(), path) } : null;
}

/** @param {string} name @param {string} after @param {string | null} path */
function styleOf(name, after, path) {
  if (!path && WORDS.has(name)) {
    return "keyword";
  }
  if (!path && CONSTANTS.has(name)) {
    return "constant";
  }
  if (after.startsWith("(")) {
    return "function";
  }
  if (path) {
    return after.startsWith(":") ? "option" : path;
  }
  return ELEMENTS.has(name) ? "event" : "name";
}

/**
 * @param {string} line
 * @param {number} at
 * @param {State} state
 */
function bracket(line, at, state) {
  const { frames } = state;
  const sign = line[at];
  const frame = frames.at(-1);
  const operator = matched(OPERATOR, line, at);
  if (operator) {
    return { end: operator, style: "operator" };
  }
  if ("([".includes(sign)) {
    frames.push({ kind: "value", isValue: true });
  } else if (sign === "{") {
    frames.push({ kind: "entries", isValue: false });
  } else if (")]}".includes(sign)) {
    frames.pop();
    const closed = frame && frame.kind !== "value" && frame.kind !== "entries" ? frame.kind : "bracket";
    return { end: at + 1, style: closed };
  } else if (frame && frame.kind !== "value" && (sign === ":" || sign === ",")) {
    frame.isValue = sign === ":";
  }
  return { end: at + 1, style: "([{".includes(sign) ? "bracket" : null };
}
