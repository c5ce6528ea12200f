// The page: head, palette, drawing or list, pane, and the line at the bottom.

import { useEffect } from "../build/preact.js";
import { notice, say } from "./actions.js";
import { announced } from "./announcing.js";
import { Canvas } from "./canvas/canvas.js";
import { reveal } from "./canvas/view.js";
import { Dialogs } from "./dialogs.js";
import { Header } from "./header.js";
import { html, IconButton } from "./html.js";
import { Menu } from "./menus.js";
import { Outline } from "./outline.js";
import { AddList, Palette } from "./palette-view.js";
import { Pane } from "./pane/pane.js";
import { news } from "./saving.js";
import { canEdit, drawing, limits, mode, opened, pane, problems } from "./store.js";
import { TestLog } from "./testing/open.js";
import { filled, gettext, ngettext } from "./text.js";

export function App() {
  const css = `designer designer--${mode.value}${canEdit.value ? "" : " designer--looking"}`;
  useEffect(() => {
    if (pane.value === "step" && mode.value === "canvas") {
      // Once the pane has taken its room.
      requestAnimationFrame(() => reveal(opened.value.id));
    }
  }, [pane.value, opened.value.id]);
  useEffect(() => {
    if (news.value) {
      say(news.value);
      news.value = "";
    }
  }, [news.value]);
  return html`<div class=${css}>
    <${Header} />
    ${canEdit.value && html`<${Palette} />`}
    <main class="designer__main" id="content">
      ${mode.value === "canvas" ? html`<${Canvas} />` : html`<${Outline} />`}
      <${AddList} />
      <${Menu} />
      <${Notice} />
    </main>
    <${Pane} />
    <${TestLog} />
    <${Foot} />
    <${Dialogs} />
    <div class="visually-hidden" aria-live="polite" aria-atomic="true">${announced.value}</div>
  </div>`;
}

function Foot() {
  const n = Object.keys(drawing.value.activities).length;
  const errors = problems.value.filter((one) => one.isError).length;
  const keys = canEdit.value
    ? gettext("Arrow keys move · Enter edits · A adds · Del removes · Ctrl+Z undoes · ? shows all keys")
    : gettext("Arrow keys move · Enter shows · ? shows all keys");
  return html`<footer class="foot-line">
    <span>
      ${filled(ngettext("%(n)s of %(most)s steps", "%(n)s of %(most)s steps", n), { n, most: limits.activities })}
      </span>
    <span>${filled(ngettext("%(n)s error", "%(n)s errors", errors), { n: errors })}</span>
    <span class="foot-line__keys">
      ${keys}
      </span>
  </footer>`;
}

function Notice() {
  const { text, isProblem } = notice.value;
  if (!text) {
    return null;
  }
  return html`<div class=${`toast${isProblem ? " toast--problem" : ""}`}><span>${text}</span>
    <${IconButton} small icon="close" label=${gettext("Close")}
    onClick=${() => (notice.value = { text: "", isProblem: false })} /></div>`;
}
