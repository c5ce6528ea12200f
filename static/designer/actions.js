// What people do: each a command with its words, what is selected afterwards, and what is said.

import { effect, signal } from "../build/preact.js";
import { announce } from "./announcing.js";
import * as commands from "./model/commands.js";
import * as copies from "./model/copies.js";
import * as clipboard from "./model/clipboard.js";
import { redoable, undoable } from "../js/history.js";
import { branchOf, linksTo, newId, START, whereChanged, wouldLoop } from "./model/document.js";
import { nameOf, pathsOf, waysOf } from "./model/kinds.js";
import { remember } from "./palette.js";
import {
  active,
  apply,
  canEdit,
  drawing,
  history,
  kinds,
  limits,
  mode,
  namespace,
  open,
  opened,
  order,
  pane,
  picture,
  redoNext,
  select,
  selection,
  undoLast,
  wantsFocus,
} from "./store.js";
import { filled, gettext, ngettext } from "./text.js";

/**
 * @typedef {import("./model/document.js").Place} Place
 * @typedef {import("./palette.js").Entry} Entry
 * @typedef {Place & {beside?: boolean}} Spot a place, or the one beside what stands there
 * @typedef {{entry: Entry} | {id: string} | {from: Place}} Held something new, a step, or the end of a path
 */

/** Something that could not be done, and why: shown for a while. */
export const notice = signal({ text: "", isProblem: false });
/** What is chosen from a list: what to add at a spot, or where to put what is held; null: nobody is choosing. */
export const adding = signal(
  /** @type {null | {spot: Spot, at: {x: number, y: number} | null} | {held: Held}} */ (null),
);
/** What waits to be put on a place that is chosen next in the drawing. */
export const placing = signal(/** @type {Held | null} */ (null));

let noticeTimer = 0;

// Why something could not be done is about the drawing as it was then.
effect(() => {
  if (drawing.value && notice.peek().isProblem) {
    notice.value = { text: "", isProblem: false };
  }
});

/** @param {string} text @param {boolean} [isProblem] */
export function say(text, isProblem = false) {
  notice.value = { text, isProblem };
  announce(text);
  clearTimeout(noticeTimer);
  noticeTimer = window.setTimeout(() => (notice.value = { text: "", isProblem: false }), 8000);
}

/** @param {string} id @returns {string} */
export function named(id) {
  const activity = drawing.value.activities[id];
  return activity ? nameOf(activity, kinds) : id;
}

const REFUSALS = {
  start: () => gettext("People enter by an event or a segment qualification; this step cannot be the first."),
  end: () => gettext("Something follows here; an end is for the end of a path."),
  parallel: () => gettext("Only events and waits may be in parallel."),
  unknown: () => gettext("There is no such kind of step."),
};

/** Why an entry cannot stand at a spot; "": it can. @param {Spot} spot @param {string} kind @returns {string} */
export function refusalOf(spot, kind) {
  if (spot.beside) {
    return kinds[kind]?.waits && (spot.source !== START || kinds[kind].canStart) ? "" : REFUSALS.parallel();
  }
  const code = commands.refusalAt(drawing.value, spot, kind, kinds);
  return code && REFUSALS[code]();
}

/** @returns {boolean} whether one more activity is allowed */
function hasRoom(more = 1) {
  const isFull = Object.keys(drawing.value.activities).length + more > limits.activities;
  if (isFull) {
    say(
      filled(
        gettext("A journey has at most %(n)s steps. Split it into two, and jump from one to the other."),
        { n: limits.activities },
      ),
      true,
    );
  }
  return !isFull;
}

/**
 * Add a step at a spot, and open it.
 * @param {Entry} entry
 * @param {Spot} spot
 */
