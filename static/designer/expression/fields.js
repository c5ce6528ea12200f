// The tree of what a condition can stand on: events, sources, properties of the journey, segments.

import { useRef, useState } from "../../build/preact.js";
import { html } from "../html.js";
import { filled, gettext } from "../text.js";
import { useKnownNodes } from "./known-nodes.js";
import { isReachable, visibleRows } from "./nodes.js";

/** @typedef {import("./nodes.js").Node} Node */

/**
 * @param {{room: import("./asking.js").Room, onField: (field: string, type: string) => void, onSegment: (name: string) => void}} props
 */
export function Fields({ room, onField, onSegment }) {
  const [search, setSearch] = useState("");
  const [active, setActive] = useState("");
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const isSearching = search.trim().length > 1;
  const { below, open, toggle } = useKnownNodes(room, isSearching);

  const rows = visibleRows(below, open, isSearching ? search : "");
  const isUnfolded = (/** @type {Node} */ node) => open.has(node.path) || (isSearching && Boolean(below[node.path]?.length));
  const current = rows.find(({ node }) => node.path === active) ?? rows[0];
  const take = (/** @type {Node} */ node) => {
    setActive(node.path);
    if (node.isBranch) {
      toggle(node);
    } else if (node.kind === "segment") {
      onSegment(node.label);
    } else if (isReachable(node)) {
      onField(`${node.path}}`, node.type);
    }
  };
  // Whoever clicks twice in a row, as on the palette, means one field.
  const click = (/** @type {MouseEvent} */ event, /** @type {Node} */ node) => {
    if (event.detail < 2) {
      take(node);
    }
  };
  const go = (/** @type {number} */ index) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row) {
      setActive(row.node.path);
      /** @type {HTMLElement | undefined} */ (list.current?.children[rows.indexOf(row)])?.focus();
    }
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const at = current ? rows.indexOf(current) : -1;
    const node = current?.node;
    const isOpen = node && open.has(node.path);
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => (node?.isBranch && !isOpen ? toggle(node, true) : go(at + 1)),
      ArrowLeft: () => (isOpen ? toggle(node, false) : go(rows.findIndex(({ node: each }) => each.path === current?.parent))),
      Enter: () => node && take(node),
      " ": () => node && take(node),
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  };
  return html`<section class="expression__fields tree" aria-label=${gettext("Fields")}>
    <div class="tree__tools"><label class="visually-hidden" for="expression-search">${gettext("Search for a field")}
      </label><input id="expression-search" type="search" placeholder=${gettext("Search for a field")} value=${search}
      onInput=${(/** @type {any} */ event) => setSearch(event.target.value)} /></div>
    <ul class="tree__list" role="tree" aria-label=${gettext("What a condition can stand on")} hidden=${!rows.length} ref=${list}
      onKeyDown=${press}>
      ${rows.map(({ node, level }) => html`<li key=${node.path} role="treeitem" aria-level=${level}
        class=${`tree__item tree__item--${node.kind}`} data-level=${Math.min(level, 12)}
        aria-expanded=${node.isBranch ? String(isUnfolded(node)) : undefined}
        aria-disabled=${node.isBranch || isReachable(node) ? undefined : "true"}
        tabindex=${node === current?.node ? 0 : -1} onClick=${(/** @type {MouseEvent} */ event) => click(event, node)}>
        <span class="tree__toggle" aria-hidden="true"></span><span class="tree__label">${node.label}</span>
        <span class="tree__type">${node.isBranch ? "" : typeWords(node)}</span></li>`)}
    </ul>
    ${search && !rows.length && html`<p class="tree__nothing small">${gettext("Nothing has these words, as far down as the search looks. Open what it may be in.")}</p>`}
    <p class="hint">${gettext("Collections, such as experience events, and maps are for the advanced editor.")}
      ${Object.values(below).some((nodes) => nodes.length >= 100) && ` ${filled(gettext("Of long lists the first %(n)s are shown."), { n: 100 })}`}</p>
  </section>`;
}

/** @param {Node} node */
function typeWords(node) {
  return isReachable(node) ? node.type : gettext("advanced only");
}
