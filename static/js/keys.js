// Keys of every page: Ctrl+K searches in everything, ? lists the keys, C creates, / searches in the list. Those
// without Ctrl can be switched off.

import { openFinder } from "./finder.js";
import { areSingleKeysOn, switchSingleKeys } from "./single-keys.js";

const help = document.getElementById("keys");

/** @param {EventTarget | null} target */
function isInField(target) {
  return target instanceof Element && Boolean(target.closest("input, textarea, select, [contenteditable], .cm-editor"));
}

/** Only what there is on this page. */
function showKeys() {
  if (help instanceof HTMLDialogElement) {
    for (const line of help.querySelectorAll("[data-for]")) {
      const wanted = /** @type {HTMLElement} */ (line).dataset.for ?? "";
      /** @type {HTMLElement} */ (line).hidden = !document.querySelector(wanted);
    }
    help.showModal();
  }
}

/** @param {string} selector */
function first(selector) {
  const element = document.querySelector(selector);
  return element instanceof HTMLElement ? element : null;
}

/** @type {Record<string, () => void>} */
const single = {
  "?": showKeys,
  c: () => first("[data-creates]")?.click(),
  "/": () => first("[data-searches]")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open]") || event.altKey) {
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openFinder();
  } else if (!event.ctrlKey && !event.metaKey && !isInField(event.target) && areSingleKeysOn()) {
    const act = single[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act();
    }
  }
});

first("[data-shows-keys]")?.addEventListener("click", showKeys);
first("[data-finds]")?.addEventListener("click", (event) => {
  event.preventDefault();
  openFinder();
});

const choice = document.querySelector("[data-single-keys]");
if (choice instanceof HTMLInputElement) {
  choice.checked = areSingleKeysOn();
  choice.addEventListener("change", () => switchSingleKeys(choice.checked));
}

export { isInField };
