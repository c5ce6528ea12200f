// What is asked before it is done: the consequences of a move, and the choice between two changes.

import { signal, useLayoutEffect, useRef } from "../build/preact.js";
import { areSingleKeysOn, switchSingleKeys } from "../js/single-keys.js";
import { named } from "./actions.js";
import { goBack } from "./focus.js";
import { html, Icon } from "./html.js";
import { leave } from "./live.js";
import { conflict, resolve } from "./saving.js";
import { filled, gettext, keyed, ngettext } from "./text.js";

/**
 * @typedef {{sentences: string[], url: string}} Changes what is different from the version before; `url` compares
 * @typedef {{title: string, lines: string[], changes: Changes | null, label: string, icon: string, danger: boolean,
 *   action: string}} Question `action`: the address that does it
 */

const question = signal(/** @type {Question | null} */ (null));
export const isHelpOpen = signal(false);

/** @param {Question} asked */
export function askFor(asked) {
  question.value = asked;
}

export function Dialogs() {
  return html`${question.value && html`<${Confirm} asked=${question.value} />`}
    ${conflict.value && html`<${Conflict} />`}${isHelpOpen.value && html`<${Help} />`}`;
}

/**
 * A dialog of the browser's own: it keeps the focus inside, and gives it back.
 * @param {{title: string, children?: any, onClose?: () => void}} props
 */
function Dialog({ title, children, onClose }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // At once, and not in a later frame: the next key is for the dialog.
  useLayoutEffect(() => {
    const [dialog, back] = [element.current, document.activeElement];
    dialog?.showModal();
    return () => {
      dialog?.close();
      // Out of the page already, it gives nothing back itself.
      goBack(back);
    };
  }, []);
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose?.();
  };
  return html`<dialog ref=${element} class="dialog" aria-labelledby="dialog-title" onCancel=${cancel}
    onKeyDown=${(/** @type {Event} */ event) => event.stopPropagation()}>
    <h2 id="dialog-title">${title}</h2>
    ${children}
  </dialog>`;
}

/** @param {{asked: Question}} props */
function Confirm({ asked }) {
  const close = () => (question.value = null);
  const token =
    document.cookie
      .split("; ")
      .find((each) => each.startsWith("csrftoken="))
      ?.slice(10) ?? "";
  return html`<${Dialog} title=${asked.title} onClose=${close}>
    <ul class="consequences">${asked.lines.map((line) => html`<li key=${line}><${Icon} name="forward" /> <span>
      ${line}</span></li>`)}</ul>
    ${asked.changes && html`<${WhatChanges} ...${asked.changes} />`}
    <form method="post" action=${asked.action} class="row dialog__buttons" onSubmit=${leave}>
      <input type="hidden" name="csrfmiddlewaretoken" value=${token} />
      <button type="button" class="button" onClick=${close}>${gettext("Cancel")}</button>
      <button class=${`button ${asked.danger ? "button--danger" : "button--primary"}`}><${Icon}
        name=${asked.icon} /> ${asked.label}</button>
    </form>
  <//>`;
}

/** So many differences are told here; the page that compares has all of them. */
const MOST_CHANGES = 8;

/** @param {Changes} props */
function WhatChanges({ sentences, url }) {
  const more = sentences.length - MOST_CHANGES;
  return html`<h3>${gettext("What will change")}</h3>
    ${
      sentences.length
        ? html`<ul class="consequences consequences--changes">${sentences.slice(0, MOST_CHANGES).map((sentence) => html`<li
      key=${sentence}><${Icon} name="edit" /> <span>${sentence}</span></li>`)}</ul>`
        : html`<p>${gettext("Nothing: both versions are the same.")}</p>`
    }
    <p><a href=${url}>${more > 0 ? filled(ngettext("%(n)s more change; see both drawings", "%(n)s more changes; see both drawings", more), { n: more }) : gettext("See both drawings")}</a></p>`;
}

function Conflict() {
  const open = conflict.value;
  if (!open) {
    return null;
  }
  const steps = open.steps.map((id) => (id ? named(id) : gettext("The journey's properties or start")));
  return html`<${Dialog} title=${gettext("Somebody else has changed the same steps")} onClose=${() => {}}>
    <p>${gettext("While you were drawing, this draft was saved by somebody else. You have both changed:")}</p>
    <ul class="conflict">${steps.map((name) => html`<li key=${name}>${name}</li>`)}</ul>
    <p class="muted small">${gettext("Whatever you choose, Undo shows the drawing as you had it.")}</p>
    <div class="conflict__choices">
      <button type="button" class="button button--primary" onClick=${() => resolve("merged")}>
        ${gettext("Put both together")}<span>${gettext("Yours holds for these steps, theirs for all others.")}
        </span></button>
      <button type="button" class="button" onClick=${() => resolve("mine")}>${gettext("Keep mine")}<span>
        ${gettext("The drawing becomes exactly as you see it.")}</span></button>
      <button type="button" class="button" onClick=${() => resolve("theirs")}>${gettext("Take theirs")}<span>
        ${gettext("The drawing becomes exactly as they saved it.")}</span></button>
    </div>
  <//>`;
}

const KEYS = () => [
  [gettext("Arrow keys"), gettext("from step to step")],
  ["Enter", gettext("edit the step")],
  ["A", gettext("add a step after it")],
  [gettext("Alt+↑ Alt+↓"), gettext("its path comes earlier or later")],
  [gettext("Shift+F10 or right click"), gettext("everything that can be done with it")],
  ["Del", gettext("delete what is selected")],
  [gettext("Space, Ctrl+click"), gettext("select one more")],
  [gettext("Shift and drag"), gettext("select by a box")],
  ["Ctrl+A", gettext("select all")],
  ["Ctrl+C Ctrl+X Ctrl+V", gettext("copy, cut, paste: also into other journeys")],
  ["Ctrl+Z Ctrl+Y", gettext("undo, redo")],
  ["+ − 0", gettext("larger, smaller, all of it")],
  ["P", gettext("the next problem; in the test of a segment journey: a qualification")],
  ["O", gettext("drawing or list")],
  ["T", gettext("begin the test, or end it")],
  ["E", gettext("in a test: trigger an event")],
  ["L", gettext("in a test: the log")],
  ["Esc", gettext("close, or select nothing")],
];

function Help() {
  const close = () => (isHelpOpen.value = false);
  return html`<${Dialog} title=${gettext("Keys")} onClose=${close}>
    <dl class="keys">${KEYS().map(([key, words]) => html`<div key=${key}><dt><kbd>${keyed(key)}</kbd></dt><dd>${words}
      </dd></div>`)}</dl>
    <p><label class="keys__single"><input type="checkbox" checked=${areSingleKeysOn()}
      onChange=${(/** @type {any} */ event) => switchSingleKeys(event.target.checked)} />
      ${gettext("Keys without Ctrl do something")}</label></p>
    <div class="row dialog__buttons"><button type="button" class="button button--primary" onClick=${close}>
      ${gettext("Close")}</button></div>
  <//>`;
}
