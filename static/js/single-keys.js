// Keys without Ctrl can be switched off (WCAG 2.1.4), which this browser remembers.

const KEY = "keys";

export function areSingleKeysOn() {
  return globalThis.localStorage?.getItem(KEY) !== "off";
}

/** @param {boolean} on */
export function switchSingleKeys(on) {
  localStorage.setItem(KEY, on ? "on" : "off");
}
