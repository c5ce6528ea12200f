// The page of a test: the path is asked for every second and turns green; the log comes when it is asked for.
import { poll } from "./live.js";

const EVERY = 1000;

/**
 * @typedef {object} Path
 * @property {string} status
 * @property {number} run
 * @property {number} count
 * @property {{id: string, person: string, status: string, activity: string, endedAt: string | null} | null} instance
 * @property {string[]} activities
 * @property {string[]} taken
 * @property {string[]} here
 * @property {Record<string, {code: string, message: string}[]>} errors
 * @property {{person: string, reason: string}[]} discards
 */

/** @param {string} id @returns {string} the name of a step as its card has it */
function nameOf(id) {
  return document.querySelector(`[data-step="${CSS.escape(id)}"] title`)?.textContent ?? id;
}

/** @param {string} selector @param {string[]} texts @param {string} [kind] class of the items */
function list(selector, texts, kind = "") {
  const element = /** @type {HTMLElement} */ (document.querySelector(selector));
  element.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.className = kind;
      item.textContent = text;
      return item;
    }),
  );
  element.hidden = texts.length === 0;
}

/** @param {Path} path */
function show(path) {
  for (const way of document.querySelectorAll("[data-way]")) {
    way.classList.toggle("way--taken", path.taken.includes(way.getAttribute("data-way") ?? ""));
  }
  for (const step of document.querySelectorAll("[data-step]")) {
    const id = step.getAttribute("data-step") ?? "";
    step.classList.toggle("step--passed", path.activities.includes(id));
    step.classList.toggle("step--here", path.here.includes(id));
    step.classList.toggle("step--failed", id in path.errors);
  }
  const now = /** @type {HTMLElement} */ (document.querySelector("[data-path-now]"));
  const where = path.here.map(nameOf).join(", ");
  const text = path.instance
    ? `${path.instance.person}: ${path.instance.status}${where ? ` – ${where}` : ""}`
    : (now.dataset.nobody ?? "");
  if (now.textContent !== text) {
    now.textContent = text;
  }
  list("[data-path-steps]", path.activities.map(nameOf));
  const errors = Object.entries(path.errors).flatMap(([id, found]) =>
    found.map((error) => `${nameOf(id)}: ${error.message} (${error.code})`),
  );
  list("[data-path-errors]", errors, "problem problem--error");
  list("[data-path-discards]", path.discards.map((one) => `${one.person}: ${one.reason}`));
  const count = document.querySelector("[data-log-count]");
  if (count) {
    count.textContent = String(path.count);
  }
}

const drawing = document.querySelector("[data-path-url]");
if (drawing instanceof HTMLElement && drawing.dataset.pathUrl) {
  poll(drawing.dataset.pathUrl + location.search, EVERY, async (answer) => {
    /** @type {Path} */
    const path = await answer.json();
    if (path.status !== drawing.dataset.status || String(path.run) !== drawing.dataset.run) {
      location.reload();
      return "over";
    }
    show(path);
    refresh();
    return undefined;
  });
}

const log = document.querySelector("[data-log-url]");
const shown = document.getElementById("log");

async function refresh() {
  if (log instanceof HTMLElement && log.dataset.logUrl && shown) {
    const answer = await fetch(log.dataset.logUrl);
    if (answer.ok) {
      shown.textContent = JSON.stringify(await answer.json(), null, 2);
    }
  }
}

document.querySelector("[data-log-refresh]")?.addEventListener("click", refresh);
refresh();
