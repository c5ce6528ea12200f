// What an expression of a step can refer to.

import { eventIds } from "./expression/context.js";
import { settled } from "./saving.js";
import { drawing, offers, version } from "./store.js";

/** @param {string} activity @returns {import("./expression/asking.js").Room} */
export function roomOf(activity) {
  return {
    async scope() {
      // The server knows the activity once it is saved.
      await settled();
      return { version: version.value.uid, activity };
    },
    segments: () => offers.value.segments,
    events: () => eventIds(drawing.value.activities, offers.value.events),
  };
}
