// The palette at the left, and the list to choose from where somebody wants to add a step.

import { signal, useLayoutEffect, useRef } from "../build/preact.js";
import {
  add,
  addAt,
  adding,
  goTo,
  named,
  pasteFromClipboard,
  pathName,
  placing,
  putAt,
  refusalOf,
  say,
} from "./actions.js";
import { dragFrom } from "./canvas/drag.js";
import { openSlots, slots } from "./canvas/slots.js";
import { toScreen } from "./canvas/view.js";
import { goBack } from "./focus.js";
import { html, Icon } from "./html.js";
import { goals } from "./model/commands.js";
import { entries, found, recent } from "./palette.js";
import { detailOf } from "./model/kinds.js";
import { canEdit, drawing, kinds, mode, order } from "./store.js";
import { filled, gettext } from "./text.js";

/** @typedef {import("./palette.js").Entry} Entry */

const words = signal("");
const onlyAvailable = signal(false);
const onlyRecent = signal(false);
/** Groups that are folded. */
const closed = signal(/** @type {Set<string>} */ (new Set()));
const GROUPS = /** @type {const} */ (["events", "orchestration", "actions"]);

/** @param {string} group @param {number} n */
function titleOf(group, n) {
  return {
    events: filled(gettext("Events (%(n)s)"), { n }),
    orchestration: gettext("Orchestration"),
    actions: filled(gettext("Actions (%(n)s)"), { n }),
  }[group];
}

/** The first step: what cannot start is hidden. @param {Entry[]} all */
function fitting(all) {
  return drawing.value.start.length ? all : all.filter((entry) => kinds[entry.kind].canStart);
}

export function Palette() {
  const shown = fitting(
    found(entries.value, {
      words: words.value,
      onlyAvailable: onlyAvailable.value,
      onlyRecent: onlyRecent.value,
    }),
  );
  const reached = shown.some((entry) => entry.key === stop.value) ? stop.value : (shown[0]?.key ?? "");
  return html`<nav class="palette" aria-label=${gettext("Steps to add")}>
    <div class="palette__head">
      <input type="search" placeholder=${gettext("Search")} aria-label=${gettext("Search for steps")}
        value=${words.value} onInput=${(/** @type {any} */ event) => (words.value = event.target.value)} />
      <div class="palette__filters">
        <${Toggle} label=${gettext("Available")} state=${onlyAvailable} />
        <${Toggle} label=${gettext("Recent")} state=${onlyRecent} />
      </div>
    </div>
    <div class="palette__groups" onKeyDown=${arrows}>
      ${GROUPS.map((group) => html`<${Group} key=${group} group=${group}
        shown=${shown.filter((entry) => entry.category === group)} reached=${reached} />`)}
      ${!shown.length && html`<p class="palette__nothing">${nothing()}</p>`}
    </div>
  </nav>`;
}

function nothing() {
  if (onlyRecent.value && !recent.value.length) {
    return gettext("Nothing recent yet: the last five events and actions that you use stand here.");
  }
  return words.value ? gettext("No step is like that.") : gettext("Nothing fits these filters.");
}

/** @param {{label: string, state: {value: boolean}}} props */
function Toggle({ label, state }) {
  return html`<button type="button" class="toggle" aria-pressed=${state.value}
    onClick=${() => (state.value = !state.value)}>${label}</button>`;
}

/** @param {{group: typeof GROUPS[number], shown: Entry[], reached: string}} props */
function Group({ group, shown, reached }) {
  if (!shown.length) {
    return null;
  }
  const isOpen = !closed.value.has(group) || words.value !== "";
  const toggle = () => {
    const next = new Set(closed.value);
    if (!next.delete(group)) {
      next.add(group);
    }
    closed.value = next;
  };
  return html`<section>
    <h2 class="palette__title"><button type="button" aria-expanded=${isOpen} onClick=${toggle}>
      ${titleOf(group, shown.length)}<${Icon} name="down" /></button></h2>
    ${isOpen && html`<ul>${shown.map((entry) => html`<li key=${entry.key}><${Item} entry=${entry}
      isStop=${entry.key === reached} /></li>`)}</ul>`}
  </section>`;
}

