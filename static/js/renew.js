// A part of a page that shows something under way: it is fetched again until the server says it is over.
import { poll } from "./live.js";

const EVERY = 1500;
const LONGEST = 10 * 60 * 1000;

/**
 * @param {HTMLElement} part has an id, and data-renew while there is something to wait for: the address that
 *   has the part anew, where it is not the page's own; with data-live it is never given up, and a button with
 *   data-pauses and its id makes it stand still
 */
function renew(part) {
  const url = part.dataset.renew?.startsWith("/") ? part.dataset.renew : location.href;
  let until = Date.now() + LONGEST;
  let text = "";
  const isPaused = pausing(part, () => ask());
  const ask = poll(url, EVERY, take, isPaused);

  /** @param {Response} answer */
  async function take(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh || (Date.now() > until && !part.hasAttribute("data-live"))) {
      return "over";
    }
    if (fresh.textContent !== text) {
      text = fresh.textContent ?? "";
      until = Date.now() + LONGEST;
      keepOpen(part, fresh);
      part.replaceChildren(...fresh.childNodes);
    }
    if (fresh.hasAttribute("data-renew")) {
      return undefined;
    }
    part.removeAttribute("data-renew");
    return "over";
  }
}

/**
 * @param {HTMLElement} part
 * @param {() => void} goOn
 * @returns {() => boolean} whether the part shall stand still
 */
function pausing(part, goOn) {
  const button = document.querySelector(`[data-pauses="${CSS.escape(part.id)}"]`);
  const isPaused = () => button?.getAttribute("aria-pressed") === "true";
  button?.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isPaused()));
    goOn();
  });
  return isPaused;
}

/**
 * What somebody has unfolded stays so.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
function keepOpen(old, fresh) {
  for (const details of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
}

for (const part of document.querySelectorAll("[data-renew]")) {
  if (part instanceof HTMLElement) {
    renew(part);
  }
}
