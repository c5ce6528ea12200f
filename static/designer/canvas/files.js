// The drawing as a file: SVG or PNG, in the light colours, with nothing but the drawing in it.

import { say } from "../actions.js";
import { detailOf, nameOf } from "../model/kinds.js";
import { CARD_HEIGHT, CARD_WIDTH, labelWidth, layout, shownLabel } from "../model/layout.js";
import { drawing, kinds, version } from "../store.js";
import { gettext } from "../text.js";
import { fitted, rounded } from "./shapes.js";

const COLOURS = {
  events: ["#e2f4eb", "#0b6b43"],
  orchestration: ["#fdf0e0", "#9a4704"],
  actions: ["#e9effc", "#2355d4"],
};
const FONT = "font-family=\"system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif\"";
const LARGEST_SIDE = 16_000;

/** @param {unknown} text */
const escaped = (text) => String(text).replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** @param {Map<string, string>} icons the content of symbols, by name */
function asSvg(icons) {
  const { cards, edges, width, height } = layout(drawing.value, kinds);
  const lines = edges.map(
    (edge) =>
      `<path d="${rounded(edge.points)}" fill="none" stroke="#828c9d" stroke-width="1.500"${edge.target && !edge.loops ? ' marker-end="url(#a)"' : ""}/>`,
  );
  const chips = edges
    .filter((edge) => edge.label)
    .map((edge) => {
      const size = labelWidth(edge.label) - 4;
      return `<g transform="translate(${edge.labelAt})"><rect x="${-size / 2}" y="-10" width="${size}" height="20" rx="10" fill="#fff" stroke="#dfe3e9"/><text y="4" font-size="11" fill="#566073" text-anchor="middle">${escaped(shownLabel(edge.label))}</text></g>`;
    });
  const boxes = [...cards.values()].map((card) => {
    const activity = drawing.value.activities[card.id];
    const kind = kinds[activity.kind];
    const [soft, strong] = COLOURS[kind?.category ?? "orchestration"];
    return (
      `<g transform="translate(${card.x} ${card.y})"><rect width="${CARD_WIDTH}" height="${CARD_HEIGHT}" rx="10" fill="#fff" stroke="#dfe3e9"/>` +
      `<rect x="12" y="12" width="32" height="32" rx="8" fill="${soft}"/><svg x="19" y="19" width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="${strong}" stroke-width="1.750" stroke-linecap="round" stroke-linejoin="round">${icons.get(kind?.icon ?? "") ?? ""}</svg>` +
      `<text x="54" y="25" font-size="13" font-weight="650" fill="#1a2029">${escaped(fitted(nameOf(activity, kinds), 144, "650 13px"))}</text>` +
      `<text x="54" y="42" font-size="11.500" fill="#566073">${escaped(fitted(detailOf(activity, kinds), 144, "400 11.5px"))}</text></g>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${FONT}><title>${escaped(version.value.journey.name)}</title>` +
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.500 7 4 0 7.500z" fill="#828c9d"/></marker></defs>' +
    `<rect width="100%" height="100%" fill="#f6f7f9"/>${[...lines, ...chips, ...boxes].join("")}</svg>`
  );
}

/** @returns {Promise<Map<string, string>>} */
async function readIcons() {
  const address = document.getElementById("designer")?.dataset.icons ?? "";
  const sprite = new DOMParser().parseFromString(await (await fetch(address)).text(), "image/svg+xml");
  return new Map(
    [...sprite.querySelectorAll("symbol")].map((symbol) => [
      symbol.id,
      [...symbol.children].map((part) => new XMLSerializer().serializeToString(part)).join(""),
    ]),
  );
}

/** @param {"svg" | "png"} form */
export async function download(form) {
  try {
    const svg = new Blob([asSvg(await readIcons())], { type: "image/svg+xml" });
    give(form === "svg" ? svg : await asPng(svg), form);
  } catch {
    say(
      gettext(
        "The file could not be made; the drawing may be too large for a picture. Try the other format.",
      ),
      true,
    );
  }
}

/** @param {Blob} svg @returns {Promise<Blob>} */
async function asPng(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await svg.text())}`;
  await image.decode();
  const scale = Math.min(2, LARGEST_SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width * scale, image.height * scale];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((give, fail) =>
    canvas.toBlob((blob) => (blob ? give(blob) : fail(new Error("no picture"))), "image/png"),
  );
}

/** @param {Blob} blob @param {string} form */
function give(blob, form) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${version.value.journey.name.replace(/[^\p{L}\p{N} ._-]/gu, "_")}.${form}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
