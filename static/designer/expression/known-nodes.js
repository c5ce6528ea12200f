// What is known of the tree of fields. What is below a name is asked when it is opened, or when somebody searches.

import { useEffect, useState } from "../../build/preact.js";
import { pointsOf } from "../../js/editor.js";
import { gettext } from "../text.js";
import { complete } from "./asking.js";
import { nodesOf, SEGMENTS } from "./nodes.js";

/** @typedef {import("./nodes.js").Node} Node */

/** How far a search looks: levels below what is open, and names on each. A schema may have thousands. */
const LEVELS = 4;
const MOST_ON_A_LEVEL = 30;

/**
 * `below`: the nodes below each path that is known, "" for the outermost; `open`: paths that are unfolded.
 * @param {import("./asking.js").Room} room
 * @param {boolean} isSearching
 */
export function useKnownNodes(room, isSearching) {
  const [below, setBelow] = useState(/** @type {Record<string, Node[]>} */ ({}));
  const [open, setOpen] = useState(/** @type {Set<string>} */ (new Set()));

  /** @param {string} path */
  async function load(path) {
    const nodes = await nodesBelow(room, path);
    setBelow((known) => ({ ...known, [path]: nodes }));
    return nodes;
  }
  /** What has nothing beside it is open from the start, and so on below it. @param {Node[]} nodes */
  async function openAlone(nodes) {
    if (nodes.length === 1 && nodes[0].isBranch) {
      const [{ path }] = nodes;
      setOpen((now) => new Set([...now, path]));
      openAlone(await load(path));
    }
  }
  useEffect(() => {
    load("").then(openAlone);
  }, []);
  useEffect(() => {
    let isOver = !isSearching;
    (async () => {
      let known = below;
      for (let level = 0; level < LEVELS && !isOver; level += 1) {
        const closed = Object.values(known).flat().filter((node) => node.isBranch && !known[node.path]);
        const found = await Promise.all(closed.slice(0, MOST_ON_A_LEVEL).map(({ path }) => nodesBelow(room, path)));
        const more = Object.fromEntries(found.map((nodes, index) => [closed[index].path, nodes]));
        known = { ...known, ...more };
        setBelow((before) => ({ ...more, ...before }));
      }
    })();
    return () => {
      isOver = true;
    };
  }, [isSearching]);

  /** @param {Node} node @param {boolean} [isOpen] */
  function toggle({ path }, isOpen = !open.has(path)) {
    const next = new Set(open);
    next[isOpen ? "add" : "delete"](path);
    setOpen(next);
    if (isOpen && !below[path]) {
      load(path);
    }
  }
  return { below, open, toggle };
}

/** @param {import("./asking.js").Room} room @param {string} path "": all that there is @returns {Promise<Node[]>} */
function nodesBelow(room, path) {
  if (!path) {
    return rootsOf(room);
  }
  return path === SEGMENTS ? Promise.resolve(segmentNodes(room)) : childrenOf(room, path);
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
