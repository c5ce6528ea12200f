// The page on which expressions are tried: checks and evaluates while somebody types.

import { Editor } from "./editor.js";
import { OfferList } from "./offers.js";

const DELAY = 300;
const root = byId("trial");
const words = root.dataset;
const area = /** @type {HTMLTextAreaElement} */ (byId("expression"));
const context = /** @type {HTMLTextAreaElement} */ (byId("context"));
const example = context.value;
const editor = new Editor(area, byId("marks"));
new OfferList(editor, byId("offers"), complete, announce);

let timer = 0;
/** The questions that are under way; a new round gives up the old one. */
let round = new AbortController();

/**
 * @typedef {{code: string, message: string, line: number, column: number, length: number, suggestion: string?}} Problem
 */

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string | undefined} template @param {Record<string, string | number>} values */
function filled(template, values) {
  return (template ?? "").replace(/%\((\w+)\)s/g, (_all, name) => String(values[name]));
}

/**
 * Ask the API; numbers in the sample data stay as they are written.
 * @param {string | undefined} url
 * @param {Record<string, unknown>} body
 * @param {string} name of the part that the sample data is
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} the answer; one with `refusal`, a sentence, when there is none
 */
async function ask(url, body, name, signal) {
  const data = isJson(context.value) ? `,${JSON.stringify(name)}:${context.value}` : "";
  const token = /** @type {HTMLInputElement} */ (root.querySelector("[name=csrfmiddlewaretoken]")).value;
  try {
    const answer = await fetch(url ?? "", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body).slice(0, -1) + data + "}",
      signal,
    });
    return answer.ok ? await answer.json() : { refusal: refusalOf(await answer.json()) };
  } catch (error) {
    return error instanceof DOMException ? null : { refusal: words.textAway };
  }
}

/** @param {{detail: string, errors?: {detail: string}[]}} problem */
function refusalOf(problem) {
  return problem.errors?.[0]?.detail ?? problem.detail;
}

/** @param {string} text */
function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} expression @param {number} position */
async function complete(expression, position) {
  const found = await ask(words.complete, { expression, position }, "scope");
  return found?.items ? found : null;
}

/** @param {number} count */
function announce(count) {
  byId("announced").textContent = count ? filled(words.textOffers, { count }) : (words.textNone ?? "");
}

async function renew() {
  round.abort();
  round = new AbortController();
  const { signal } = round;
  const body = { expression: area.value };
  const isGood = context.value.trim() === "" || isJson(context.value);
  byId("context-error").textContent = isGood ? "" : (words.textJson ?? "");
  context.setAttribute("aria-invalid", String(!isGood));
  const [checked, result] = await Promise.all([
    ask(words.check, body, "scope", signal),
    ask(words.evaluate, body, "context", signal),
  ]);
  if (!signal.aborted) {
    showChecked(checked);
    // What is wrong with the expression stands below it already.
    showResult(checked.problems?.length ? {} : result);
  }
}

/** @param {any} checked */
function showChecked(checked) {
  /** @type {Problem[]} */
  const problems = checked.problems ?? [];
  editor.mark(problems.map((problem) => editor.stretchOf(problem)));
  area.setAttribute("aria-invalid", String(problems.length > 0));
  const lines = checked.refusal ? [line(checked.refusal)] : problems.map(problemLine);
  byId("problems").replaceChildren(...(lines.length ? lines : [line(words.textGood ?? "", "good")]));
  byId("words").textContent = checked.words ?? "–";
  byId("is-simple").hidden = !checked.simple;
  byId("not-simple").textContent = checked.notSimple ?? "";
}

/**
 * @param {string} text
 * @param {string} [kind]
 */
function line(text, kind = "error") {
  const item = document.createElement("li");
  item.className = `problem problem--${kind}`;
  const body = document.createElement("span");
  body.textContent = text;
  const icon = /** @type {HTMLTemplateElement} */ (byId(`${kind}-icon`)).content.cloneNode(true);
  item.append(icon, body);
  return item;
}

/** @param {Problem} problem */
function problemLine(problem) {
  const item = line(` ${problem.message} `);
  const where = document.createElement("span");
  where.className = "problem__where";
  where.textContent = filled(words.textPlace, problem);
  item.lastElementChild?.prepend(where);
  if (problem.suggestion) {
    item.lastElementChild?.append(useButton(problem, problem.suggestion));
  }
  return item;
}

/** @param {Problem} problem @param {string} text */
function useButton(problem, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = filled(words.textUse, { text });
  button.addEventListener("click", () => editor.replace(...editor.stretchOf(problem), text));
  return button;
}

/** @param {any} result */
function showResult(result) {
  const failure = result.refusal ?? result.error?.message ?? "";
  byId("value").textContent = "value" in result ? JSON.stringify(result.value, null, 2) : "–";
  byId("value").hidden = Boolean(failure);
  byId("type").textContent = result.type ?? "";
  byId("type").hidden = !result.type;
  byId("failure").hidden = !failure;
  /** @type {HTMLElement} */ (byId("failure").lastElementChild).textContent = failure;
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(renew, DELAY);
}

/** @param {string} text */
function setContext(text) {
  context.value = text;
  renew();
}

/** How often an event was chosen: an answer about one before comes too late. */
let choosing = 0;

/** Payloads of an event: to choose from, and the first one at once. */
async function chooseEvent() {
  const turn = ++choosing;
  const select = /** @type {HTMLSelectElement} */ (byId("event"));
  const payloads = /** @type {HTMLSelectElement} */ (byId("payload"));
  byId("which").hidden = !select.value;
  if (!select.value) {
    setContext(example);
    return;
  }
  const answer = await fetch(`${words.samples}?event=${encodeURIComponent(select.value)}`);
  if (answer.ok) {
    const { name, samples } = await answer.json();
    if (turn !== choosing) {
      return;
    }
    payloads.replaceChildren(...samples.map(payloadOption));
    payloads.onchange = () => setContext(contextOf(name, samples[payloads.selectedIndex].payload));
    setContext(contextOf(name, samples[0].payload));
  }
}

/** @param {{received: number?, at: string}} sample */
function payloadOption(sample) {
  const when = sample.received && new Date(sample.at).toLocaleString(document.documentElement.lang);
  return new Option(when ? filled(words.textReceived, { when }) : words.textMade);
}

/** @param {string} name @param {unknown} payload */
function contextOf(name, payload) {
  return JSON.stringify({ events: { [name]: payload } }, null, 2);
}

/** @param {string} text */
function search(text) {
  const wanted = text.trim().toLowerCase();
  let found = 0;
  for (const item of root.querySelectorAll("[data-function]")) {
    const fits = /** @type {HTMLElement} */ (item).dataset.function?.toLowerCase().includes(wanted) ?? false;
    /** @type {HTMLElement} */ (item).hidden = !fits;
    found += Number(fits);
  }
  for (const group of root.querySelectorAll("[data-category]")) {
    /** @type {HTMLElement} */ (group).hidden = !group.querySelector("[data-function]:not([hidden])");
  }
  byId("no-functions").hidden = found > 0;
}

area.addEventListener("input", changed);
context.addEventListener("input", changed);
document.getElementById("event")?.addEventListener("change", chooseEvent);
byId("search").addEventListener("input", (event) => search(/** @type {HTMLInputElement} */ (event.target).value));
root.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-insert]") : null;
  if (button instanceof HTMLElement) {
    editor.insert(button.dataset.insert ?? "");
  }
});
renew();
