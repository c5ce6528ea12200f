// The way into the test mode. All of it but this file is loaded when a version in test is opened.

import { effect, signal } from "../../build/preact.js";
import { say } from "../actions.js";
import { html } from "../html.js";
import { may, pane, version } from "../store.js";
import { gettext } from "../text.js";

/** What has been loaded. */
const loaded = signal(/** @type {null | typeof import("./mode.js")} */ (null));
/** Whether the log stands below the drawing. */
export const isLogOpen = signal(false);
/** The part of the pane that shall have the focus: the form of an event, or that of a segment. */
export const wanted = signal(/** @type {"" | "event" | "segment"} */ (""));

export const isInTest = () => version.value.status === "test";

/** Begin as soon as the version is in test. */
export function watchTest() {
  effect(() => {
    if (isInTest() && !loaded.peek()) {
      begin();
    }
  });
}

async function begin() {
  try {
    const mode = await import("./mode.js");
    mode.watchPath();
    loaded.value = mode;
    // On a phone the pane covers everything.
    if (matchMedia("(min-width: 48rem)").matches) {
      pane.value ||= "test";
    }
  } catch {
    say(gettext("The test mode could not be loaded. Check the connection and load the page again."), true);
  }
}

/** The form that triggers. @param {"event" | "segment"} part */
export function openTrigger(part) {
  if (may.value.test) {
    wanted.value = part;
  }
  pane.value = "test";
}

export function toggleLog() {
  isLogOpen.value = !isLogOpen.value;
}

/** In the pane: the forms, and where the test profile is. */
export function TestPane() {
  const mode = loaded.value;
  return mode ? html`<${mode.TestForms} />` : html`<p class="muted">${gettext("Loading…")}</p>`;
}

/** Below the drawing. */
export function TestLog() {
  const mode = loaded.value;
  return mode && isLogOpen.value ? html`<${mode.Log} />` : null;
}
