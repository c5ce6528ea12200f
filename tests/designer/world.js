// What the tests of the designer's modules need: the kinds as the server describes them, and drawings at random.

import { readFileSync } from "node:fs";

import { emptyDocument, newActivity } from "../../static/designer/model/document.js";
import { firstConfig } from "../../static/designer/model/kinds.js";

/** @param {string} name */
export function cases(name) {
  return JSON.parse(readFileSync(new URL(`cases/${name}.json`, import.meta.url), "utf8"));
}

export const kinds = Object.fromEntries(cases("kinds").map((kind) => [kind.kind, kind]));

/** A source of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). @param {number} seed */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @template T @param {() => number} random @param {readonly T[]} list @returns {T} */
export function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

/** A chain of activities from a start event: chain("event", "wait", "end") with the ids a, b, c. */
export function chain(...names) {
  const ids = names.map((_, index) => String.fromCharCode(97 + index));
  const activities = names.map((kind, index) => {
    const next = ids[index + 1];
    const config = firstConfig(kinds[kind], kind === "event" ? { event: "Ordered" } : {});
    const way = kinds[kind].labelled ? "path-1" : "next";
    return [ids[index], newActivity(kind, { config, to: next ? { [way]: [next] } : {} })];
  });
  return { ...emptyDocument(), start: ["a"], activities: Object.fromEntries(activities) };
}
