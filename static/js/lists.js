// Lists: from row to row by arrow keys, keys for what can be done with a row, and the order is remembered.

import { isInField } from "./keys.js";
import { areSingleKeysOn } from "./single-keys.js";

const table = document.querySelector("[data-rows]");
const choices = document.querySelector("form[data-remembers]");

/** @param {Element} row */
function enter(row) {
  const link = row.querySelector(".table__name");
  if (link instanceof HTMLElement) {
    link.focus();
  }
}

/** @param {HTMLElement} row @param {string} key @returns {boolean} whether there was something to do */
function act(row, key) {
  if (key === ".") {
    const menu = row.querySelector(".table__actions details");
    menu?.setAttribute("open", "");
    /** @type {HTMLElement | null} */ (menu?.querySelector(".menu__item"))?.focus();
    return Boolean(menu);
  }
  const link = row.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (link instanceof HTMLElement) {
    link.click();
  }
  return link !== null;
}

/** @param {KeyboardEvent} event */
function handle(event) {
  const target = event.target instanceof Element ? event.target : null;
  const row = target?.closest("tbody tr");
  if (!(row instanceof HTMLElement) || isInField(target) || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const items = [...(target?.closest(".menu__list")?.querySelectorAll(".menu__item") ?? [])];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && items.length) {
    const next = items[items.indexOf(/** @type {Element} */ (target)) + step];
    /** @type {HTMLElement | undefined} */ (next)?.focus();
    event.preventDefault();
  } else if (step) {
    const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    if (next) {
      enter(next);
    }
    event.preventDefault();
  } else if (areSingleKeysOn() && act(row, event.key)) {
    event.preventDefault();
  }
}

document.querySelector("[data-searches]")?.addEventListener("keydown", (event) => {
  const row = table?.querySelector("tbody tr");
  if (/** @type {KeyboardEvent} */ (event).key === "ArrowDown" && row) {
    event.preventDefault();
    enter(row);
  }
});
table?.addEventListener("keydown", (event) => handle(/** @type {KeyboardEvent} */ (event)));

for (const link of document.querySelectorAll("[data-sort]")) {
  link.addEventListener("click", () => {
    if (choices instanceof HTMLFormElement) {
      const body = new FormData(choices);
      body.set("sort", link.getAttribute("data-sort") ?? "");
      // The page is left meanwhile.
      void fetch(location.pathname, { method: "POST", body, keepalive: true, redirect: "manual" });
    }
  });
}
