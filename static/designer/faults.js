// What is wrong with a control, and the hint that belongs to it.

import { html, Icon } from "./html.js";

/** @param {{id: string, faults?: string[], hint?: string}} props */
export function Faults({ id, faults = [], hint }) {
  return html`${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${faults.length > 0 && html`<div class="faults" id=${`${id}-faults`}>${faults.map((fault) => html`<p
      key=${fault}><${Icon} name="alert" /> <span>${fault}</span></p>`)}</div>`}`;
}
