// Begins the designer with what the server has put into the page.

import { render } from "../build/preact.js";
import { say } from "./actions.js";
import { stayIn } from "./api.js";
import { App } from "./app.js";
import { topics } from "./help.js";
import { html, useSprite } from "./html.js";
import { watchCounts } from "./live.js";
import { loadRecent } from "./palette.js";
import { watch } from "./saving.js";
import { watchKeys } from "./shortcuts.js";
import { load, mode } from "./store.js";
import { watchTest } from "./testing/open.js";

const root = /** @type {HTMLElement} */ (document.getElementById("designer"));
const state = JSON.parse(document.getElementById("designer-state")?.textContent ?? "{}");

useSprite(root.dataset.icons ?? "");
stayIn(state.sandbox);
load(state);
topics.value = state.help;
loadRecent();
// On a phone the list is easier to read and to touch.
if (matchMedia("(max-width: 40rem)").matches) {
  mode.value = "outline";
}
render(html`<${App} />`, root);
watch(state.revision);
watchKeys();
watchCounts(state.version.status);
watchTest();
if (state.notices.length) {
  say(state.notices.join(" "));
}
