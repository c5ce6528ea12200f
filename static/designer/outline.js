// The same journey as a nested list, with the same things to do: for screen readers, the keyboard and phones.
// Straight paths stay in one list; lists nest only where paths part.

import { active, canEdit, counts, drawing, kinds, open, order, problemsByStep, selection } from "./store.js";
import { adding, pathName } from "./actions.js";
import { html, Icon, IconButton } from "./html.js";
import { menuFor, menuForPath, openMenuBelow } from "./menus.js";
import { START } from "./model/document.js";
import { detailOf, nameOf, waysOf } from "./model/kinds.js";
import { filled, gettext, ngettext } from "./text.js";

/** @typedef {import("./model/document.js").Place} Place */
/** @typedef {{place: Place, label: string}} Leg */

export function Outline() {
  const { start, activities } = drawing.value;
  const targets = new Set([
    ...start,
    ...Object.values(activities).flatMap((one) => Object.values(one.to).flat()),
  ]);
  const detached = order.value.filter((id) => !targets.has(id));
  /** @type {Set<string>} */
  const listed = new Set();
  const roots = start.map((target, index) => ({ source: START, way: "start", index, target }));
  return html`<section class="outline-view" aria-label=${gettext("Step by step")}>
    ${!start.length && canEdit.value && html`<${Add}
      place=${{ source: START, way: "start", index: 0, target: "" }} words=${gettext("Add the first step")} />`}
    ${roots.map((place) => html`<${Chain} key=${place.target} first=${place.target} listed=${listed} />`)}
    ${start.length > 0 && canEdit.value && html`<${Add} place=${{ ...roots[roots.length - 1], beside: true }}
      words=${gettext("Add another way to enter")} />`}
    ${detached.length > 0 && html`<h2>${gettext("Not connected")}</h2><p class="muted small">
      ${gettext("Nobody gets to these steps. Move them onto a path, or delete them.")}</p>`}
    ${detached.map((id) => html`<${Chain} key=${id} first=${id} listed=${listed} />`)}
  </section>`;
}

/** Steps one after the other, until paths part. @param {{first: string, listed: Set<string>}} props */
function Chain({ first, listed }) {
  const rows = [];
  let id = first;
  while (id) {
    if (listed.has(id)) {
      rows.push(
        html`<li key=${`again ${id}`} class="outline-view__again"><${Icon}
          name="link" /> ${gettext("Goes to")} <button type="button" class="link" onClick=${goTo(id)}>
          ${nameOf(drawing.value.activities[id], kinds)}</button></li>`,
      );
      break;
    }
    listed.add(id);
    const legs = legsOf(id);
    const isPlain = legs.length === 1 && !legs[0].label;
    rows.push(
      html`<li key=${id}><${Row} id=${id} next=${isPlain ? legs[0].place : null} />
        ${!isPlain && legs.length > 0 && html`<ul class="outline-view__paths">${legs.map((leg) => html`<${Path}
        key=${`${leg.place.way} ${leg.place.target}`} leg=${leg} listed=${listed} />`)}</ul>`}</li>`,
    );
    id = isPlain ? legs[0].place.target : "";
  }
  return html`<ol class="outline-view__steps">${rows}</ol>`;
}

/** @param {string} id @returns {Leg[]} */
function legsOf(id) {
  const activity = drawing.value.activities[id];
  const ways = waysOf(activity, kinds);
  return ways.flatMap((way) => {
    const targets = (activity.to[way.id] ?? []).filter((target) => target in drawing.value.activities);
    const own = way.label || (ways.length > 1 ? gettext("Goes on") : "");
    const label =
      targets.length > 1 ? [way.label, gettext("Whichever comes first")].filter(Boolean).join(" – ") : own;
    return (targets.length ? targets : [""]).map((target, index) => ({
      place: { source: id, way: way.id, index, target },
      label,
    }));
  });
}

/** @param {{leg: Leg, listed: Set<string>}} props */
function Path({ leg, listed }) {
  const { place, label } = leg;
  const n = counts.value[`path:${place.source}:${place.way}`] ?? 0;
  return html`<li>
    <div class="outline-view__path"><span class="chip chip--plain">${label}</span>
      ${n > 0 && html`<span class="muted small">${filled(ngettext("%(n)s person", "%(n)s people", n), { n })}</span>`}
      ${canEdit.value && html`<${IconButton} small icon="more"
        label=${filled(gettext("What to do with the path %(name)s"), { name: pathName(place) })}
        onClick=${(/** @type {MouseEvent} */ event) => openMenuBelow(menuForPath(place), /** @type {Element} */ (event.currentTarget))} />`}
    </div>
    ${place.target ? html`<${Chain} first=${place.target} listed=${listed} />` : canEdit.value ? html`<${Add}
      place=${place} words=${gettext("Add a step")} />` : html`<p class="muted small">
      ${gettext("The journey ends here.")}</p>`}
  </li>`;
}

/** @param {{id: string, next: Place | null}} props */
function Row({ id, next }) {
  const activity = drawing.value.activities[id];
  const kind = kinds[activity.kind];
  const own = problemsByStep.value.get(id) ?? [];
  const here = counts.value[`here:${id}`] ?? 0;
  const name = nameOf(activity, kinds);
  return html`<div class=${`outline-view__row${selection.value.has(id) ? " outline-view__row--selected" : ""}`}>
    <button type="button" class="outline-view__step" data-outline=${id} onClick=${() => open(id)}
      onFocus=${() => (active.value = id)}>
      <span class=${`tile tile--${kind?.category ?? "orchestration"}`}><${Icon} name=${kind?.icon ?? "alert"} />
        </span>
      <span class="entry__text"><span class="entry__name">${name}</span><span class="entry__reason">
        ${detailOf(activity, kinds)}</span></span>
      ${own.length > 0 && html`<span
        class=${`chip chip--${own.some((one) => one.isError) ? "error" : "warning"}`}>
        ${filled(ngettext("%(n)s problem", "%(n)s problems", own.length), { n: own.length })}</span>`}
      ${here > 0 && html`<span class="chip chip--running">
        ${filled(ngettext("%(n)s person here", "%(n)s people here", here), { n: here })}</span>`}
    </button>
    <${IconButton} small icon="more" label=${filled(gettext("What to do with %(name)s"), { name })}
      onClick=${(/** @type {MouseEvent} */ event) => openMenuBelow(menuFor(id), /** @type {Element} */ (event.currentTarget))} />
    ${next && canEdit.value && html`<${IconButton} small icon="plus"
      label=${filled(gettext("Add a step after %(name)s"), { name })}
      onClick=${() => (adding.value = { spot: next, at: null })} />`}
  </div>`;
}

/** @param {{place: import("./actions.js").Spot, words: string}} props */
function Add({ place, words }) {
  return html`<button type="button" class="button button--small outline-view__add"
    onClick=${() => (adding.value = { spot: place, at: null })}><${Icon} name="plus" /> ${words}</button>`;
}

/** @param {string} id */
function goTo(id) {
  return () => {
    const row = document.querySelector(`[data-outline="${CSS.escape(id)}"]`);
    if (row instanceof HTMLElement) {
      row.focus();
    }
  };
}
