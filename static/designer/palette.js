// What can be put into a drawing: the sandbox's events and actions by name, and the kinds of steps. What is not
// available says why.

import { computed, signal } from "../build/preact.js";
import { upstream } from "./model/document.js";
import { drawing, kinds, known, offers } from "./store.js";
import { gettext } from "./text.js";

/**
 * @typedef {object} Entry
 * @property {string} key
 * @property {string} kind
 * @property {string} title
 * @property {string} help
 * @property {"events" | "orchestration" | "actions"} category
 * @property {string} icon
 * @property {Record<string, any>} config that the step begins with
 * @property {string} reason why it is not available; "": it is
 */

const RECENT = 5;
const MESSAGES = new Set(["email", "sms", "push"]);

/** Keys of what this person has used last, by category. */
export const recent = signal(/** @type {string[]} */ ([]));

export const entries = computed(() => Object.values(kinds).flatMap(entriesOf));

/** @param {import("./model/kinds.js").Kind} kind @returns {Entry[]} */
function entriesOf(kind) {
  if (kind.kind === "event" && offers.value.events.length) {
    return offers.value.events.map((event) =>
      entry(kind, event.name, event.description, { event: event.name }),
    );
  }
  if (kind.kind === "custom_action" && offers.value.actions.length) {
    return offers.value.actions.map((action) =>
      entry(kind, action.name, action.description, { action: action.name }),
    );
  }
  return [{ ...entry(kind, "", "", {}), reason: reasonAgainst(kind.kind) }];
}

/**
 * @param {import("./model/kinds.js").Kind} kind
 * @param {string} name
 * @param {string} description
 * @param {Record<string, any>} config
 * @returns {Entry}
 */
function entry(kind, name, description, config) {
  return {
    key: `${kind.kind}:${name}`,
    kind: kind.kind,
    title: name || kind.title,
    help: description || kind.help,
    category: kind.category,
    icon: kind.icon,
    config,
    reason: "",
  };
}

/** @param {string} kind @returns {string} */
function reasonAgainst(kind) {
  const used = new Set(Object.values(drawing.value.activities).map((one) => one.kind));
  const { channels, templates, segments, journeys } = offers.value;
  if (MESSAGES.has(kind)) {
    const isReady = channels.includes(kind) && templates.some((one) => one.kind === kind);
    return isReady
      ? ""
      : channels.includes(kind)
        ? gettext("There is no template of this kind yet; it is made under Templates.")
        : gettext("No channel sends these messages yet; a technical user sets one up.");
  }
  switch (kind) {
    case "event":
      return gettext("No event is set up yet; a technical user does that.");
    case "custom_action":
      return gettext("No action is set up yet; a technical user does that.");
    case "segment_qualification":
      return segments.length
        ? used.has("jump")
          ? gettext("Not in a journey with a jump.")
          : ""
        : gettext("There is no segment yet; it is made under Segments.");
    case "reaction":
      return Object.values(drawing.value.activities).some((each) => reactionsTo(each).length)
        ? ""
        : gettext("No message is sent in this journey yet.");
    case "jump":
      return used.has("segment_qualification")
        ? gettext("Not in a journey with a segment qualification.")
        : journeys.length
          ? ""
          : gettext("There is no other journey to jump to.");
    default:
      return "";
  }
}

/**
 * Those that fit a search and filters.
 * @param {Entry[]} all
 * @param {{words: string, onlyAvailable?: boolean, onlyRecent?: boolean}} filters
 */
export function found(all, { words, onlyAvailable = false, onlyRecent = false }) {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (/** @type {Entry} */ each) => {
    const title = each.title.toLowerCase();
    return !wanted.length || title.startsWith(wanted[0]) ? 0 : title.includes(wanted[0]) ? 1 : 2;
  };
  const fitting = all.filter((each) => {
    const text = `${each.title} ${kinds[each.kind].title} ${each.help}`.toLowerCase();
    return (
      wanted.every((word) => text.includes(word)) &&
      (!onlyAvailable || !each.reason) &&
      (!onlyRecent || each.category === "orchestration" || recent.value.includes(each.key))
    );
  });
  // Sorting is stable: among equals the order of the palette stays.
  return fitting.sort((one, other) => rank(one) - rank(other));
}

const storageKey = () => `journeyorch.recent.${known.user.id}`;

export function loadRecent() {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey()) ?? "[]");
    recent.value = Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
  } catch {
    recent.value = [];
  }
}

/** The last five events and the last five actions. @param {Entry} used */
export function remember(used) {
  if (used.category === "orchestration") {
    return;
  }
  const categoryOf = (/** @type {string} */ key) => kinds[key.split(":")[0]]?.category;
  const all = [used.key, ...recent.value.filter((key) => key !== used.key)];
  recent.value = ["events", "actions"].flatMap((category) =>
    all.filter((key) => categoryOf(key) === category).slice(0, RECENT),
  );
  try {
    localStorage.setItem(storageKey(), JSON.stringify(recent.value));
  } catch {
    // Then it is remembered until the page is closed.
  }
}

/**
 * What can become known of the message that an activity sends; empty: it sends none.
 * @param {import("./model/document.js").Activity | undefined} activity
 * @returns {string[]}
 */
export function reactionsTo(activity) {
  const action =
    activity?.kind === "custom_action"
      ? offers.value.actions.find((one) => one.name === activity.config.action)
      : undefined;
  return action?.reactions ?? kinds[activity?.kind ?? ""]?.reactions ?? [];
}

/** The messages that are sent before a step: what it can react to. @param {string} id */
export function messagesBefore(id) {
  const before = upstream(drawing.value, id);
  return Object.entries(drawing.value.activities).filter(
    ([each, one]) => before.has(each) && reactionsTo(one).length > 0,
  );
}
