// The figures of a version that people are inside of, renewed every few seconds.

import { poll } from "../js/live.js";
import { counts, urls } from "./store.js";

const EVERY = 5000;
const MOVING = new Set(["live", "closed", "test"]);

/** @param {string} status of the version when the page was opened */
export function watchCounts(status) {
  if (status === "draft") {
    return;
  }
  const take = async (/** @type {Response} */ answer) => {
    const figures = await answer.json();
    if (figures.status !== status) {
      location.reload();
    }
    counts.value = figures.counts;
    return undefined;
  };
  fetch(urls.counts)
    .then((answer) => (answer.ok ? take(answer) : undefined))
    .catch(() => undefined);
  if (MOVING.has(status)) {
    poll(urls.counts, EVERY, take);
  }
}
