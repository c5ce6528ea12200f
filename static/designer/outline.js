// The same journey as a nested list, with the same things to do: for screen readers, the keyboard and phones.
// Straight paths stay in one list; lists nest only where paths part.

import { computed, useSignalEffect } from "../build/preact.js";
import { adding, named, pathName } from "./actions.js";
import { detailShown } from "./arrivals.js";
import { html, Icon, IconButton } from "./html.js";
import { menuFor, menuForPath, openMenuBelow } from "./menus.js";
import { ENTRANCE, reachable, START } from "./model/document.js";
import { nameOf, waysOf } from "./model/kinds.js";
import { traceOf, traceWords } from "./model/trail.js";
import { active, canEdit, counts, drawing, kinds, open, order, problemsByStep, selection, trail, wantsFocus } from "./store.js";
import { filled, gettext, ngettext } from "./text.js";

/** @typedef {import("./model/document.js").Place} Place */
/** @typedef {{place: Place, label: string}} Leg */

/** Where the list begins: at the ways to enter, then at what nobody gets to, a ring of steps last. */
const roots = computed(() => {
  const { start, activities } = drawing.value;
  const targets = new Set(Object.values(activities).flatMap((one) => Object.values(one.to).flat()));
  const connected = reachable(drawing.value, start);
  const others = order.value.filter((id) => !connected.has(id));
  const sorted = [...others.filter((id) => !targets.has(id)), ...others.filter((id) => targets.has(id))];
  return {
    start: start.map((target, index) => ({ source: START, way: ENTRANCE, index, target })),
    detached: sorted.map((target) => ({ source: START, way: "detached", index: 0, target })),
  };
});

/** The path on which each step is listed; other paths to it only name it. */
const owners = computed(() => {
  /** @type {Map<string, string>} */
  const found = new Map();
  const waiting = [...roots.value.start, ...roots.value.detached].reverse();
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    if (place.target in drawing.value.activities && !found.has(place.target)) {
      found.set(place.target, keyOf(place));
      waiting.push(...legsOf(place.target).map((leg) => leg.place).reverse());
    }
  }
  return found;
});

/** @param {Place} place */
const keyOf = ({ source, way }) => `${source} ${way}`;

export function Outline() {
  useSignalEffect(() => {
    if (wantsFocus.value) {
      requestAnimationFrame(giveFocus);
    }
  });
  const { start, detached } = roots.value;
  const isOwner = (/** @type {Place} */ place) => owners.value.get(place.target) === keyOf(place);
  const unconnected = detached.filter(isOwner);
  const beginning = { source: START, way: ENTRANCE, index: 0, target: "" };
  return html`<section class="outline-view" aria-label=${gettext("Step by step")}>
    ${!start.length && canEdit.value && html`<${Add} place=${beginning} words=${gettext("Add the first step")} />`}
    ${start.map((place) => html`<${Chain} key=${place.target} first=${place} />`)}
    ${start.length > 0 && canEdit.value && html`<${Add} place=${{ ...start[start.length - 1], beside: true }}
      words=${gettext("Add another way to enter")} />`}
    ${unconnected.length > 0 && html`<h2>${gettext("Not connected")}</h2><p class="muted small">
      ${gettext("Nobody gets to these steps. Move them onto a path, or delete them.")}</p>`}
    ${unconnected.map((place) => html`<${Chain} key=${place.target} first=${place} />`)}
  </section>`;
}

/** Steps one after the other, until paths part. @param {{first: Place}} props */
function Chain({ first }) {
  const rows = [];
  for (let place = first; place.target in drawing.value.activities; ) {
    const id = place.target;
    if (owners.value.get(id) !== keyOf(place)) {
      rows.push(html`<${Again} key=${`again ${id}`} id=${id} />`);
      break;
    }
    const legs = legsOf(id);
    const next = legs.length === 1 && !legs[0].label ? legs[0].place : null;
    rows.push(
      html`<li key=${id}>
        <${Row} id=${id} next=${next} />
        ${!next && legs.length > 0 && html`<${Paths} legs=${legs} />`}
      </li>`,
    );
    if (!next) {
      break;
    }
    place = next;
  }
  return html`<ol class="outline-view__steps">${rows}</ol>`;
}

/** A step that stands elsewhere in the list. @param {{id: string}} props */
function Again({ id }) {
  return html`<li class="outline-view__again">
    <${Icon} name="link" /> ${gettext("Goes to")}${" "}
    <button type="button" class="link" onClick=${goTo(id)}>${named(id)}</button>
  </li>`;
}

/** @param {{legs: Leg[]}} props */
function Paths({ legs }) {
  const keyed = legs.map((leg) => html`<${Path} key=${`${leg.place.way} ${leg.place.target}`} leg=${leg} />`);
  return html`<ul class="outline-view__paths">${keyed}</ul>`;
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

/** @param {{leg: Leg}} props */
function Path({ leg }) {
  const { place, label } = leg;
  const n = counts.value[`path:${place.source}:${place.way}`] ?? 0;
  return html`<li>
    <div class="outline-view__path"><span class="chip chip--plain">${label}</span>
      ${n > 0 && html`<span class="muted small">${filled(ngettext("%(n)s person", "%(n)s people", n), { n })}</span>`}
      ${canEdit.value && html`<${IconButton} small icon="more"
        label=${filled(gettext("What to do with the path %(name)s"), { name: pathName(place) })}
        onClick=${(/** @type {MouseEvent} */ event) => openMenuBelow(menuForPath(place), /** @type {Element} */ (event.currentTarget))} />`}
    </div>
    ${place.target ? html`<${Chain} first=${place} />` : canEdit.value ? html`<${Add}
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
  const trace = traceOf(trail.value, id);
  const name = nameOf(activity, kinds);
  return html`<div class=${`outline-view__row${selection.value.has(id) ? " outline-view__row--selected" : ""}`}>
    <button type="button" class="outline-view__step" data-outline=${id} onClick=${() => open(id)}
      onFocus=${() => (active.value = id)}>
      <span class=${`tile tile--${kind?.category ?? "orchestration"}`}><${Icon} name=${kind?.icon ?? "alert"} />
        </span>
      <span class="entry__text"><span class="entry__name">${name}</span><span class="entry__reason">
        ${detailShown(id)}</span></span>
      ${own.length > 0 && html`<span
        class=${`chip chip--${own.some((one) => one.isError) ? "error" : "warning"}`}>
        ${filled(ngettext("%(n)s problem", "%(n)s problems", own.length), { n: own.length })}</span>`}
      ${trace && html`<span class=${`chip chip--${trace === "failed" ? "error" : "running"}`}>${traceWords(trace)}</span>`}
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
  return () => rowOf(id)?.focus();
}

/** To the step that was wanted last, unless something else has been opened meanwhile. */
function giveFocus() {
  const id = wantsFocus.value;
  wantsFocus.value = "";
  if (id && (document.activeElement === document.body || document.activeElement?.closest(".outline-view"))) {
    rowOf(id)?.focus();
  }
}

/** @param {string} id @returns {HTMLElement | null} */
function rowOf(id) {
  return document.querySelector(`[data-outline="${CSS.escape(id)}"]`);
}
