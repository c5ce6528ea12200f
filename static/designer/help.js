// Help beside what is hard to understand: two sentences, an example, and where more is said.

import { signal, useState } from "../build/preact.js";
import { html, Icon } from "./html.js";
import { filled, gettext } from "./text.js";

/** @typedef {{title: string, text: string, example: string, url: string}} Topic */

/** By name, as the server has put them into the page. */
export const topics = signal(/** @type {Record<string, Topic>} */ ({}));

/**
 * A label with its help, which unfolds below it; without a topic only the label.
 * @param {{topic?: string, children?: any}} props
 */
export function Helped({ topic, children }) {
  const [isOpen, setOpen] = useState(false);
  const help = topic ? topics.value[topic] : undefined;
  if (!help) {
    return children;
  }
  const id = `help-${topic}`;
  const close = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && isOpen) {
      // Only the help: the pane around it stays.
      event.stopPropagation();
      setOpen(false);
    }
  };
  return html`<div class="helped" onKeyDown=${close}>${children}
    <button type="button" class="helped__mark" aria-expanded=${isOpen} aria-controls=${id}
      aria-label=${filled(gettext("Help: %(title)s"), { title: help.title })} onClick=${() => setOpen(!isOpen)}><${Icon} name="help" /></button>
    ${isOpen && html`<div class="helped__text" id=${id}><p>${help.text}</p>
      <p><span class="muted">${gettext("Example:")}</span> <code>${help.example}</code></p>
      <p><a href=${help.url} target="_blank" rel="noopener">${gettext("Read more")}</a></p></div>`}
  </div>`;
}
