// Menus: whatever can be dragged can also be chosen from one, with mouse, keyboard and touch.

import { signal, useEffect, useLayoutEffect, useRef } from "../build/preact.js";
import { redoable, undoable } from "../js/history.js";
import * as actions from "./actions.js";
import { urls } from "./api.js";
import { openSlots } from "./canvas/slots.js";
import { fit } from "./canvas/view.js";
import { html, Icon } from "./html.js";
import { goals } from "./model/commands.js";
import { branchOf, linksTo, START } from "./model/document.js";
import { pathsOf } from "./model/kinds.js";
import { canEdit, drawing, history, kinds, limits, open, order, pane, picture, selection, version } from "./store.js";
import { filled, gettext, keyed, ngettext } from "./text.js";

/**
 * @typedef {{label: string, icon?: string, keys?: string, run?: () => void, href?: string, danger?: boolean,
 *   disabled?: boolean, line?: boolean}} Item
 * @typedef {import("./model/document.js").Place} Place
 */

const menu = signal(
  /** @type {null | {items: Item[], at: {x: number, y: number}, back: Element | null}} */ (null),
);

/** @param {Item[]} items @param {{x: number, y: number}} at on the screen */
export function openMenu(items, at) {
  menu.value = items.length ? { items, at, back: document.activeElement } : null;
}

export function closeMenu() {
  menu.value = null;
}

/** Below an element, such as a button. @param {Item[]} items @param {Element} element */
export function openMenuBelow(items, element) {
  const box = element.getBoundingClientRect();
  openMenu(items, { x: document.dir === "rtl" ? box.right : box.left, y: box.bottom + 4 });
}

export function Menu() {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const shown = menu.value;
  useLayoutEffect(() => {
    const element = list.current;
    if (element && shown) {
      const { width, height } = element.getBoundingClientRect();
      const x = document.dir === "rtl" ? shown.at.x - width : shown.at.x;
      element.style.setProperty("left", `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`);
      element.style.setProperty("top", `${Math.max(8, Math.min(shown.at.y, innerHeight - height - 8))}px`);
      const first = element.querySelector("[role=menuitem]");
      if (first instanceof HTMLElement) {
        first.focus();
      }
    }
  }, [shown]);
  useEffect(() => {
    const away = (/** @type {Event} */ event) =>
      event.target instanceof Node && !list.current?.contains(event.target) && closeMenu();
    addEventListener("pointerdown", away, true);
    addEventListener("blur", closeMenu);
    return () => {
      removeEventListener("pointerdown", away, true);
      removeEventListener("blur", closeMenu);
    };
  }, []);
  if (!shown) {
    return null;
  }
  return html`<div ref=${list} class="menu__list floating" role="menu" onKeyDown=${press}
    onContextMenu=${(/** @type {Event} */ event) => event.preventDefault()}>
    ${shown.items.map((item, index) => (item.line ? html`<hr key=${index} class="menu__line" />` : html`<${Row}
      key=${index} item=${item} />`))}
  </div>`;
}

/** @param {{item: Item}} props */
function Row({ item }) {
  const css = `menu__item${item.danger ? " menu__item--danger" : ""}`;
  const inside = html`${item.icon && html`<${Icon} name=${item.icon} />`}<span class="grow">${item.label}</span>
    ${item.keys && html`<kbd>${keyed(item.keys)}</kbd>`}`;
  if (item.href) {
    return html`<a class=${css} role="menuitem" tabindex="-1" href=${item.href}>${inside}</a>`;
  }
  return html`<button type="button" class=${css} role="menuitem" tabindex="-1"
    aria-disabled=${item.disabled || undefined} onClick=${() => run(item)}>${inside}</button>`;
}

/** @param {Item} item */
function run(item) {
  if (!item.disabled) {
    leave();
    item.run?.();
  }
}

/** Close it, and go back to where it was opened from. */
function leave() {
  const back = menu.value?.back;
  closeMenu();
  if (back instanceof HTMLElement || back instanceof SVGElement) {
    back.focus({ preventScroll: true });
  }
}

