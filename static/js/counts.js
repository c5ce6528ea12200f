// The figures of a version's page.
import { poll, show } from "./live.js";

const EVERY = 5000;
const source = document.querySelector("[data-counts-url]");

if (source instanceof HTMLElement && source.dataset.countsUrl) {
  const status = source.dataset.status;
  poll(source.dataset.countsUrl, EVERY, async (answer) => {
    /** @type {import("./live.js").Figures} */
    const figures = await answer.json();
    if (figures.status !== status) {
      location.reload();
    }
    show(document, figures.counts);
  });
}