export function addAt(entry, spot) {
  const refusal = entry.reason || refusalOf(spot, entry.kind);
  if (refusal || !hasRoom()) {
    say(refusal || notice.value.text, true);
    return;
  }
  const id = newId(drawing.value, entry.kind);
  const activity = withOwnName(commands.fresh(kinds, entry.kind, entry.config));
  const changed = spot.beside
    ? commands.insertBeside(drawing.value, spot, id, activity)
    : commands.insert(drawing.value, spot, id, activity, kinds);
  remember(entry);
  if (apply(filled(gettext("Added %(name)s"), { name: entry.title }), changed)) {
    open(id);
  }
}

/**
 * A repeated event gets a number, which is its name in expressions.
 * @param {import("./model/document.js").Activity} activity
 */
function withOwnName(activity) {
  const own = activity.config[kinds[activity.kind].names];
  if (!kinds[activity.kind].stores || !own) {
    return activity;
  }
  const taken = new Set(
    Object.values(drawing.value.activities).map((one) => one.name || one.config[kinds[one.kind]?.names]),
  );
  let number = 2;
  while (taken.has(`${own}${number}`)) {
    number += 1;
  }
  return taken.has(own) ? { ...activity, name: `${own}${number}` } : activity;
}

/**
 * The next free place: after the active step, else the first path that leads nowhere.
 * @param {string} kind
 * @returns {Spot | null}
 */
function nextPlace(kind) {
  const { edges } = picture.value;
  const fits = (/** @type {Place} */ place) => !commands.refusalAt(drawing.value, place, kind, kinds);
  const own = edges.filter((edge) => edge.source === active.value && active.value);
  const free = [
    ...own.filter((edge) => !edge.target),
    ...own,
    ...edges.filter((edge) => !edge.target && edge.connected),
  ];
  const beginning = { source: START, way: "start", index: 0, target: "" };
  const place = drawing.value.start.length ? free.find(fits) : fits(beginning) ? beginning : undefined;
  return place ?? edges.find((edge) => edge.source !== START && fits(edge)) ?? null;
}

/** Add at the next free place. @param {Entry} entry */
export function add(entry) {
  const spot = nextPlace(entry.kind);
  if (entry.reason || !spot) {
    say(entry.reason || REFUSALS[drawing.value.start.length ? "end" : "start"](), true);
  } else {
    addAt(entry, spot);
  }
}

/** Choose where to put something: by pointing at it in the drawing; in the list there is no place to point at. @param {Held} held */
export function choosePlace(held) {
  if (mode.value === "canvas") {
    placing.value = held;
  } else {
    adding.value = { held };
  }
}

/** @param {{entry: Entry} | {id: string}} held @param {Spot} spot */
export function putAt(held, spot) {
  placing.value = null;
  if ("entry" in held) {
    addAt(held.entry, spot);
  } else {
    moveTo(held.id, spot);
  }
}

/** Choose what to add after the active step. */
export function chooseWhatToAdd() {
  const own = picture.value.edges.filter((edge) => edge.source === active.value && active.value);
  const beginning = { source: START, way: "start", index: 0, target: "" };
  const spot =
    own.find((edge) => !edge.target) ??
    own[0] ??
    (drawing.value.start.length ? nextPlace("wait") : beginning);
  if (canEdit.value && spot) {
    adding.value = { spot, at: null };
  }
}

/** @param {Iterable<string>} [ids] */
export function deleteSteps(ids = selection.value) {
  const gone = [...ids];
  const neighbour = gone.length === 1 ? linksTo(drawing.value, gone[0])[0]?.source : "";
  const words =
    gone.length === 1
      ? filled(gettext("Deleted %(name)s"), { name: named(gone[0]) })
      : filled(ngettext("Deleted %(n)s step", "Deleted %(n)s steps", gone.length), { n: gone.length });
  if (gone.length && apply(words, commands.removeAll(drawing.value, gone, kinds))) {
    goOnAt(neighbour);
  }
}

/** Where the keyboard goes on when a step is gone. @param {string | undefined} id of its neighbour, if there is one */
function goOnAt(id) {
  select([]);
  active.value = id || order.value[0] || "";
  wantsFocus.value = active.value;
}

