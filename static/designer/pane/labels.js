// What may still be changed once people are inside: what a step and its paths are called, and what it is for.

import { useState } from "../../build/preact.js";
import { say } from "../actions.js";
import { ask, urls } from "../api.js";
import { Faults } from "../faults.js";
import { html } from "../html.js";
import { pathsOf } from "../model/kinds.js";
import { adopt } from "../saving.js";
import { filled, gettext } from "../text.js";
import { TextField } from "./fields.js";

/** @param {{id: string, activity: import("../model/document.js").Activity, kind: import("../model/kinds.js").Kind}} props */
export function LiveLabels({ id, activity, kind }) {
  const paths = /** @type {{id: string, label?: string}[]} */ (pathsOf(activity.config, kind));
  const [label, setLabel] = useState(activity.label);
  const [description, setDescription] = useState(activity.description);
  const [ways, setWays] = useState(Object.fromEntries(paths.map((path) => [path.id, path.label ?? ""])));
  const [faults, setFaults] = useState(/** @type {string[]} */ ([]));
  const isChanged =
    label !== activity.label ||
    description !== activity.description ||
    paths.some((path) => ways[path.id] !== (path.label ?? ""));
  async function save() {
    const body = { activities: { [id]: { label, description, paths: ways } } };
    const { ok, data, detail } = await ask(urls.relabelling, { method: "PUT", body });
    setFaults(ok ? [] : [detail || gettext("The server does not answer; try again in a moment.")]);
    if (ok) {
      adopt(data);
      say(gettext("The labels are saved."));
    }
  }
  return html`<${TextField} id="pane-label" label=${gettext("Label")} most=${120} value=${label} onChange=${setLabel} />
    ${paths.map((path, index) => html`<${TextField} key=${path.id} id=${`relabel-${path.id}`} most=${120}
      label=${filled(gettext("Label of path %(n)s"), { n: index + 1 })} value=${ways[path.id]}
      onChange=${(/** @type {string} */ text) => setWays({ ...ways, [path.id]: text })} />`)}
    <${TextField} id="pane-description" label=${gettext("Description")} most=${2000} lines=${2} value=${description}
      onChange=${setDescription} />
    <${Faults} id="relabel" faults=${faults} />
    ${isChanged && html`<div><button type="button" class="button button--small button--primary" onClick=${save}>
      ${gettext("Save labels and description")}</button></div>`}`;
}
