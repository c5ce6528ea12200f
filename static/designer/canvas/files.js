// The drawing as a file: SVG or PNG, in the light colours, with nothing but the drawing in it.

import { say } from "../actions.js";
import { detailShown } from "../arrivals.js";
import { nameOf } from "../model/kinds.js";
import { CARD_HEIGHT, CARD_WIDTH, labelWidth, layout, shownLabel } from "../model/layout.js";
import { drawing, kinds, version } from "../store.js";
import { gettext } from "../text.js";
import { fitted, rounded } from "./shapes.js";

const COLOURS = {
  events: ["#e2f4eb", "#0b6b43"],
  orchestration: ["#fdf0e0", "#9a4704"],
  actions: ["#e9effc", "#2355d4"],
};
const [LINE, MUTED] = ["#828c9d", "#566073"];
const PAPER = { fill: "#fff", stroke: "#dfe3e9" };
const FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const NAME_WIDTH = 144;
const LARGEST_SIDE = 16_000;

/** @param {unknown} text */
const escaped = (text) => String(text).replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * An element as text. Its content is markup already.
 * @param {string} name
 * @param {Record<string, string | number | undefined>} attributes those that are undefined are left out
 * @param {string[]} content
 */
function tag(name, attributes, ...content) {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const written = given.map(([key, value]) => ` ${key}="${escaped(value)}"`).join("");
  return `<${name}${written}>${content.join("")}</${name}>`;
}

/** @param {Map<string, string>} icons the content of symbols, by name */
function asSvg(icons) {
  const { cards, edges, width, height } = layout(drawing.value, kinds);
  const parts = [
    ...edges.map(lineOf),
    ...edges.filter((edge) => edge.label).map(chipOf),
    ...[...cards.values()].map((card) => boxOf(card, icons)),
  ];
  const whole = { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` };
  return tag(
    "svg",
    { ...whole, "font-family": FONT },
    tag("title", {}, escaped(version.value.journey.name)),
    tag("defs", {}, arrow()),
    tag("rect", { width: "100%", height: "100%", fill: "#f6f7f9" }),
    ...parts,
  );
}

function arrow() {
  const size = { markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" };
  const place = { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4 };
  return tag("marker", { ...place, ...size }, tag("path", { d: "M0 0.5 7 4 0 7.5z", fill: LINE }));
}

/** @param {import("../model/layout.js").Edge} edge */
function lineOf({ points, target, loops }) {
  const end = target && !loops ? "url(#arrow)" : undefined;
  return tag("path", { d: rounded(points), fill: "none", stroke: LINE, "stroke-width": 1.5, "marker-end": end });
}

/** @param {import("../model/layout.js").Edge} edge */
function chipOf({ label, labelAt }) {
  const width = labelWidth(label) - 4;
  return tag(
    "g",
    { transform: `translate(${labelAt})` },
    tag("rect", { x: -width / 2, y: -10, width, height: 20, rx: 10, ...PAPER }),
    tag("text", { y: 4, "font-size": 11, fill: MUTED, "text-anchor": "middle" }, escaped(shownLabel(label))),
  );
}

/** @param {import("../model/layout.js").Card} card @param {Map<string, string>} icons */
function boxOf({ id, x, y }, icons) {
  const activity = drawing.value.activities[id];
  const kind = kinds[activity.kind];
  const [soft, strong] = COLOURS[kind?.category ?? "orchestration"];
  const pen = { fill: "none", stroke: strong, "stroke-width": 1.75, "stroke-linecap": "round" };
  const name = fitted(nameOf(activity, kinds), NAME_WIDTH, "650 13px");
  const detail = fitted(detailShown(id), NAME_WIDTH, "400 11.5px");
  return tag(
    "g",
    { transform: `translate(${x} ${y})` },
    tag("rect", { width: CARD_WIDTH, height: CARD_HEIGHT, rx: 10, ...PAPER }),
    tag("rect", { x: 12, y: 12, width: 32, height: 32, rx: 8, fill: soft }),
    tag("svg", { x: 19, y: 19, width: 18, height: 18, viewBox: "0 0 24 24", ...pen }, icons.get(kind?.icon ?? "") ?? ""),
    tag("text", { x: 54, y: 25, "font-size": 13, "font-weight": 650, fill: "#1a2029" }, escaped(name)),
    tag("text", { x: 54, y: 42, "font-size": 11.5, fill: MUTED }, escaped(detail)),
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
