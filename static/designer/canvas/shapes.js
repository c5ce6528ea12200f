// Lines and texts of the drawing, for the screen and for files.

const RADIUS = 8;

/** @typedef {import("../model/layout.js").Point} Point */

/**
 * An SVG path along the points, with round corners: what turns is round, what crosses is straight.
 * @param {Point[]} points
 */
export function rounded(points) {
  const parts = [`M${points[0][0]} ${points[0][1]}`];
  for (let index = 1; index < points.length - 1; index += 1) {
    const [before, corner, after] = [points[index - 1], points[index], points[index + 1]];
    const [into, out] = [towards(corner, before), towards(corner, after)];
    parts.push(`L${into[0]} ${into[1]}Q${corner[0]} ${corner[1]} ${out[0]} ${out[1]}`);
  }
  const last = points[points.length - 1];
  return `${parts.join("")}L${last[0]} ${last[1]}`;
}

/** @param {Point} corner @param {Point} point @returns {Point} */
function towards(corner, point) {
  const [dx, dy] = [point[0] - corner[0], point[1] - corner[1]];
  const length = Math.abs(dx) + Math.abs(dy); // lines are horizontal or vertical
  const part = length ? Math.min(RADIUS, length / 2) / length : 0;
  return [corner[0] + dx * part, corner[1] + dy * part];
}

/** @type {CanvasRenderingContext2D | null | undefined} */
let context;
/** @type {Map<string, string>} */
const known = new Map();

/**
 * A text, cut with an ellipsis so that it is no wider than there is room.
 * @param {string} text
 * @param {number} width in pixels
 * @param {string} font as CSS writes it
 */
export function fitted(text, width, font) {
  const key = `${width}|${font}|${text}`;
  let shown = known.get(key);
  if (shown === undefined) {
    shown = cut(text, width, font);
    known.set(key, shown);
  }
  return shown;
}

/** @param {string} text @param {number} width @param {string} font */
function cut(text, width, font) {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) {
    return text;
  }
  context.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  if (context.measureText(text).width <= width) {
    return text;
  }
  const characters = [...text];
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const isFitting =
      context.measureText(`${characters.slice(0, middle).join("").trimEnd()}…`).width <= width;
    [low, high] = isFitting ? [middle, high] : [low, middle - 1];
  }
  return `${characters.slice(0, low).join("").trimEnd()}…`;
}