/** The entry that Tab leads to: the one that was used last, else the first; arrow keys go to the others. */
const stop = signal("");

/** @param {{entry: Entry, isStop: boolean}} props */
function Item({ entry, isStop }) {
  const isOff = Boolean(entry.reason) || !canEdit.value;
  const use = (/** @type {MouseEvent} */ event) => {
    // Enter and the space bar come as a click without a pointer; a finger chooses, and then chooses the place.
    const isTouch = "pointerType" in event && event.pointerType === "touch";
    if (isOff) {
      say(entry.reason || gettext("This version cannot be changed."), true);
    } else if (isTouch) {
      placing.value = { entry };
    } else if (event.detail === 0 || event.detail === 2) {
      add(entry);
    }
  };
  return html`<button
    type="button"
    class=${`entry${isOff ? " entry--off" : ""}`}
    tabindex=${isStop ? 0 : -1}
    onFocus=${() => (stop.value = entry.key)}
    aria-disabled=${isOff || undefined}
    title=${[entry.reason, entry.help].filter(Boolean).join("\n")}
    onClick=${use}
    onPointerDown=${(/** @type {PointerEvent} */ event) => !isOff && event.pointerType !== "touch" && dragFrom(event, { entry })}
  >
    <span class=${`tile tile--${entry.category}`}><${Icon} name=${entry.icon} /></span>
    <span class="entry__text"><span class="entry__name">${entry.title}</span>${entry.reason && html`<span
      class="entry__reason">${entry.reason}</span>`}</span>
  </button>`;
}

/** Arrow keys go through the entries. @param {KeyboardEvent} event */
function arrows(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && event.currentTarget instanceof Element) {
    const all = [.../** @type {NodeListOf<HTMLElement>} */ (event.currentTarget.querySelectorAll("button"))];
    const next = all[all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + by];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
}

// --- The list at a path --------------------------------------------------------------------------------------

const at = signal({ words: "", index: 0, opened: /** @type {any} */ (null) });

/** A list to choose from, with a search: what to put on a path, or where something goes. */
export function AddList() {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const back = useRef(/** @type {Element | null} */ (null));
  const open = adding.value;
  if (open && at.value.opened !== open) {
    at.value = { words: "", index: 0, opened: open };
  }
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || !open) {
      return undefined;
    }
    const { width, height } = element.getBoundingClientRect();
    const point = ("spot" in open && (open.at ?? whereIs(open.spot))) || {
      x: (innerWidth - width) / 2,
      y: innerHeight / 6,
    };
    element.style.setProperty("left", `${Math.max(8, Math.min(point.x - 20, innerWidth - width - 8))}px`);
    element.style.setProperty("top", `${Math.max(8, Math.min(point.y + 16, innerHeight - height - 8))}px`);
    if (!element.contains(document.activeElement)) {
      back.current = document.activeElement;
      element.querySelector("input")?.focus();
    }
    return () => goBack(back.current);
  }, [open]);
  if (!open) {
    return null;
  }
  const choices = "held" in open ? placesFor(open.held) : choicesAt(open.spot);
  const { title, question, nothing } = wordsOf(open);
  const index = Math.min(at.value.index, choices.length - 1);
  return html`<div class="backdrop"
    onPointerDown=${(/** @type {Event} */ event) => event.target === event.currentTarget && (adding.value = null)}>
    <div ref=${list} class="add floating" role="dialog" aria-modal="true"
      aria-label=${title}>
      ${"spot" in open ? html`<${Where} spot=${open.spot} title=${title} />` : html`<p class="add__where">${title}</p>`}
      <input
        type="text" role="combobox" aria-expanded="true" aria-controls="add-list" aria-autocomplete="list" autocomplete="off"
        aria-activedescendant=${index >= 0 ? `add-${index}` : undefined}
        aria-label=${question} placeholder=${question}
        value=${at.value.words}
        onInput=${(/** @type {any} */ event) => (at.value = { ...at.value, words: event.target.value, index: 0 })}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => press(event, choices, index)}
      />
      <ul id="add-list" role="listbox" aria-label=${question}>
        ${choices.map((choice, place) => html`<${Choice} key=${choice.key} choice=${choice} id=${`add-${place}`}
          isActive=${place === index} />`)}
      </ul>
      ${!choices.length && html`<p class="palette__nothing">${nothing}</p>`}
    </div>
  </div>`;
}

