// A field for an expression: what could be written next is offered, and what is wrong is said, while somebody
// types. What it shows comes from /api/v1/expressions; the text is all that leaves it.

import { useEffect, useLayoutEffect, useRef, useState } from "../../build/preact.js";
import { Editor } from "../../js/editor.js";
import { OfferList } from "../../js/offers.js";
import { announce } from "../announcing.js";
import { Faults } from "../faults.js";
import { html, Icon } from "../html.js";
import { filled, gettext, ngettext } from "../text.js";
import { check, complete } from "./asking.js";

const DELAY = 400;

/**
 * @typedef {object} Props
 * @property {string} id of the control
 * @property {import("./asking.js").Room} room
 * @property {string} label
 * @property {string} value
 * @property {string} expected the type that it must have; "": any
 * @property {(text: string) => void} onChange
 * @property {string[]} faults that the server has found in what is saved
 * @property {(asked: import("./open.js").Asked) => Promise<string | null>} openEditor
 * @property {boolean} [readonly]
 * @property {boolean} [required]
 * @property {string} [hint]
 */

/** @param {Props} props */
export function ExpressionField(props) {
  const { id, room, label, value, expected, onChange, faults, openEditor, readonly, required, hint } = props;
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const marks = useRef(/** @type {HTMLElement | null} */ (null));
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const tools = useRef(/** @type {{editor: Editor, offers: OfferList} | null} */ (null));
  const [checked, setChecked] = useState(/** @type {{of: string, faults: string[], words: string} | null} */ (null));

  useEffect(() => {
    if (!area.current || !marks.current || !list.current) {
      return;
    }
    const editor = new Editor(area.current, marks.current);
    const offers = new OfferList(editor, list.current, (text, position) => complete(room, text, position), sayOffers);
    tools.current = { editor, offers };
  }, []);
  // Undoing changes the text from outside. At once, and not a moment later: by then somebody may have typed on.
  useLayoutEffect(() => {
    if (area.current && area.current.value !== value) {
      area.current.value = value;
      tools.current?.editor.mark([]);
    }
  }, [value]);
  useEffect(() => {
    if (!value.trim()) {
      setChecked(null);
      return undefined;
    }
    const timer = setTimeout(async () => {
      const found = await check(room, value, expected);
      if (found && area.current?.value === value && tools.current) {
        const { editor } = tools.current;
        editor.mark(found.problems.map((/** @type {any} */ problem) => editor.stretchOf(problem)));
        setChecked({ of: value, faults: found.problems.map(said), words: found.words ?? "" });
      }
    }, DELAY);
    return () => clearTimeout(timer);
  }, [value, expected]);

  const edit = async () => {
    const text = await openEditor({ label, value, expected, room });
    if (text !== null && text !== value) {
      onChange(text);
    }
  };
  const shown = checked?.of === value ? checked.faults : faults;
  const about = [hint && `${id}-hint`, shown.length && `${id}-faults`].filter(Boolean).join(" ");
  return html`<div class="field">
    <div class="field__head"><label for=${id}>${label}${required && html`<span class="needed" aria-hidden="true"> *</span>`}</label>${expected && html`<span class="type">${expected}</span>`}
      ${!readonly && html`<span class="field__aids"><button type="button" class="link small" onClick=${() => insert(tools.current)}>${gettext("Insert…")}</button>
        <button type="button" class="link small" aria-label=${filled(gettext("Open editor for %(label)s"), { label })} onClick=${edit}>${gettext("Open editor…")}</button></span>`}</div>
    <div class="editor editor--small" dir="ltr">
      <div ref=${marks} class="editor__marks" aria-hidden="true"></div>
      <textarea ref=${area} id=${id} class="editor__text" rows="1" spellcheck=${false} autocomplete="off" autocapitalize="off" readonly=${readonly} aria-describedby=${about || undefined} aria-invalid=${shown.length ? "true" : undefined} aria-required=${required || undefined} onInput=${(/** @type {any} */ event) => onChange(event.target.value)} onKeyDown=${keepEscape}></textarea>
      <ul ref=${list} class="offers" role="listbox" aria-label=${gettext("What could be written here")} hidden></ul>
    </div>
    ${checked?.of === value && !shown.length && checked.words && html`<p class="meaning"><${Icon} name="check" /> <span>${checked.words}</span></p>`}
    <${Faults} id=${id} faults=${shown} hint=${hint} />
  </div>`;
}

/** Escape closes the list of offers, not the pane around it. @param {KeyboardEvent} event */
function keepEscape(event) {
  const list = /** @type {Element} */ (event.currentTarget).nextElementSibling;
  if (event.key === "Escape" && list instanceof HTMLElement && !list.hidden) {
    event.stopPropagation();
  }
}

/** @param {{editor: Editor, offers: OfferList} | null} tools */
function insert(tools) {
  if (tools) {
    tools.editor.area.focus();
    tools.offers.open(true);
  }
}

/** @param {any} problem */
function said({ message, line, suggestion }) {
  const place = line > 1 ? `${filled(gettext("Line %(line)s:"), { line })} ` : "";
  return place + message + (suggestion ? ` ${filled(gettext("Did you mean %(suggestion)s?"), { suggestion })}` : "");
}

/** @param {number} n */
function sayOffers(n) {
  announce(n ? filled(ngettext("%(n)s offer; arrow keys choose", "%(n)s offers; arrow keys choose", n), { n }) : gettext("There is nothing to offer here."));
}
