// The path of the test profile: asked for every second while somebody looks, drawn in green, and said.

import { effect, signal } from "../../build/preact.js";
import { poll } from "../../js/live.js";
import { named } from "../actions.js";
import { announce } from "../announcing.js";
import { urls } from "../api.js";
import { loadAgain } from "../live.js";
import { newsOf, trailOf } from "../model/trail.js";
import { trail } from "../store.js";

const EVERY = 1000;

/** As the server last said it; null: not yet. */
export const path = signal(/** @type {import("../model/trail.js").Path | null} */ (null));
/** Whose path it is; "": of whoever entered last. */
export const person = signal("");

/** Begin to ask; another person has another path, and the one before is forgotten. */
export function watchPath() {
  effect(() => {
    const whose = person.value;
    const url = whose ? `${urls.testPath}?person=${encodeURIComponent(whose)}` : urls.testPath;
    trail.value = null;
    path.value = null;
    const askNow = poll(url, EVERY, async (answer) => {
      const found = await answer.json();
      if (whose !== person.peek()) {
        return /** @type {const} */ ("over");
      }
      take(found);
      return undefined;
    });
    askNow();
  });
}

/** @param {import("../model/trail.js").Path} found */
function take(found) {
  const before = path.peek();
  if (found.status !== "test" || (before && found.run !== before.run)) {
    // The test is over, or another one has begun.
    loadAgain();
    return;
  }
  const news = newsOf(before, found, named);
  path.value = found;
  trail.value = trailOf(found);
  if (news.length) {
    announce(news.join(" "));
  }
}
