// The list of what could be written next, below the line of the cursor; the text area keeps the focus.

import { pointsOf, unitsOf } from "./editor.js";

/**
 * @typedef {{label: string, kind: string, insert: string, detail: string, help: string}} Offer
 * @typedef {{start: number, end: number, items: Offer[]}} Offers
 */

const DELAY = 120;
// What begins something to be completed, or goes on with it.
export const BEGINS = /[\w.{'"@#]$/u;

export class OfferList {
  /**
   * @param {import("./editor.js").Editor} editor
   * @param {HTMLElement} list
   * @param {(expression: string, position: number) => Promise<Offers | null>} ask
   * @param {(count: number) => void} announce
   */
  constructor(editor, list, ask, announce) {
    this.editor = editor;
    this.list = list;
    this.ask = ask;
    this.announce = announce;
    this.active = -1;
    this.timer = 0;
    /** The number of the last question; what answers an earlier one comes too late. */
    this.turn = 0;
    /** @type {Offers | null} */
    this.offers = null;
    /** The text that the offers are for; somebody may have typed on since. */
    this.of = "";
    const area = editor.area;
    area.addEventListener("input", () => this.typed());
    area.addEventListener("keydown", (event) => this.pressed(event));
    area.addEventListener("blur", () => this.close());
    area.addEventListener("click", () => this.close());
    // A press on the list must not take the focus from the text.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.giveUp();
    });
    list.addEventListener("click", (event) => this.clicked(event));
  }

  typed() {
    clearTimeout(this.timer);
    const { value, selectionStart } = this.editor.area;
    if (BEGINS.test(value.slice(0, selectionStart))) {
      this.timer = setTimeout(() => this.open(false), DELAY);
    } else {
      this.close();
    }
  }

  /** @param {boolean} asked whether somebody waits for the list, or only went on typing */
  async open(asked) {
    this.giveUp();
    const { turn } = this;
    const { value, selectionStart } = this.editor.area;
    const offers = await this.ask(value, pointsOf(value, selectionStart));
    const isHere = this.editor.area.value === value && this.editor.area.selectionStart === selectionStart;
    if (!offers || turn !== this.turn || !isHere || document.activeElement !== this.editor.area) {
      return;
    }
    if (offers.items.length > 0 && (asked || isHelpful(offers, value))) {
      this.show(offers, value);
    } else {
      this.close();
      if (asked) {
        this.announce(0);
      }
    }
  }

  /** @param {Offers} offers @param {string} text that they are for */
  show(offers, text) {
    this.offers = offers;
    this.of = text;
    this.list.replaceChildren(...offers.items.map(drawn));
    this.list.style.top = `${this.editor.caretBottom}px`;
    this.list.hidden = false;
    this.list.scrollTop = 0;
    this.choose(-1);
    this.announce(offers.items.length);
  }

  /** Nothing that is under way shall still be shown: who has closed the list, or chooses in it, has decided. */
  giveUp() {
    clearTimeout(this.timer);
    this.turn += 1;
  }

  close() {
    this.giveUp();
    this.list.hidden = true;
    this.offers = null;
    this.choose(-1);
  }

  /** @param {number} index -1: none */
  choose(index) {
    this.active = index;
    for (const [place, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(place === index));
    }
    const option = this.list.children[index];
    if (option) {
      option.scrollIntoView({ block: "nearest" });
      this.editor.area.setAttribute("aria-activedescendant", option.id);
    } else {
      this.editor.area.removeAttribute("aria-activedescendant");
    }
  }

  /** @param {number} index */
  take(index) {
    const { offers, of } = this;
    const item = offers?.items[index];
    if (offers && item) {
      const { length } = this.editor.area.value;
      const start = unitsOf(of, offers.start);
      // What has been typed since goes with what it was typed into.
      const end = Math.max(start, length - of.length + unitsOf(of, offers.end));
      this.close();
      this.editor.replace(start, end, item.insert);
    }
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.open(true);
    } else if (this.offers && !event.ctrlKey && !event.altKey && !event.metaKey && this.handled(event.key)) {
      event.preventDefault();
    } else if (event.key.startsWith("Arrow") || ["Home", "End", "Escape"].includes(event.key)) {
      this.close(); // the cursor goes elsewhere, or nothing is wanted
    }
  }

  /**
   * What a key does while the list is open; Enter and Tab are the text area's own until something is chosen.
   * @param {string} key
   */
  handled(key) {
    const count = this.offers?.items.length ?? 0;
    if (key === "ArrowDown") {
      this.giveUp();
      this.choose((this.active + 1) % count);
    } else if (key === "ArrowUp") {
      this.giveUp();
      this.choose(this.active <= 0 ? count - 1 : this.active - 1);
    } else if (key === "Escape") {
      this.close();
    } else if ((key === "Enter" || key === "Tab") && this.active >= 0) {
      this.take(this.active);
    } else {
      return false;
    }
    return true;
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option) {
      this.take([...this.list.children].indexOf(option));
    }
  }
}

/**
 * Whether somebody who only goes on typing would want to see them: not what is written already, and not every
 * operator behind every value.
 * @param {Offers} offers
 * @param {string} text
 */
export function isHelpful(offers, text) {
  const written = [...text].slice(offers.start, offers.end).join("");
  const [first, second] = offers.items;
  return written ? Boolean(second) || first.insert !== written : first.kind !== "keyword";
}

/**
 * @param {Offer} offer
 * @param {number} index
 */
function drawn(offer, index) {
  const option = document.createElement("li");
  option.id = `offer-${index}`;
  option.role = "option";
  option.className = `offer offer--${offer.kind}`;
  option.append(part("offer__label", offer.label), part("offer__detail", offer.help || offer.detail));
  option.title = [offer.detail, offer.help].filter(Boolean).join("\n");
  return option;
}

/**
 * @param {string} css
 * @param {string} text
 */
function part(css, text) {
  const span = document.createElement("span");
  span.className = css;
  span.textContent = text;
  return span;
}