/** @param {string} id */
export function deleteBranch(id) {
  const count = branchOf(drawing.value, id).size;
  const source = linksTo(drawing.value, id)[0]?.source;
  const words = filled(ngettext("Deleted %(n)s step", "Deleted %(n)s steps", count), { n: count });
  if (apply(words, commands.removeBranch(drawing.value, id))) {
    goOnAt(source);
  }
}

/** @param {string} id @param {Spot} spot */
export function moveTo(id, spot) {
  const activity = drawing.value.activities[id];
  const refusal = refusalOf(spot, activity.kind);
  // What follows comes along to the end of a path, but not to a place behind itself.
  const isBranch =
    !spot.target && branchOf(drawing.value, id).size > 1 && !wouldLoop(drawing.value, spot.source, id);
  const changed = spot.beside
    ? commands.moveBeside(drawing.value, id, spot, kinds)
    : isBranch
      ? commands.moveBranch(drawing.value, id, spot)
      : commands.move(drawing.value, id, spot, kinds);
  if (refusal) {
    say(refusal, true);
  } else if (apply(filled(gettext("Moved %(name)s"), { name: named(id) }), changed)) {
    select([id]);
    wantsFocus.value = id;
  } else {
    say(gettext("A path cannot lead back to a step before it."), true);
  }
}

/** Move the path on which a step hangs up or down: upper ones come first. @param {string} id @param {-1 | 1} by */
export function movePathOf(id, by) {
  const link = linksTo(drawing.value, id)[0];
  if (link) {
    movePath(link, by);
  }
}

/** @param {Place} place @param {number} by */
export function movePath(place, by) {
  const { source, way } = place;
  const targets = source === START ? drawing.value.start : (drawing.value.activities[source].to[way] ?? []);
  const next = targets.indexOf(place.target) + by;
  if (targets.length > 1 && next >= 0 && next < targets.length) {
    apply(gettext("Changed the order of paths"), commands.moveTarget(drawing.value, place, next));
  } else if (source !== START) {
    const kind = kinds[drawing.value.activities[source].kind];
    const index = kind
      ? pathsOf(drawing.value.activities[source].config, kind).findIndex((path) => path.id === way)
      : -1;
    if (index >= 0) {
      apply(
        gettext("Changed the order of paths"),
        commands.movePath(drawing.value, source, way, index + by, kinds),
      );
    }
  }
}

/** Whether a path can be moved among its neighbours. @param {Place} place */
export function isMovable(place) {
  const activity = drawing.value.activities[place.source];
  const kind = activity && kinds[activity.kind];
  const isListed = kind
    ? pathsOf(activity.config, kind).length > 1 &&
      pathsOf(activity.config, kind).some((path) => path.id === place.way)
    : false;
  const targets = place.source === START ? drawing.value.start : (activity?.to[place.way] ?? []);
  return isListed || (targets.length > 1 && Boolean(place.target));
}

/** @param {Place} place @param {string} id */
export function goTo(place, id) {
  placing.value = null;
  const words = filled(gettext("The path goes on to %(name)s"), { name: named(id) });
  if (!apply(words, commands.connect(drawing.value, place, id))) {
    say(gettext("A path cannot lead back to a step before it."), true);
  }
}

/** @param {Place} place */
export function cut(place) {
  apply(gettext("Cut the path"), commands.disconnect(drawing.value, place));
}

/** @param {Place} place */
export function duplicatePath(place) {
  const changed = copies.duplicatePath(drawing.value, place.source, place.way, { kinds });
  if (
    changed !== drawing.value &&
    hasRoom(Object.keys(changed.activities).length - Object.keys(drawing.value.activities).length)
  ) {
    apply(gettext("Duplicated the path with what follows"), changed);
  }
}

/** A copy of a step with everything after it, unconnected. @param {string} id */
export function duplicateBranch(id) {
  const ids = branchOf(drawing.value, id);
  const rest = order.value.filter((each) => ids.has(each) && each !== id);
  pasteActivities(
    Object.fromEntries([id, ...rest].map((each) => [each, drawing.value.activities[each]])),
    null,
  );
}