/** On which path it is; another one can be chosen where several begin at the same step. @param {{spot: import("./actions.js").Spot, title: string}} props */
function Where({ spot, title }) {
  const paths = spot.beside ? [] : slots.value.filter((slot) => slot.spot.source && slot.spot.source === spot.source);
  if (paths.length < 2) {
    return html`<p class="add__where">${title}</p>`;
  }
  const chosen = paths.findIndex((slot) => isSame(slot.spot, spot));
  return html`<select class="add__where" aria-label=${gettext("On which path?")} value=${String(chosen)}
    onChange=${(/** @type {any} */ event) => (adding.value = { spot: paths[event.target.value].spot, at: null })}
    onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Tab" && turnTo(event, "input")}>
    ${paths.map((slot, index) => html`<option key=${slot.key} value=${String(index)} selected=${index === chosen}>
      ${[pathName(slot.spot), slot.spot.target && neighbourhood(slot.spot)].filter(Boolean).join(", ")}</option>`)}</select>`;
}

/** @param {import("./model/document.js").Place} one @param {import("./model/document.js").Place} other */
function isSame(one, other) {
  return one.source === other.source && one.way === other.way && one.target === other.target;
}

/** From the choice of a path to the search and back: there is nothing else in the list. @param {KeyboardEvent} event @param {string} selector */
function turnTo(event, selector) {
  const list = /** @type {Element} */ (event.currentTarget).parentElement;
  const other = list?.querySelector(selector);
  if (other instanceof HTMLElement) {
    other.focus();
  }
  event.preventDefault();
}

/** @param {NonNullable<typeof adding.value>} open */
function wordsOf(open) {
  if ("spot" in open) {
    return {
      title: filled(gettext("Add a step after %(name)s"), { name: pathName(open.spot) }),
      question: gettext("Which step?"),
      nothing: gettext("No step is like that."),
    };
  }
  if ("from" in open.held) {
    return {
      title: filled(gettext("Where the path goes on: %(name)s"), { name: pathName(open.held.from) }),
      question: gettext("To which step?"),
      nothing: gettext("No step is like that."),
    };
  }
  const name = "id" in open.held ? named(open.held.id) : open.held.entry.title;
  return {
    title: filled(gettext("Where to put %(name)s"), { name }),
    question: gettext("After which step?"),
    nothing: gettext("There is no such place for it."),
  };
}

/** The place on the screen; null where the drawing is not shown. @param {import("./actions.js").Spot} spot */
function whereIs(spot) {
  const slot = mode.value === "canvas" && slots.value.find((each) => isSame(each.spot, spot));
  return slot ? toScreen(slot) : null;
}

/** @typedef {{key: string, title: string, detail: string, icon: string, css: string, run: () => void}} ChoiceOf */

/** @param {import("./actions.js").Spot} spot @returns {ChoiceOf[]} */
function choicesAt(spot) {
  const possible = found(entries.value, { words: at.value.words }).filter(
    (entry) => !refusalOf(spot, entry.kind),
  );
  const sorted = [...possible.filter((entry) => !entry.reason), ...possible.filter((entry) => entry.reason)];
  const steps = sorted.map((entry) => ({
    key: entry.key,
    title: entry.title,
    icon: entry.icon,
    css: `tile--${entry.category}${entry.reason ? " tile--off" : ""}`,
    detail: entry.reason || (entry.title === kinds[entry.kind].title ? "" : kinds[entry.kind].title),
    run: () => addAt(entry, spot),
  }));
  const wanted = at.value.words.trim().toLowerCase();
  const others = spot.beside ? [] : [...joins(spot), ...(wanted ? [] : [pasting(spot)])];
  return [...steps, ...others.filter((choice) => choice.title.toLowerCase().includes(wanted))];
}

