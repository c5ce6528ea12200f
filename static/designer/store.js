// The state of the page, in signals, and the few ways in which it changes. The view draws what stands here;
// what can be done to a drawing stands in model/commands.js, and what people do with it in actions.js.

import { computed, signal } from "../build/preact.js";
import { announce } from "./announcing.js";
import { urls } from "./api.js";
import { emptyDocument } from "./model/document.js";
import { begin, commit, redo, undo } from "../js/history.js";
import { layout } from "./model/layout.js";

/**
 * @typedef {import("./model/document.js").Document} Document
 * @typedef {import("./model/document.js").Place} Place
 * @typedef {{code: string, message: string, activity: string, field: string, line: number, column: number,
 *   isError: boolean}} Problem
 * @typedef {{name: string, label: string, type: string, required: boolean, fields: string[],
 *   default: string}} Variable what is to be given a value; `fields`: what is taken of each object of a list;
 *   `default`: what there is without a value; "": nothing
 */

/**
 * @typedef {object} Offers what the sandbox has to choose from
 * @property {{id: number | null, name: string, namespace: string, description: string}[]} events
 * @property {{name: string, description: string, variables: Variable[], hasResponse: boolean,
 *   reactions: string[]}[]} actions
 * @property {{name: string, kind: string, variables: Variable[]}[]} templates
 * @property {string[]} channels kinds of messages that can be sent
 * @property {string[]} segments
 * @property {string[]} namespaces
 * @property {{uid: string, name: string, event: string, status: string, url: string}[]} journeys
 */

/**
 * @typedef {object} Version
 * @property {string} uid
 * @property {number} number
 * @property {string} status
 * @property {string} statusLabel
 * @property {string} savedAt
 * @property {string | null} publishedAt
 * @property {string} publishedBy
 * @property {{uid: string, name: string, description: string, tags: string[]}} journey
 * @property {{name: string, url: string}[]} jumpedFrom the journeys whose people jump into this one
 */

/** Room on every path for the button that adds a step, in pixels. */
export const SLOT = 32;

/** @type {import("./model/kinds.js").Kinds} */
export const kinds = {};
export const limits = { activities: 50, waitDays: 30 };
/** @type {{timeZones: string[], user: {id: number, name: string}}} */
export const known = { timeZones: [], user: { id: 0, name: "" } };

export const history = signal(begin(emptyDocument()));
export const version = signal(/** @type {Version} */ ({ journey: {} }));
export const may = signal({ change: false, changeTimeout: false, test: false, relabel: false });
export const offers = signal(
  /** @type {Offers} */ ({
    events: [],
    actions: [],
    templates: [],
    channels: [],
    segments: [],
    namespaces: [],
    journeys: [],
  }),
);
export const problems = signal(/** @type {Problem[]} */ ([]));

/** Ids of the selected steps. */
export const selection = signal(/** @type {Set<string>} */ (new Set()));
/** The step that the keyboard is at; "": none. */
export const active = signal("");
/** What stands in the pane: the id of a step, a part of the page, or nothing. */
export const pane = signal(/** @type {"" | "step" | "properties" | "problems" | "test"} */ (""));
/** The step in the pane, and the field to go to. */
export const opened = signal({ id: "", field: "" });
/** The way in which the drawing is shown. */
export const mode = signal(/** @type {"canvas" | "outline"} */ ("canvas"));
/** Figures by the names that live pages use: here:<step>, path:<step>:<way>, errors:<step>. */
export const counts = signal(/** @type {Record<string, number>} */ ({}));
/** What a test has passed. */
export const trail = signal(/** @type {import("./model/trail.js").Trail | null} */ (null));
/** The step that shall have the focus once it is drawn. */
export const wantsFocus = signal("");

/** The document as it is now. */
export const drawing = computed(() => history.value.present.document);
export const picture = computed(() => layout(drawing.value, kinds, { slot: SLOT }));
/** Ids of all steps as a person reads them: by rows, from the left. */
export const order = computed(() =>
  [...picture.value.cards.values()]
    .sort((one, other) => one.row - other.row || one.depth - other.depth)
    .map((card) => card.id),
);
export const canEdit = computed(() => may.value.change);

/**
 * Fill the store with what the server has put into the page.
 * @param {any} state
 */
export function load(state) {
  for (const kind of state.kinds) {
    kinds[kind.kind] = kind;
  }
  Object.assign(urls, state.urls);
  Object.assign(limits, state.limits);
  Object.assign(known, { timeZones: state.timeZones, user: state.user });
  version.value = state.version;
  may.value = state.may;
  offers.value = state.offers;
  problems.value = state.problems;
  history.value = begin(state.document);
}

/**
 * Change the drawing, so that it can be undone.
 * @param {string} words what was done, for people
 * @param {Document} changed
 * @param {string} [key] what follows with the same key is undone with it
 * @returns {boolean} whether anything has changed
 */
export function apply(words, changed, key = "") {
  if (!canEdit.value || changed === drawing.value) {
    return false;
  }
  history.value = commit(history.value, changed, words, key);
  keepWhatExists();
  if (!key) {
    announce(words);
  }
  return true;
}

/**
 * Put another document in place of this one, without a step to undo: somebody else has saved it.
 * @param {Document} document
 */
export function replace(document) {
  history.value = begin(document);
  keepWhatExists();
}

export function undoLast() {
  history.value = undo(history.value);
  keepWhatExists();
}

export function redoNext() {
  history.value = redo(history.value);
  keepWhatExists();
}

/** What is selected, active or open must exist. */
function keepWhatExists() {
  const { activities } = drawing.value;
  if ([...selection.value].some((id) => !(id in activities))) {
    selection.value = new Set([...selection.value].filter((id) => id in activities));
  }
  if (active.value && !(active.value in activities)) {
    active.value = "";
  }
  if (pane.value === "step" && !(opened.value.id in activities)) {
    pane.value = "";
  }
}

/** @param {Iterable<string>} ids */
export function select(ids) {
  const chosen = new Set(ids);
  selection.value = chosen;
  const [last] = [...chosen].slice(-1);
  active.value = last ?? active.value;
}

/** Open a step in the pane. @param {string} id @param {string} [field] */
export function open(id, field = "") {
  opened.value = { id, field };
  pane.value = "step";
  select([id]);
}

/** The namespace by which the events of the drawing tell people apart; null: it does not say. */
export const namespace = computed(() => {
  for (const { kind, config } of Object.values(drawing.value.activities)) {
    const event = kind === "event" ? offers.value.events.find((one) => one.name === config.event) : undefined;
    const told = event ? event.namespace : kind === "segment_qualification" ? config.namespace : "";
    if (told) {
      return /** @type {string} */ (told);
    }
  }
  return null;
});

/** Problems by step; those of the whole journey under "". */
export const problemsByStep = computed(() => {
  /** @type {Map<string, Problem[]>} */
  const found = new Map();
  for (const problem of problems.value) {
    found.set(problem.activity, [...(found.get(problem.activity) ?? []), problem]);
  }
  return found;
});
