// Saving by itself: a moment after each change, with the revision that it was made from. What could not be saved
// waits in this browser, also if it crashes; what two have changed at once is put together.

import { effect, signal } from "../build/preact.js";
import { announce } from "./announcing.js";
import { ask, urls } from "./api.js";
import { isEqual } from "./model/document.js";
import { merge } from "./model/merge.js";
import { Turns } from "./model/turns.js";
import { apply, canEdit, drawing, may, offers, problems, replace, version } from "./store.js";
import { filled, gettext } from "./text.js";

/** @typedef {import("./model/document.js").Document} Document */

const DELAY = 700;
const LONGEST_PAUSE = 30_000;
const PRESENCE = 15_000;

/**
 * How it stands: saved; changed, and about to be saved; under way; no answer, or logged out, both tried again;
 * refused, with why; or two have changed the same.
 */
export const status = signal(
  /** @type {"saved" | "changed" | "saving" | "away" | "loggedOut" | "refused" | "conflict"} */ ("saved"),
);
export const refusal = signal("");
/** Both changed the same steps: what the choice is between. */
export const conflict = signal(
  /** @type {null | {mine: Document, theirs: Document, merged: Document, steps: string[], stored: any}} */ (
    null
  ),
);
/** Names of others who have this version open. */
export const others = signal(/** @type {string[]} */ ([]));
/** Something that was done without asking, such as restoring what a crash has left. */
export const news = signal("");

/** What the server has, as far as this page knows. */
let stored = { document: drawing.value, revision: 0 };
let timer = 0;
let pause = 1000;
/** Two at once would begin from the same revision, and the later one meet the other as if it were somebody else's. */
const turns = new Turns();

const storageKey = () => `journeyorch.draft.${version.value.uid}`;

/** Begin to watch the drawing. @param {number} revision that the page was opened with */
export function watch(revision) {
  stored = { document: drawing.value, revision };
  restore();
  effect(() => {
    if (drawing.value !== stored.document && canEdit.value && !conflict.value) {
      // Looked at, not watched: how it stands must not begin the waiting anew.
      const now = status.peek();
      if (now !== "saving" && !isStuck(now)) {
        status.value = "changed";
      }
      keep();
      schedule(isStuck(now) ? pause : DELAY);
    } else if (drawing.value === stored.document && isUnsaved(status.peek())) {
      isAsStored();
    }
  });
  addEventListener("online", () => schedule(0));
  addEventListener("pagehide", () => drawing.value !== stored.document && keep());
  addEventListener("beforeunload", (event) => {
    if (canEdit.value && drawing.value !== stored.document && status.value !== "saved") {
      save(true);
      if (isStuck(status.value) || status.value === "refused") {
        event.preventDefault();
      }
    }
  });
  lookAround();
  setInterval(lookAround, PRESENCE);
  document.addEventListener("visibilitychange", () => {
    // Whoever has logged in in another tab comes back.
    if (!document.hidden && status.value === "loggedOut") {
      schedule(0);
    }
    lookAround();
    if (!document.hidden) {
      renew();
    }
  });
}

/** What can be chosen, and what is wrong, as it is now: a template may have been made in another tab. */
export async function renew() {
  const { ok, data } = await ask(urls.offers);
  if (ok && !isEqual(data, offers.value)) {
    offers.value = data;
  }
  if (drawing.value === stored.document && !turns.last) {
    await takeNewer(others.value);
  }
}

/** What is drawn, or drawn again, is what the server has. */
function isAsStored() {
  clearTimeout(timer);
  status.value = "saved";
  forget();
}

/** @param {typeof status.value} value */
function isUnsaved(value) {
  return value === "changed" || value === "refused" || isStuck(value);
}

/** What is drawn is not saved, and tried again by itself. @param {typeof status.value} value */
function isStuck(value) {
  return value === "away" || value === "loggedOut";
}

/** @param {number} delay */
function schedule(delay) {
  clearTimeout(timer);
  timer = window.setTimeout(() => save(), delay);
}

/** All that has been drawn is saved, or cannot be. */
export async function settled() {
  clearTimeout(timer);
  await turns.last;
  if (canEdit.value && drawing.value !== stored.document && !conflict.value) {
    await save();
  }
}

/** @param {boolean} [leaving] the page is being closed */
export function save(leaving = false) {
  return turns.take(() => saveNow(leaving));
}

