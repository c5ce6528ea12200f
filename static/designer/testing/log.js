// The log: everything about each instance of the test, as JSON.

import { useEffect, useState } from "../../build/preact.js";
import { say } from "../actions.js";
import { ask, urls } from "../api.js";
import { html, IconButton } from "../html.js";
import { filled, gettext, ngettext } from "../text.js";
import { isLogOpen } from "./open.js";
import { path, person } from "./path.js";

/** @typedef {{id: string, externalKeys: {id: string}[], currentStep: {name: string}, phase: string, status: string}} Entry */

export function Log() {
  const [log, setLog] = useState(/** @type {{count: number, instances: Entry[]} | null} */ (null));
  const [trouble, setTrouble] = useState("");
  async function refresh() {
    const { ok, data, detail } = await ask(urls.testLog);
    setTrouble(ok ? "" : detail || gettext("The server does not answer; try again in a moment."));
    if (ok) {
      setLog(data);
    }
  }
  // Something has happened, so there is more to read.
  useEffect(() => void refresh(), [path.value]);
  async function copy() {
    try {
      await navigator.clipboard.writeText(JSON.stringify(log, null, 2));
      say(gettext("The log is copied."));
    } catch {
      say(gettext("The browser did not let this page use the clipboard."), true);
    }
  }
  const n = log?.count ?? 0;
  return html`<section class="test-log" aria-labelledby="log-title">
    <div class="test-log__head"><h2 id="log-title">${gettext("Log")}</h2>
      <span class="muted small">${filled(ngettext("%(n)s instance", "%(n)s instances", n), { n })}</span>
      <button type="button" class="button button--small" onClick=${refresh}>${gettext("Refresh")}</button>
      <${IconButton} small icon="copy" label=${gettext("Copy the log")} disabled=${!n} onClick=${copy} />
      <${IconButton} small icon="close" label=${gettext("Close")} onClick=${() => (isLogOpen.value = false)} /></div>
    <div class="test-log__body" tabindex="0" role="region" aria-label=${gettext("The instances as JSON")}>
      ${trouble && html`<p class="faults">${trouble}</p>`}
      ${log && !n && html`<p class="muted">${gettext("Nobody has entered yet. Trigger the first event.")}</p>`}
      ${log?.instances.map((entry, index) => html`<${Instance} key=${entry.id} entry=${entry} isNewest=${index === 0} />`)}
    </div>
  </section>`;
}

/** @param {{entry: Entry, isNewest: boolean}} props */
function Instance({ entry, isNewest }) {
  const who = entry.externalKeys[0]?.id ?? "";
  return html`<details open=${isNewest}><summary>${who} · ${inWords(entry.status)}${entry.currentStep.name && ` · ${entry.currentStep.name}`}</summary>
    <button type="button" class="link small" onClick=${() => (person.value = who)}>${gettext("Show the path of this person")}</button>
    <pre class="code">${JSON.stringify(entry, null, 2)}</pre></details>`;
}

/** The log is English, as programs read it; its headings are for people. @param {string} status */
function inWords(status) {
  /** @type {Record<string, string>} */
  const words = {
    running: gettext("running"),
    finished: gettext("finished"),
    error: gettext("error"),
    "timed out": gettext("timed out"),
    stopped: gettext("stopped"),
  };
  return words[status] ?? status;
}