/** @param {import("./actions.js").Spot} spot @returns {ChoiceOf[]} */
function joins(spot) {
  return goals(drawing.value, spot)
    .filter(() => spot.source && !spot.target)
    .map((id) => ({
      key: `goto ${id}`,
      title: named(id),
      detail: gettext("Go to this step"),
      icon: "link",
      css: "",
      run: () => goTo(spot, id),
    }));
}

/** @param {import("./actions.js").Held} held @returns {ChoiceOf[]} */
function placesFor(held) {
  const wanted = at.value.words.trim().toLowerCase();
  const all = "from" in held ? goalsOf(held.from) : spotsFor(held);
  const isNamed = (/** @type {ChoiceOf} */ { title }) => title.toLowerCase().includes(wanted);
  const isNear = (/** @type {ChoiceOf} */ choice) => choice.detail.toLowerCase().includes(wanted) && !isNamed(choice);
  return [...all.filter(isNamed), ...all.filter(isNear)];
}

/** @param {import("./model/document.js").Place} from @returns {ChoiceOf[]} */
function goalsOf(from) {
  const activityOf = (/** @type {string} */ id) => drawing.value.activities[id];
  const possible = new Set(goals(drawing.value, from));
  return order.value
    .filter((id) => possible.has(id))
    .map((id) => ({
      key: `goto ${id}`,
      title: named(id),
      detail: detailOf(activityOf(id), kinds),
      icon: kinds[activityOf(id).kind]?.icon ?? "alert",
      css: `tile--${kinds[activityOf(id).kind]?.category ?? "orchestration"}`,
      run: () => goTo(from, id),
    }));
}

/** @param {Exclude<import("./actions.js").Held, {from: any}>} held @returns {ChoiceOf[]} */
function spotsFor(held) {
  const placeOf = (/** @type {import("./canvas/slots.js").SlotAt} */ { spot }) => order.value.indexOf(spot.source);
  return openSlots(held)
    .sort((one, other) => placeOf(one) - placeOf(other))
    .map(({ key, spot }) => ({
      key,
      title: pathName(spot),
      detail: neighbourhood(spot),
      icon: spot.beside ? "split" : "plus",
      css: "",
      run: () => putAt(held, spot),
    }));
}

/** @param {import("./actions.js").Spot} spot */
function neighbourhood({ target, beside }) {
  if (!target) {
    return gettext("at the end of the path");
  }
  const words = beside ? gettext("in parallel with %(name)s") : gettext("before %(name)s");
  return filled(words, { name: named(target) });
}

/** @param {import("./actions.js").Spot} spot @returns {ChoiceOf} */
function pasting(spot) {
  return {
    key: "paste",
    title: gettext("Paste what was copied"),
    detail: "",
    icon: "paste",
    css: "",
    run: () => void pasteFromClipboard(spot),
  };
}

/** @param {{choice: ChoiceOf, id: string, isActive: boolean}} props */
function Choice({ choice, id, isActive }) {
  const row = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (isActive) {
      row.current?.scrollIntoView({ block: "nearest" });
    }
  }, [isActive]);
  return html`<li ref=${row} id=${id} role="option" aria-selected=${isActive} class="choice"
    onClick=${() => take(choice)}>
    <span class=${`tile ${choice.css}`}><${Icon} name=${choice.icon} /></span>
    <span class="entry__text"><span class="entry__name">${choice.title}</span>${choice.detail && html`<span
      class="entry__reason">${choice.detail}</span>`}</span>
  </li>`;
}

/** @param {ChoiceOf} choice */
function take(choice) {
  adding.value = null;
  choice.run();
}

/** @param {KeyboardEvent} event @param {ChoiceOf[]} choices @param {number} index */
function press(event, choices, index) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && choices.length) {
    at.value = { ...at.value, index: (index + by + choices.length) % choices.length };
  } else if (event.key === "Enter" && choices[index]) {
    take(choices[index]);
  } else if (event.key === "Escape") {
    adding.value = null;
  } else if (event.key === "Tab") {
    turnTo(event, "select");
  } else {
    event.stopPropagation();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}
