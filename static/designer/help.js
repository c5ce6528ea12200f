// Help beside what is hard to understand: two sentences, an example, and where more is said.

import { signal, useRef } from "../build/preact.js";
import { html, Icon } from "./html.js";
import { filled, gettext } from "./text.js";

/** @typedef {{title: string, text: string, example: string, url: string}} Topic */

/** By name, as the server has put them into the page. */
export const topics = signal(/** @type {Record<string, Topic>} */ ({}));

/** Nothing for a topic that there is not. @param {{topic?: string}} props */
export function Help({ topic }) {
  const element = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  const help = topic ? topics.value[topic] : undefined;
  if (!help) {
    return null;
  }
  const press = (/** @type {KeyboardEvent} */ event) => {
    const details = element.current;
    if (event.key === "Escape" && details?.open) {
      // Only the help: the pane around it stays.
      event.stopPropagation();
      details.open = false;
      details.querySelector("summary")?.focus();
    }
  };
  return html`<details ref=${element} class="aid aid--inline" onKeyDown=${press}>
    <summary class="aid__mark" aria-label=${filled(gettext("Help: %(title)s"), { title: help.title })}><${Icon} name="help" /></summary>
    <div class="aid__text"><p>${help.text}</p>
      <p class="aid__example"><span>${gettext("Example:")}</span> <code>${help.example}</code></p>
      <p><a href=${help.url} target="_blank" rel="noopener">${gettext("Read more")}</a></p></div>
  </details>`;
}
