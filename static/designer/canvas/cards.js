// A step as a card.

import { detailShown, jumpedFrom } from "../arrivals.js";
import { html, iconUrl } from "../html.js";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/layout.js";
import { nameOf } from "../model/kinds.js";
import { traceWords } from "../model/trail.js";
import { kinds } from "../store.js";
import { filled, gettext, ngettext } from "../text.js";
import { fitted } from "./shapes.js";

const NAME_WIDTH = 144;
// So much of it the menu covers, which a selected step shows.
const MENU_WIDTH = 22;
/** Not by colour alone. */
const TRACES = { passed: "check", here: "user", failed: "alert" };

/**
 * @typedef {object} CardState
 * @property {import("../model/layout.js").Card} card
 * @property {import("../model/document.js").Activity} activity
 * @property {boolean} isSelected
 * @property {boolean} isActive
 * @property {boolean} isReached with Tab
 * @property {"" | "error" | "warning"} mark
 * @property {number} here how many people stand at it
 * @property {number} errors
 * @property {import("../model/trail.js").Trace} trace what a test has done there
 * @property {boolean} hasMenu
 */

const number = new Intl.NumberFormat(globalThis.document?.documentElement.lang || "en");

/** @param {CardState} state */
export function drawCard(state) {
  const { card, activity, isSelected, isActive, isReached, mark, here, errors, trace, hasMenu } = state;
  const kind = kinds[activity.kind];
  const name = nameOf(activity, kinds);
  const hasArrivals = jumpedFrom(card.id).length > 0;
  const css = [
    "step",
    `step--${kind?.category ?? "orchestration"}`,
    isSelected && "step--selected",
    isActive && "step--active",
    !card.connected && "step--detached",
    trace && `step--${trace}`,
  ];
  return html`<g
    key=${card.id}
    class=${css.filter(Boolean).join(" ")}
    data-step=${card.id}
    role="button"
    tabindex=${isReached ? 0 : -1}
    aria-label=${spoken(state, name)}
    aria-pressed=${isSelected}
    transform=${`translate(${card.x} ${card.y})`}
  >
    <title>${[name, hasArrivals && detailShown(card.id), activity.description].filter(Boolean).join("\n")}</title>
    <rect class="step__box" width=${CARD_WIDTH} height=${CARD_HEIGHT} rx="10" />
    <rect class="step__tile" x="12" y="12" width="32" height="32" rx="8" />
    <use class="step__icon" href=${iconUrl(kind?.icon ?? "alert")} x="19" y="19" width="18" height="18" />
    <text class="step__name" x="54" y="25">${fitted(name, NAME_WIDTH - (isSelected && hasMenu ? MENU_WIDTH : 0), "650 13px")}</text>
    <text class="step__kind" x="54" y="42">${fitted(detailShown(card.id), NAME_WIDTH, "400 11.5px")}</text>
    ${activity.note && html`<g class="pin" data-note=${card.id}><title>${activity.note}</title><path
      d="M-7-7h14v9l-5 5h-9z" /><path class="pin__fold" d="M2 7V2h5" /></g>`}
    ${hasMenu && html`<g class="dots" data-menu=${card.id} transform=${`translate(${CARD_WIDTH - 30} 4)`}><rect
      width="26" height="26" rx="7" /><use href=${iconUrl("more")} x="4" y="4" width="18" height="18" /></g>`}
    ${mark && html`<g class=${`mark mark--${mark}`} transform=${`translate(${CARD_WIDTH} 0)`}><circle r="9" />
      <text y="4.5">!</text></g>`}
    ${trace && html`<g class=${`trace trace--${trace}`}><circle r="9" /><use href=${iconUrl(TRACES[trace])} x="-6" y="-6"
      width="12" height="12" /></g>`}
    ${here > 0 && pill("pill", "users", here, CARD_WIDTH - 68)}
    ${errors > 0 && pill("pill pill--errors", "alert", errors, 8)}
  </g>`;
}

/** @param {string} css @param {string} icon @param {number} n @param {number} x */
function pill(css, icon, n, x) {
  return html`<g class=${css} transform=${`translate(${x} 46)`}><rect width="60" height="20" rx="10" /><use
    href=${iconUrl(icon)} x="7" y="4" width="12" height="12" /><text x="38" y="14">${number.format(n)}</text>
    </g>`;
}

/** What a screen reader says of a card. @param {CardState} state @param {string} name */
function spoken({ activity, card, mark, here, trace }, name) {
  const parts = [
    `${name}, ${detailShown(card.id)}.`,
    !card.connected && gettext("Not connected."),
    mark === "error" && gettext("Has errors."),
    mark === "warning" && gettext("Has warnings."),
    traceWords(trace),
    here > 0 &&
      filled(ngettext("%(n)s person is here.", "%(n)s people are here.", here), { n: number.format(here) }),
    activity.note && filled(gettext("Note: %(note)s"), { note: activity.note }),
  ];
  return parts.filter(Boolean).join(" ");
}
