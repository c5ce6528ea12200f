// What editors of expressions ask the server. An answer that did not come is null.

import { ask, urls } from "../api.js";

/**
 * @typedef {{code: string, message: string, line: number, column: number, length: number, suggestion: string | null}} Problem
 * @typedef {{problems: Problem[], type: string | null, words: string | null, simple: import("./tree.js").Group | null,
 *   notSimple: string | null,
 *   parameters: {source: string, group: string, values: {name: string, type: string}[]}[]}} Checked `parameters`: dynamic
 *   values of sources that are not given yet
 * @typedef {import("../../js/offers.js").Offers} Offers
 */

/**
 * @typedef {object} Room what an expression can refer to
 * @property {() => Promise<unknown>} scope what the server is told of it, once the server knows it
 * @property {() => string[]} segments names to choose from
 * @property {() => Map<string, number>} events ids of events that have payloads to try with, by their names in expressions
 */

/** @param {string} url @param {Record<string, unknown>} body */
async function answered(url, body) {
  const { ok, data } = await ask(url, { method: "POST", body });
  return ok ? data : null;
}

/**
 * @param {Room} room
 * @param {string} expression
 * @param {number} position in whole characters
 * @returns {Promise<Offers | null>}
 */
export async function complete(room, expression, position) {
  return answered(urls.complete, { expression, position, scope: await room.scope() });
}

/**
 * @param {Room} room
 * @param {string} expression
 * @param {string} expected
 * @returns {Promise<Checked | null>}
 */
export async function check(room, expression, expected) {
  return answered(urls.check, { expression, scope: await room.scope(), expected: expected || null });
}

/**
 * The text of a tree.
 * @param {import("./tree.js").Group} tree
 * @returns {Promise<{text: string | null, refusal: string}>} refusal: a sentence that says why there is none
 */
export async function write(tree) {
  const { ok, data, detail } = await ask(urls.simple, { method: "POST", body: { simple: tree } });
  return ok ? { text: data.expression, refusal: "" } : { text: null, refusal: detail };
}

/**
 * The text with dynamic values in its references to sources.
 * @param {string} expression
 * @param {import("./wanting.js").Filled[]} given
 * @returns {Promise<{text: string | null, refusal: string}>} refusal: a sentence that says why there is none
 */
export async function writeParameters(expression, given) {
  const { ok, data, detail } = await ask(urls.parameters, { method: "POST", body: { expression, given } });
  return ok ? { text: data.expression, refusal: "" } : { text: null, refusal: detail };
}

/** @type {Record<string, string[]> | null} */
let known = null;

/** Which operators fields have, by the names of their types. @returns {Promise<Record<string, string[]>>} */
export async function operators() {
  if (!known) {
    const { ok, data } = await ask(urls.simple);
    known = ok ? data.operators : null;
  }
  return known ?? {};
}

/** @param {number} event @returns {Promise<{received: number | null, at: string | null, payload: any}[]>} */
export async function samples(event) {
  const { ok, data } = await ask(`${urls.samples}?event=${event}`);
  return ok ? data.samples : [];
}

/**
 * What an expression gives with sample data.
 * @param {string} expression
 * @param {unknown} context
 * @param {string} expected
 * @returns {Promise<{value?: any, type?: string, failure?: string}>}
 */
export async function evaluate(expression, context, expected) {
  const body = { expression, context, expected: expected || null };
  const { ok, data, detail } = await ask(urls.evaluate, { method: "POST", body });
  return ok && !data.error ? data : { failure: ok ? data.error.message : detail };
}
