// Texts in the reader's language. Django's JavaScript catalog, which stands before this module on the page,
// brings the functions; without it, as in tests, texts stay as they are written.

const catalog =
  /** @type {{gettext?: (text: string) => string, ngettext?: (one: string, many: string, n: number) => string}} */ (
    /** @type {unknown} */ (globalThis)
  );

/** @param {string} text @returns {string} */
export function gettext(text) {
  return catalog.gettext ? catalog.gettext(text) : text;
}

/** @param {string} one @param {string} many @param {number} n @returns {string} */
export function ngettext(one, many, n) {
  return catalog.ngettext ? catalog.ngettext(one, many, n) : n === 1 ? one : many;
}

/**
 * A text with values in the places that are marked with %(name)s.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function filled(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_all, name) => String(values[name]));
}

/**
 * Keys, such as Ctrl+C, as they are called on the reader's keyboard.
 * @param {string} keys
 */
export function keyed(keys) {
  return keys.replaceAll("Ctrl", gettext("Ctrl")).replaceAll("Del", gettext("Del"));
}
