// The tree of what a condition can stand on: events, sources, properties of the journey, segments. What is below
// a name is asked when it is opened, or when somebody searches.

import { useEffect, useRef, useState } from "../../build/preact.js";
import { pointsOf } from "../../js/editor.js";
import { html } from "../html.js";
import { filled, gettext } from "../text.js";
import { complete } from "./asking.js";
import { isReachable, nodesOf, SEGMENTS, visibleRows } from "./nodes.js";

/** @typedef {import("./nodes.js").Node} Node */

/** How far a search looks: levels below what is open, and names on each. A schema may have thousands. */
const LEVELS = 4;
const MOST_ON_A_LEVEL = 30;

/**
 * @param {{room: import("./asking.js").Room, onField: (field: string, type: string) => void, onSegment: (name: string) => void}} props
 */
export function Fields({ room, onField, onSegment }) {
  const [below, setBelow] = useState(/** @type {Record<string, Node[]>} */ ({}));
  const [open, setOpen] = useState(/** @type {Set<string>} */ (new Set()));
  const [search, setSearch] = useState("");
  const [active, setActive] = useState("");
  const list = useRef(/** @type {HTMLElement | null} */ (null));

  const nodesBelow = async (/** @type {string} */ path) => (path === SEGMENTS ? segmentNodes(room) : childrenOf(room, path));
  const load = async (/** @type {string} */ path) => {
    const items = await nodesBelow(path);
    setBelow((known) => ({ ...known, [path]: items }));
    return items;
  };
  useEffect(() => {
    rootsOf(room).then((nodes) => {
      setBelow((known) => ({ ...known, "": nodes }));
      openAlone(nodes);
    });
  }, []);
  /** What has nothing beside it is open from the start, and so on below it. @param {Node[]} nodes */
  const openAlone = async (nodes) => {
    if (nodes.length === 1 && nodes[0].isBranch) {
      const [{ path }] = nodes;
      setOpen((now) => new Set([...now, path]));
      openAlone(await load(path));
    }
  };

  const isSearching = search.trim().length > 1;
  useEffect(() => {
    let isOver = !isSearching;
    (async () => {
      let known = below;
      for (let level = 0; level < LEVELS && !isOver; level += 1) {
        const closed = Object.values(known).flat().filter((node) => node.isBranch && !known[node.path]);
        const found = await Promise.all(closed.slice(0, MOST_ON_A_LEVEL).map(({ path }) => nodesBelow(path)));
        const more = Object.fromEntries(found.map((nodes, index) => [closed[index].path, nodes]));
        known = { ...known, ...more };
        setBelow((before) => ({ ...more, ...before }));
      }
    })();
    return () => {
      isOver = true;
    };
  }, [isSearching]);

  const rows = visibleRows(below, open, isSearching ? search : "");
  const isUnfolded = (/** @type {Node} */ node) => open.has(node.path) || (isSearching && Boolean(below[node.path]?.length));
  const current = rows.find(({ node }) => node.path === active) ?? rows[0];
  const toggle = (/** @type {Node} */ node, isOpen = !open.has(node.path)) => {
    const next = new Set(open);
    next[isOpen ? "add" : "delete"](node.path);
    setOpen(next);
    if (isOpen && !below[node.path]) {
      load(node.path);
    }
  };
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

/** @param {import("./asking.js").Room} room @returns {Promise<Node[]>} */
async function rootsOf(room) {
  const [events, sources] = await Promise.all([childrenOf(room, "@{"), childrenOf(room, "#{")]);
  const segments = room.segments().length
    ? [{ label: gettext("Segments"), path: SEGMENTS, kind: "segment", type: "", isBranch: true }]
    : [];
  return [...events, ...segments, ...sources];
}

/** @param {import("./asking.js").Room} room @param {string} path such as @{Order @returns {Promise<Node[]>} */
async function childrenOf(room, path) {
  const text = path.endsWith("{") ? path : `${path}.`;
  const found = await complete(room, text, pointsOf(text, text.length));
  return nodesOf(text, found?.items ?? []);
}

/** @param {import("./asking.js").Room} room @returns {Node[]} */
function segmentNodes(room) {
  return room.segments().map((name) => ({
    label: name,
    path: `${SEGMENTS}/${name}`,
    kind: "segment",
    type: "segment",
    isBranch: false,
  }));
}