/** What a path is called: "Purchased?, path Yes". @param {Place} place */
export function pathName(place) {
  if (place.source === START) {
    return gettext("the start");
  }
  const activity = drawing.value.activities[place.source];
  const label = activity && waysOf(activity, kinds).find((way) => way.id === place.way)?.label;
  return label ? `${named(place.source)}, ${label}` : named(place.source);
}

// --- Copy and paste ------------------------------------------------------------------------------------------

/** The selected steps as text for the clipboard; "": none is selected. */
export function copiedText() {
  const ids = selection.value.size ? selection.value : new Set(active.value ? [active.value] : []);
  return ids.size ? clipboard.written(drawing.value, ids, namespace.value, order.value) : "";
}

/** Other ways to the clipboard than its keys. @param {Iterable<string>} ids @param {{cutting?: boolean}} [options] */
export async function copySteps(ids, { cutting = false } = {}) {
  const chosen = [...ids];
  try {
    await navigator.clipboard.writeText(
      clipboard.written(drawing.value, chosen, namespace.value, order.value),
    );
    sayCopied(chosen.length);
    if (cutting) {
      deleteSteps(chosen);
    }
  } catch {
    say(gettext("The browser did not let this page use the clipboard; press Ctrl+C instead."), true);
  }
}

/** @param {number} n */
export function sayCopied(n) {
  say(filled(ngettext("Copied %(n)s step", "Copied %(n)s steps", n), { n }));
}

/** @param {Place | null} place */
export async function pasteFromClipboard(place) {
  try {
    if (!pasteText(await navigator.clipboard.readText(), place)) {
      say(gettext("No steps have been copied."), true);
    }
  } catch {
    say(gettext("The browser did not let this page read the clipboard; press Ctrl+V instead."), true);
  }
}

/**
 * @param {string} text
 * @param {Place | null} place null: beside the rest, unconnected
 * @returns {boolean} whether it has to do with steps
 */
export function pasteText(text, place) {
  const { clip, refusal } = clipboard.read(text, namespace.value);
  if (refusal) {
    say(refusal, true);
  } else if (clip) {
    pasteActivities(clip.activities, place);
  }
  return Boolean(refusal || clip);
}

/** @param {Record<string, import("./model/document.js").Activity>} activities @param {Place | null} place */
function pasteActivities(activities, place) {
  const n = Object.keys(activities).length;
  if (!canEdit.value || !hasRoom(n)) {
    return;
  }
  const { document, ids } = copies.paste(drawing.value, activities, { place, kinds });
  if (apply(filled(ngettext("Pasted %(n)s step", "Pasted %(n)s steps", n), { n }), document)) {
    select(ids);
    [wantsFocus.value] = ids;
    say(filled(ngettext("Pasted %(n)s step", "Pasted %(n)s steps", n), { n }));
  }
}

/** Take the last thing back. */
export function takeBack() {
  turn(undoable(history.value), undoLast, gettext("Undone: %(words)s"));
}

/** Do again what was taken back. */
export function doAgain() {
  turn(redoable(history.value), redoNext, gettext("Done again: %(words)s"));
}

/** The keyboard goes to where that was. @param {string} words @param {() => void} go @param {string} said */
function turn(words, go, said) {
  if (!words) {
    return;
  }
  const before = drawing.value;
  go();
  announce(filled(said, { words }));
  const id = whereChanged(before, drawing.value);
  if (id) {
    active.value = id;
    wantsFocus.value = id;
  }
}

/** Close what is open, from the innermost. @returns {boolean} whether anything was */
export function escape() {
  if (adding.value) {
    adding.value = null;
  } else if (placing.value) {
    placing.value = null;
    announce(gettext("Cancelled"));
  } else if (pane.value) {
    wantsFocus.value = pane.value === "step" ? opened.value.id : active.value;
    pane.value = "";
  } else if (selection.value.size) {
    selection.value = new Set();
  } else {
    return false;
  }
  return true;
}