/** @param {boolean} leaving */
async function saveNow(leaving) {
  const sent = drawing.value;
  if (sent === stored.document || !canEdit.value || conflict.value) {
    return;
  }
  if (!isStuck(status.value)) {
    status.value = "saving";
  }
  const body = { document: sent, revision: stored.revision };
  const answer = await ask(urls.draft, {
    method: "PUT",
    body,
    keepalive: leaving && JSON.stringify(body).length < 60_000,
  });
  if (answer.ok) {
    took(sent, answer.data);
  } else if (answer.status === 409 && answer.data.stored) {
    meet(answer.data);
  } else if (drawing.value === stored.document) {
    // Undone meanwhile.
    isAsStored();
  } else if ([0, 401, 429].includes(answer.status) || answer.status >= 500) {
    status.value = answer.status === 401 ? "loggedOut" : "away";
    schedule(pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  } else {
    status.value = "refused";
    refusal.value = answer.detail || gettext("You may not change this journey. Load the page again.");
    announce(refusal.value);
  }
}

/** Whether the problems that are known are about what a step's setting is now. @param {string} id @param {string} name */
export function isChecked(id, name) {
  return stored.document.activities[id]?.config[name] === drawing.value.activities[id]?.config[name];
}

/** @param {Document} document @param {any} answer */
function took(document, answer) {
  stored = { document, revision: answer.revision };
  pause = 1000;
  problems.value = answer.problems;
  version.value = { ...version.value, savedAt: answer.savedAt };
  refusal.value = "";
  if (drawing.value === document) {
    isAsStored();
  } else {
    status.value = "changed";
    schedule(DELAY);
  }
}

/** Somebody else has saved meanwhile, or the version is no draft any more. @param {any} answer */
function meet(answer) {
  const { stored: theirs } = answer;
  version.value = theirs.version;
  if (!theirs.may.change) {
    may.value = { ...may.value, change: false };
    status.value = "refused";
    refusal.value = answer.detail;
    announce(answer.detail);
    return;
  }
  const mine = drawing.value;
  const { document: merged, conflicts } = merge(stored.document, mine, theirs.document);
  if (conflicts.length) {
    status.value = "conflict";
    conflict.value = { mine, theirs: theirs.document, merged, steps: conflicts, stored: theirs };
    announce(gettext("Somebody else has changed the same steps. Choose what holds."));
  } else {
    settle(theirs, merged);
    news.value = gettext("Somebody else has changed other steps; both changes are in the drawing now.");
  }
}

/** @param {any} theirs what is stored @param {Document} document that holds from now on */
function settle(theirs, document) {
  stored = { document: theirs.document, revision: theirs.revision };
  problems.value = theirs.problems;
  conflict.value = null;
  if (isEqual(document, theirs.document)) {
    replaceBy(theirs.document);
  } else {
    status.value = "changed";
    apply(gettext("Put together with the changes of somebody else"), document);
    schedule(0);
  }
}

/** What this page has just had the server change in another way than by saving. @param {{document: Document, revision: number}} current */
export function adopt({ document, revision }) {
  stored = { document, revision };
  replaceBy(document);
}

/** @param {Document} document that is stored */
function replaceBy(document) {
  replace(document);
  stored = { ...stored, document };
  isAsStored();
}

/** The choice between two changes. @param {"mine" | "theirs" | "merged"} choice */
export function resolve(choice) {
  const open = conflict.value;
  if (open) {
    settle(open.stored, open[choice]);
  }
}

// --- What a crash leaves -------------------------------------------------------------------------------------

function keep() {
  const copy = { base: stored.document, revision: stored.revision, document: drawing.value };
  try {
    localStorage.setItem(storageKey(), JSON.stringify(copy));
  } catch {
    // No room, or no permission: then there is no copy.
  }
}

function forget() {
  try {
    localStorage.removeItem(storageKey());
  } catch {
    // There was none.
  }
}

function restore() {
  const copy = canEdit.value ? kept() : null;
  if (!copy || isEqual(copy.document, drawing.value)) {
    forget();
    return;
  }
  const { document, conflicts } = merge(copy.base, copy.document, drawing.value);
  apply(gettext("Restored what was not saved"), document);
  news.value = conflicts.length
    ? gettext(
        "Changes that were not saved have been restored; somebody else has changed the same steps meanwhile. Undo takes yours back.",
      )
    : gettext(
        "Changes that were not saved when this page was closed have been restored. Undo takes them back.",
      );
}

/** @returns {{base: Document, revision: number, document: Document} | null} */
function kept() {
  try {
    const copy = JSON.parse(localStorage.getItem(storageKey()) ?? "null");
    return copy?.document?.activities && copy.base?.activities ? copy : null;
  } catch {
    return null;
  }
}

// --- Who else is looking -------------------------------------------------------------------------------------

const tab = nameOfTab();

/** The same when the page is loaded again: nobody looks at it twice then. */
function nameOfTab() {
  const made = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2, 10)}`;
  try {
    const kept = sessionStorage.getItem("journeyorch.tab") ?? made;
    sessionStorage.setItem("journeyorch.tab", kept);
    return kept;
  } catch {
    return made;
  }
}

async function lookAround() {
  if (document.hidden) {
    return;
  }
  const { ok, data } = await ask(urls.presence, { method: "POST", body: { tab } });
  if (!ok) {
    return;
  }
  others.value = data.others;
  const isNewer = data.revision > stored.revision || data.status !== version.value.status;
  if (isNewer && drawing.value === stored.document && !turns.last) {
    await takeNewer(data.others);
  }
}

/** Nothing of mine is unsaved: what somebody else has saved is shown at once. @param {string[]} names */
async function takeNewer(names) {
  const { ok, data } = await ask(urls.draft);
  if (ok && drawing.value === stored.document && !turns.last && data.revision >= stored.revision) {
    const isChanged = !isEqual(data.document, stored.document);
    version.value = data.version;
    may.value = { ...may.value, ...data.may };
    problems.value = data.problems;
    stored = { document: data.document, revision: data.revision };
    if (isChanged) {
      replaceBy(data.document);
      const who = names.length === 1 ? names[0] : gettext("Somebody else");
      news.value = filled(gettext("%(who)s has changed the drawing; you see it as it is now."), { who });
    } else {
      stored = { ...stored, document: drawing.value };
    }
  }
}
