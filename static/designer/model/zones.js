// Moments as the clocks of a time zone show them, for fields in which people write date and time.

/**
 * @param {string} moment ISO 8601 with an offset
 * @param {string} zone
 * @returns {string} such as 2026-03-29T08:30; "" for what is no moment
 */
export function wallClock(moment, zone) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) {
    return "";
  }
  return new Date(date.getTime() + offsetAt(date.getTime(), zone)).toISOString().slice(0, 16);
}

/**
 * The moment at which the clocks of a zone show this. A time that they skip moves forward; of one that comes twice
 * the first counts.
 * @param {string} wall
 * @param {string} zone
 * @returns {string | null} ISO 8601 in UTC
 */
export function momentOf(wall, zone) {
  const shown = Date.parse(`${wall}Z`);
  if (Number.isNaN(shown)) {
    return null;
  }
  const [before, after] = [offsetAt(shown - 86_400_000, zone), offsetAt(shown + 86_400_000, zone)];
  const early = shown - Math.max(before, after);
  const isShown = early + offsetAt(early, zone) === shown;
  const late = shown - Math.min(before, after);
  const found = isShown ? early : late + offsetAt(late, zone) === shown ? late : shown - before;
  return new Date(found).toISOString().replace(".000Z", "Z");
}

/** Milliseconds that a zone's clocks are ahead of UTC. @param {number} moment @param {string} zone */
function offsetAt(moment, zone) {
  let parts;
  try {
    parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }).formatToParts(moment);
  } catch {
    return 0; // an unknown zone is a problem that the server tells of
  }
  const part = (/** @type {string} */ type) => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return shown - Math.floor(moment / 1000) * 1000;
}
