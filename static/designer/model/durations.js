// Durations as the expression language reads them (ISO 8601, days to seconds), as parts, and for people.

/** @typedef {{days: number, hours: number, minutes: number, seconds: number}} Parts */

const FORM = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/i;

/**
 * @param {unknown} text
 * @returns {number | null} seconds; null for what is no duration
 */
export function secondsOf(text) {
  const found = typeof text === "string" && text.length > 1 ? FORM.exec(text) : null;
  if (!found || found.slice(1).every((part) => part === undefined)) {
    return null;
  }
  const [days, hours, minutes, seconds] = found
    .slice(1)
    .map((part) => Number((part ?? "0").replace(",", ".")));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/**
 * @param {number} seconds
 * @returns {Parts}
 */
export function partsOf(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = Math.round((seconds - minutes * 60) * 1000) / 1000;
  return { days: Math.floor(hours / 24), hours: hours % 24, minutes: minutes % 60, seconds: rest };
}

/**
 * @param {number} seconds
 * @returns {string} ISO 8601
 */
export function durationOf(seconds) {
  const { days, hours, minutes, seconds: rest } = partsOf(seconds);
  const time = [hours && `${hours}H`, minutes && `${minutes}M`, rest && `${rest}S`].filter(Boolean).join("");
  return days || time ? `P${days ? `${days}D` : ""}${time && `T${time}`}` : "PT0S";
}

/**
 * As cards and chips show it: units are written the same in all languages.
 * @param {unknown} text
 */
export function inUnits(text) {
  const seconds = secondsOf(text);
  if (seconds === null) {
    return "";
  }
  const parts = partsOf(seconds);
  const named = [
    [parts.days, "d"],
    [parts.hours, "h"],
    [parts.minutes, "min"],
    [parts.seconds, "s"],
  ];
  return (
    named
      .filter(([number]) => number)
      .map(([number, unit]) => `${number} ${unit}`)
      .join(" ") || "0 s"
  );
}
