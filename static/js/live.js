// Figures that keep themselves up to date: asked for with an ETag, not while the tab is hidden.

/**
 * @typedef {object} Figures
 * @property {string} status of the version; when it changes the page is loaded again
 * @property {Record<string, number>} counts by the names that elements carry in data-count
 */

const number = new Intl.NumberFormat(document.documentElement.lang);

/**
 * Write figures into the elements that show them.
 * @param {ParentNode} root
 * @param {Record<string, number>} counts
 */
export function show(root, counts) {
  for (const element of root.querySelectorAll("[data-count]")) {
    const n = counts[/** @type {string} */ (element.getAttribute("data-count"))] ?? 0;
    if (element.getAttribute("data-n") !== String(n)) {
      element.setAttribute("data-n", String(n));
      const text = element.querySelector("[data-number]") ?? element;
      text.textContent = number.format(n);
    }
  }
}

/**
 * Ask again and again.
 * @param {string} url
 * @param {number} every milliseconds
 * @param {(answer: Response) => Promise<void | "over">} take gets each answer that is new, and may end it
 * @param {() => boolean} [isPaused] whether somebody wants to be left in peace
 * @returns {() => Promise<void>} asks at once, and goes on after a pause
 */
export function poll(url, every, take, isPaused = () => false) {
  let etag = "";
  let timer = 0;
  let asking = false;
  let over = false;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || isPaused() || asking || over) {
      return;
    }
    asking = true;
    try {
      const answer = await fetch(url, { headers: etag ? { "If-None-Match": etag } : {} });
      // Who has asked for peace meanwhile gets it.
      if (answer.ok && !isPaused()) {
        etag = answer.headers.get("ETag") ?? "";
        over = (await take(answer)) === "over";
      }
    } catch {
      // The network is away; the next question may be answered again.
    } finally {
      asking = false;
      timer = setTimeout(ask, every);
    }
  }

  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, every);
  return ask;
}
