// The editor of expressions: two modes of one text, what is wrong with it, what it means, and trying it.

import { render, useEffect, useLayoutEffect, useRef, useState } from "../../build/preact.js";
import { announce, announced } from "../announcing.js";
import { goBack } from "../focus.js";
import { html, Icon } from "../html.js";
import { filled, gettext, ngettext } from "../text.js";
import { Advanced } from "./advanced.js";
import { check } from "./asking.js";
import { useEditing } from "./editing.js";
import { Parameters } from "./parameters.js";
import { Problems } from "./problems.js";
import { Simple } from "./simple.js";
import { Trial } from "./trial.js";
import { wantingOf } from "./wanting.js";

const DELAY = 300;
/** The same list each time, so that nothing is drawn anew for it. @type {import("./asking.js").Problem[]} */
const NONE = [];

/**
 * @typedef {import("./asking.js").Checked} Checked
 */

/**
 * @param {import("./open.js").Asked} asked
 * @param {HTMLElement | ShadowRoot} [root] where it stands in the page
 * @returns {Promise<string | null>}
 */
export function openDialog(asked, root = document.body) {
  const opener = document.activeElement;
  const host = root.appendChild(document.createElement("div"));
  return new Promise((resolve) => {
    const close = (/** @type {string | null} */ text) => {
      render(null, host);
      host.remove();
      if (opener instanceof HTMLElement) {
        opener.focus();
      }
      resolve(text);
    };
    render(html`<${ExpressionDialog} asked=${asked} close=${close} />`, host);
  });
}

/** @param {{asked: import("./open.js").Asked, close: (text: string | null) => void}} props */
function ExpressionDialog({ asked, close }) {
  const { room, expected, label } = asked;
  const element = useDialog();
  const editing = useEditing(asked);
  const { text, mode } = editing;
  const [isAtParameters, setAtParameters] = useState(false);
  const [checked, isAway] = useChecked(room, text, expected);
  const typesOf = useRef(new Map()).current;

  /** @param {"simple" | "advanced"} wished */
  function turn(wished) {
    setAtParameters(false);
    editing.turn(wished);
  }
  async function ok() {
    const found = await editing.result();
    if (found !== null) {
      close(found);
    }
  }

  const problems = checked?.problems ?? NONE;
  const wanting = wantingOf(checked?.parameters ?? []);
  const count = wanting.flatMap(({ values }) => values).length;
  const shown = isAtParameters && count ? "parameters" : mode;
  useEffect(() => {
    if (count) {
      announce(filled(ngettext("%(n)s value for the source is missing: see Parameters", "%(n)s values for the source are missing: see Parameters", count), { n: count }));
    } else if (checked) {
      setAtParameters(false);
    }
  }, [count, Boolean(checked)]);
  /** The values are part of the text now; the simple editor knows no such text. @param {string} next */
  const takeParameters = (next) => {
    setAtParameters(false);
    editing.replace(next);
    announce(gettext("The values stand in the expression."));
  };
  return html`<dialog ref=${element} class="dialog expression" aria-labelledby="expression-title"
    onCancel=${(/** @type {Event} */ event) => {
      event.preventDefault();
      close(null);
    }} onKeyDown=${(/** @type {Event} */ event) => event.stopPropagation()}>
    <div class="expression__head"><h2 id="expression-title">${label}</h2>
      ${expected && html`<span class="type">${expected}</span>`}
      <div class="expression__modes" role="group" aria-label=${gettext("Editor")}>
        <button type="button" class="toggle" aria-pressed=${shown === "simple"} onClick=${() => turn("simple")}>${gettext("Simple")}</button>
        <button type="button" class="toggle" aria-pressed=${shown === "advanced"} onClick=${() => turn("advanced")}>${gettext("Advanced")}</button>
        ${count > 0 && html`<button type="button" class="toggle toggle--wanting" aria-pressed=${shown === "parameters"}
          onClick=${() => setAtParameters(true)}><${Icon} name="alert" /> ${filled(gettext("Parameters (%(n)s)"), { n: count })}</button>`}</div></div>
    <div class="expression__body">
      ${!mode && html`<p class="muted">${gettext("Loading…")}</p>`}
      ${shown === "parameters" && html`<${Parameters} room=${room} text=${text} wanting=${wanting} onWritten=${takeParameters} openEditor=${(/** @type {import("./open.js").Asked} */ inner) => openDialog(inner)} />`}
      ${shown === "simple" && html`<${Simple} room=${room} tree=${editing.tree} onChange=${editing.setTree} typesOf=${typesOf} />`}
      ${shown === "advanced" && html`<${Advanced} room=${room} label=${label} value=${text} given=${editing.given} problems=${problems}
        onChange=${editing.change} describedBy="expression-told" />
        <p class="hint">${gettext("Offers come while you type, or with Ctrl + Space. Arrow keys choose one, Enter takes it, Escape closes the list.")}</p>`}
      <div id="expression-told" class="expression__told">
        ${editing.refusal && html`<p class="faults"><${Icon} name="alert" /> <span>${editing.refusal}</span></p>`}
        ${isAway && html`<p class="faults"><${Icon} name="alert" /> <span>
          ${gettext("The server cannot be reached, so nothing is checked. Your text is kept.")}</span></p>`}
        <${Problems} text=${text} problems=${problems} onUse=${mode === "advanced" ? editing.give : null} />
        ${checked?.words && !problems.length && html`<p class="meaning"><${Icon} name="check" /> <span>${checked.words}</span></p>`}
      </div>
      ${mode && shown !== "parameters" && html`<${Trial} room=${room} text=${text} expected=${expected}
        isRight=${Boolean(checked) && !problems.length} />`}
    </div>
    <p class="visually-hidden" role="status">${announced.value}</p>
    <div class="row dialog__buttons"><button type="button" class="button" onClick=${() => close(null)}>${gettext("Cancel")}</button>
      <button type="button" class="button button--primary" disabled=${!mode} onClick=${ok}>${gettext("OK")}</button></div>
  </dialog>`;
}

/** A dialog of the browser's own: it keeps the focus inside, and gives it back. */
function useDialog() {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const [dialog, back] = [element.current, document.activeElement];
    dialog?.showModal();
    return () => {
      dialog?.close();
      // Out of the page already, it gives nothing back itself.
      goBack(back);
    };
  }, []);
  return element;
}

/**
 * What the server says of a text, a moment after it has changed; null until it has.
 * @param {import("./asking.js").Room} room
 * @param {string} text
 * @param {string} expected
 * @returns {[Checked | null, boolean]} and whether the server cannot be reached
 */
function useChecked(room, text, expected) {
  const [found, setFound] = useState(/** @type {{of: string, checked: Checked | null} | null} */ (null));
  useEffect(() => {
    if (!text.trim()) {
      return undefined;
    }
    let isOld = false;
    const timer = setTimeout(async () => {
      const checked = await check(room, text, expected);
      if (!isOld) {
        setFound({ of: text, checked });
        sayProblems(checked?.problems.length ?? 0);
      }
    }, DELAY);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [text]);
  const current = found?.of === text ? found : null;
  return [current?.checked ?? null, current !== null && current.checked === null];
}

/** @param {number} n */
function sayProblems(n) {
  if (n) {
    announce(filled(ngettext("%(n)s problem", "%(n)s problems", n), { n }));
  }
}
