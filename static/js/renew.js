// A part of a page that shows something under way: it is fetched again until the server says it is over.
import { poll } from "./live.js";

const EVERY = 1500;
const LONGEST = 10 * 60 * 1000;

/**
 * @param {HTMLElement} part has an id, and data-renew while there is something to wait for: the address that
 *   has the part anew, where it is not the page's own
 */
function renew(part) {
  const url = part.dataset.renew?.startsWith("/") ? part.dataset.renew : location.href;
  let until = Date.now() + LONGEST;
  let text = "";
  poll(url, EVERY, async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh || Date.now() > until) {
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
  });
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
