// The editor of expressions on pages with forms: a button below the text area opens it, and its text goes there.

import { stayIn, urls } from "./api.js";
import { useSprite } from "./html.js";
import { filled, gettext } from "./text.js";

/**
 * @typedef {object} Told what the server says of a text area
 * @property {string} title
 * @property {string} expected
 * @property {Record<string, unknown>} scope
 * @property {Record<string, string>} fromForm names of controls, by what of the scope they give
 * @property {number | null} event
 * @property {Record<string, string>} urls
 */

/**
 * The control that has a part of the scope.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function controlOf(form, name) {
  return /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
}

/** What stands in a control: of a choice the id. @param {HTMLInputElement | HTMLSelectElement} control */
function valueIn(control) {
  return control instanceof HTMLSelectElement ? Number(control.value) : control.value.trim();
}

/**
 * @param {Told} told
 * @param {HTMLFormElement} form
 * @returns {import("./expression/asking.js").Room}
 */
function roomOf(told, form) {
  const given = Object.entries(told.fromForm).map(([part, name]) => [part, valueIn(controlOf(form, name))]);
  const scope = { ...told.scope, ...Object.fromEntries(given) };
  return {
    scope: async () => scope,
    segments: () => [],
    events: () => new Map(told.event ? [[String(scope.name), told.event]] : []),
  };
}

/**
 * A tree of its own, which the styles of the page do not reach, with those of the editor.
 * @param {HTMLTemplateElement} styles
 */
async function apart(styles) {
  const host = document.body.appendChild(document.createElement("div"));
  const root = host.attachShadow({ mode: "open" });
  const links = [...styles.content.children].map((link) => /** @type {HTMLElement} */ (link.cloneNode()));
  const loaded = links.map((link) => new Promise((done) => (link.onload = link.onerror = done)));
  root.append(...links);
  await Promise.all(loaded);
  return { root, leave: () => host.remove() };
}

/** @param {HTMLElement} place */
function begin(place) {
  const area = /** @type {HTMLTextAreaElement} */ (document.getElementById(place.dataset.expressionEditor ?? ""));
  const button = /** @type {HTMLButtonElement} */ (place.querySelector("button"));
  const status = /** @type {HTMLElement} */ (place.querySelector("[role=status]"));
  const styles = /** @type {HTMLTemplateElement} */ (place.querySelector("template"));
  const told = /** @type {Told} */ (JSON.parse(place.querySelector("script")?.textContent ?? "{}"));
  const form = area.form;
  if (!form || area.disabled || area.readOnly) {
    return;
  }
  button.setAttribute("aria-label", filled(gettext("Open editor for %(label)s"), { label: told.title }));
  place.hidden = false;
  let isOpen = false;
  button.addEventListener("click", async () => {
    const empty = Object.values(told.fromForm)
      .map((name) => controlOf(form, name))
      .find((control) => !control.value.trim());
    status.textContent = empty ? filled(gettext("Fill in “%(name)s” first."), { name: nameOf(empty) }) : "";
    if (empty || isOpen) {
      empty?.focus();
      return;
    }
    isOpen = true;
    useSprite(place.dataset.icons ?? "");
    Object.assign(urls, told.urls);
    stayIn(sandbox());
    try {
      const text = await edited(area, told, roomOf(told, form), styles);
      if (text !== null && text !== area.value) {
        area.value = text;
        area.dispatchEvent(new Event("input", { bubbles: true }));
        area.dispatchEvent(new Event("change", { bubbles: true }));
      }
    } catch {
      status.textContent = gettext("The editor could not be loaded. Check the connection and try again.");
    } finally {
      isOpen = false;
    }
  });
}

/** The name of the one that the page was opened in, as its top bar has it. */
function sandbox() {
  return /** @type {HTMLElement | null} */ (document.querySelector("[data-sandbox]"))?.dataset.sandbox ?? "";
}

/** What people call a control. @param {HTMLInputElement | HTMLSelectElement} control */
function nameOf(control) {
  return control.labels?.[0]?.textContent?.trim().replace(/:$/, "") ?? control.name;
}

/**
 * The new text; null: it stays as it was.
 * @param {HTMLTextAreaElement} area
 * @param {Told} told
 * @param {import("./expression/asking.js").Room} room
 * @param {HTMLTemplateElement} styles
 */
async function edited(area, { title, expected }, room, styles) {
  const { openDialog } = await import("./expression/dialog.js");
  const { root, leave } = await apart(styles);
  try {
    return await openDialog({ label: title, value: area.value, expected, room }, root);
  } finally {
    leave();
  }
}

for (const place of document.querySelectorAll("[data-expression-editor]")) {
  begin(/** @type {HTMLElement} */ (place));
}
