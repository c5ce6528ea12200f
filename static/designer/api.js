// Asking the server: JSON both ways, and problem details when it refuses.

import { gettext } from "./text.js";

/**
 * @typedef {object} Answer
 * @property {boolean} ok
 * @property {number} status 0: no answer came
 * @property {any} data what it says; of refusals the problem details
 * @property {string} detail one sentence that says why not; "" if it is ok
 */

/** The addresses of the server, by names that the page brings along. @type {Record<string, string>} */
export const urls = {};

let sandbox = "";

/** The page stays in the sandbox in which it was opened, whatever other tabs do. @param {string} name */
export function stayIn(name) {
  sandbox = name;
}

/** @param {string} name */
function cookie(name) {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/**
 * @param {string} url
 * @param {{method?: string, body?: unknown, signal?: AbortSignal, keepalive?: boolean}} [options]
 * @returns {Promise<Answer>}
 */
export async function ask(url, { method = "GET", body, signal, keepalive } = {}) {
  /** @type {Record<string, string>} */
  const headers = sandbox ? { "X-Sandbox-Name": sandbox } : {};
  if (body !== undefined) {
    Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") });
  }
  const options = { headers, body: body === undefined ? undefined : JSON.stringify(body) };
  try {
    const answer = await fetch(url, { method, signal, keepalive, redirect: "error", ...options });
    const isJson = answer.headers.get("Content-Type")?.includes("json") ?? false;
    const data = isJson ? await answer.json() : {};
    return { ok: answer.ok && isJson, status: answer.status, data, detail: answer.ok ? "" : detailOf(answer.status, data) };
  } catch {
    return { ok: false, status: 0, data: {}, detail: "" };
  }
}

/** @param {number} status @param {any} data */
function detailOf(status, data) {
  if (status === 401) {
    return gettext("You are not logged in any more. Log in in another tab, and do it again here.");
  }
  return String(data.errors?.[0]?.detail ?? data.detail ?? "");
}
