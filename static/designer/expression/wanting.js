// Which dynamic values of sources an expression still needs, and what somebody has given for them. Pure.

/**
 * @typedef {{source: string, group: string, values: {name: string, type: string, key: string}[]}} Wanting
 *   `key`: by which a value is known among those of all groups
 * @typedef {Record<string, string>} Given expressions by key
 * @typedef {{source: string, group: string, values: Record<string, string>}} Filled
 */

/**
 * As the server tells it, with keys.
 * @param {{source: string, group: string, values: {name: string, type: string}[]}[]} parameters
 * @returns {Wanting[]}
 */
export function wantingOf(parameters) {
  return parameters.map(({ source, group, values }) => ({
    source,
    group,
    values: values.map((value) => ({ ...value, key: [source, group, value.name].map(encodeURIComponent).join(".") })),
  }));
}

/** The keys of the values that have no expression yet. @param {Wanting[]} wanting @param {Given} given */
export function missingIn(wanting, given) {
  return wanting.flatMap(({ values }) => values.map(({ key }) => key)).filter((key) => !given[key]?.trim());
}

/** As the server takes it. @param {Wanting[]} wanting @param {Given} given @returns {Filled[]} */
export function filledIn(wanting, given) {
  return wanting.map(({ source, group, values }) => ({
    source,
    group,
    values: Object.fromEntries(values.map(({ name, key }) => [name, given[key] ?? ""])),
  }));
}