/** @param {KeyboardEvent} event */
function press(event) {
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const items = [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[role=menuitem]"))];
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const goal = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (goal !== undefined) {
    event.preventDefault();
    items[goal].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    leave();
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLowerCase();
    [...items.slice(at + 1), ...items]
      .find((each) => each.textContent?.trim().toLowerCase().startsWith(letter))
      ?.focus();
  }
  event.stopPropagation();
}

const LINE = { label: "", line: true };

/** What can be done with a step, or with all that are selected. @param {string} id @returns {Item[]} */
export function menuFor(id) {
  const many = selection.value.size > 1 && selection.value.has(id);
  if (many) {
    return menuForMany([...selection.value]);
  }
  const edges = picture.value.edges.filter((edge) => edge.source === id);
  const link = linksTo(drawing.value, id)[0];
  const people =
    version.value.status === "draft" || !urls.people
      ? []
      : [
          {
            label: gettext("People who are here"),
            icon: "users",
            href: `${urls.people}?activity=${encodeURIComponent(id)}&status=0`,
          },
        ];
  const look = [
    {
      label: canEdit.value ? gettext("Edit") : gettext("Look at it"),
      icon: "edit",
      keys: "Enter",
      run: () => open(id),
    },
    ...people,
  ];
  const copy = { label: gettext("Copy"), icon: "copy", keys: "Ctrl+C", run: () => actions.copySteps([id]) };
  if (!canEdit.value) {
    return [...look, copy];
  }
  const free = edges.find((edge) => !edge.target) ?? edges[0];
  const branch = branchOf(drawing.value, id).size;
  return [
    ...look,
    { label: gettext("Pin a note"), icon: "note", run: () => open(id, "note") },
    LINE,
    {
      label: gettext("Add a step after it…"),
      icon: "plus",
      keys: "A",
      disabled: !free,
      run: () => free && (actions.adding.value = { spot: free, at: null }),
    },
    ...(link
      ? [
          {
            label: gettext("Add a step before it…"),
            icon: "plus",
            run: () => (actions.adding.value = { spot: link, at: null }),
          },
        ]
      : []),
    ...besideItem(id, link),
    {
      label: gettext("Move it to another place…"),
      icon: "forward",
      disabled: !openSlots({ id }).length,
      run: () => actions.choosePlace({ id }),
    },
    ...orderItems(link),
    LINE,
    copy,
    {
      label: gettext("Cut"),
      icon: "scissors",
      keys: "Ctrl+X",
      run: () => actions.copySteps([id], { cutting: true }),
    },
    ...(branch > 1
      ? [
          {
            label: gettext("Duplicate with everything after it"),
            icon: "layers",
            disabled: Object.keys(drawing.value.activities).length + branch > limits.activities,
            run: () => actions.duplicateBranch(id),
          },
        ]
      : []),
    LINE,
    {
      label: gettext("Delete"),
      icon: "trash",
      keys: "Del",
      danger: true,
      run: () => actions.deleteSteps([id]),
    },
    ...(branch > 1
      ? [
          {
            label: filled(
              ngettext(
                "Delete with everything after it (%(n)s step)",
                "Delete with everything after it (%(n)s steps)",
                branch,
              ),
              { n: branch },
            ),
            icon: "trash",
            danger: true,
            run: () => actions.deleteBranch(id),
          },
        ]
      : []),
  ];
}

/** @param {string} id @param {Place | undefined} link @returns {Item[]} */
function besideItem(id, link) {
  const waits = kinds[drawing.value.activities[id].kind]?.waits;
  if (!link || !waits) {
    return [];
  }
  const label =
    link.source === START
      ? gettext("Add another way to enter…")
      : gettext("Add in parallel: what happens first wins…");
  return [
    {
      label,
      icon: "split",
      run: () => (actions.adding.value = { spot: { ...link, beside: true }, at: null }),
    },
  ];
}

/** @param {Place | undefined} place @returns {Item[]} */
function orderItems(place) {
  if (!place || !actions.isMovable(place)) {
    return [];
  }
  return [
    { label: gettext("Move its path up"), icon: "up", keys: "Alt+↑", run: () => actions.movePath(place, -1) },
    {
      label: gettext("Move its path down"),
      icon: "down",
      keys: "Alt+↓",
      run: () => actions.movePath(place, 1),
    },
  ];
}

/** @param {string[]} ids @returns {Item[]} */
function menuForMany(ids) {
  const copy = { label: gettext("Copy"), icon: "copy", keys: "Ctrl+C", run: () => actions.copySteps(ids) };
  return canEdit.value
    ? [
        copy,
        {
          label: gettext("Cut"),
          icon: "scissors",
          keys: "Ctrl+X",
          run: () => actions.copySteps(ids, { cutting: true }),
        },
        LINE,
        {
          label: filled(ngettext("Delete %(n)s step", "Delete %(n)s steps", ids.length), { n: ids.length }),
          icon: "trash",
          keys: "Del",
          danger: true,
          run: () => actions.deleteSteps(ids),
        },
      ]
    : [copy];
}

/** What can be done where there is no step. @returns {Item[]} */
export function menuForDrawing() {
  const changes = [
    { label: gettext("Add a step…"), icon: "plus", keys: "A", run: () => actions.chooseWhatToAdd() },
    { label: gettext("Paste"), icon: "paste", keys: "Ctrl+V", run: () => actions.pasteFromClipboard(null) },
    LINE,
    { label: gettext("Undo"), icon: "undo", keys: "Ctrl+Z", disabled: !undoable(history.value), run: actions.takeBack },
    { label: gettext("Redo"), icon: "redo", keys: "Ctrl+Y", disabled: !redoable(history.value), run: actions.doAgain },
    LINE,
  ];
  const all = () => (selection.value = new Set(order.value));
  return [
    ...(canEdit.value ? changes : []),
    { label: gettext("Select all"), icon: "check", keys: "Ctrl+A", disabled: !order.value.length, run: all },
    { label: gettext("Show all of it"), icon: "fit", keys: "0", run: () => fit() },
    { label: gettext("Properties"), icon: "gear", run: () => (pane.value = "properties") },
  ];
}

/** What can be done with a path. @param {Place} place @returns {Item[]} */
export function menuForPath(place) {
  const activity = drawing.value.activities[place.source];
  const kind = activity && kinds[activity.kind];
  const isListed = kind ? pathsOf(activity.config, kind).some((path) => path.id === place.way) : false;
  const isStart = place.source === START;
  const possible = isStart ? [] : goals(drawing.value, place);
  return [
    {
      label: gettext("Add a step here…"),
      icon: "plus",
      run: () => (actions.adding.value = { spot: place, at: null }),
    },
    { label: gettext("Paste here"), icon: "paste", run: () => actions.pasteFromClipboard(place) },
    ...(possible.length
      ? [
          {
            label: gettext("Go to another step…"),
            icon: "link",
            run: () => actions.choosePlace({ from: place }),
          },
        ]
      : []),
    ...(isListed
      ? [{ label: gettext("Edit this path"), icon: "edit", run: () => open(place.source, place.way) }]
      : []),
    ...orderItems(place),
    ...(isListed
      ? [
          {
            label: gettext("Duplicate this path with what follows"),
            icon: "layers",
            run: () => actions.duplicatePath(place),
          },
        ]
      : []),
    ...(place.target
      ? [LINE, { label: gettext("Cut the path here"), icon: "scissors", run: () => actions.cut(place) }]
      : []),
  ];
}
