// Where everything of a drawing stands. The rules are those of journeys/definition/layout.py, which explains
// them and draws the other pages; tests/designer/cases/layout.json holds both to the same result. The only
// difference is `slot`: room on every path for the button that adds a step.

import { ENTRANCE, START } from "./document.js";
import { waysOf } from "./kinds.js";

/**
 * @typedef {{id: string, x: number, y: number, depth: number, row: number, connected: boolean}} Card
 * @typedef {[number, number]} Point
 */

/**
 * @typedef {object} Edge one path, or one of several targets on it
 * @property {string} key
 * @property {string} source
 * @property {string} way
 * @property {number} index of its target among those of the way
 * @property {string} target "": it leads nowhere
 * @property {string} label
 * @property {Point[]} points
 * @property {Point} labelAt the middle of its label
 * @property {Point} slotAt the middle of the button that adds a step
 * @property {number} row
 * @property {boolean} loops leads back: drawn as a stub
 * @property {boolean} connected
 */

/** @typedef {{cards: Map<string, Card>, edges: Edge[], width: number, height: number, stripY: number | null}} Layout */

export const CARD_WIDTH = 208;
export const CARD_HEIGHT = 56;
const ROW_HEIGHT = 88;
const MARGIN = 24;
const START_WIDTH = 56;
const STRIP_GAP = 48;
const TURN = 20;
const ARRIVAL = 20;
const TRACK = 12;
const PLAIN_GAP = 40;
const STUB = 6;
const LABEL_CHARACTER = 6.6;
const LABEL_PADDING = 18;
const LABEL_CHARACTERS = 20;

/** @param {string} label @returns {string} as its chip shows it */
export function shownLabel(label) {
  const characters = [...label];
  return characters.length <= LABEL_CHARACTERS
    ? label
    : `${characters
        .slice(0, LABEL_CHARACTERS - 1)
        .join("")
        .trimEnd()}…`;
}

/** @param {string} label @returns {number} how wide its chip is; 0 without a label */
export function labelWidth(label) {
  return label ? [...shownLabel(label)].length * LABEL_CHARACTER + LABEL_PADDING : 0;
}

/**
 * @param {import("./document.js").Document} document
 * @param {import("./kinds.js").Kinds} kinds
 * @param {{slot?: number}} [options] slot: pixels on every path for the button that adds a step
 * @returns {Layout}
 */
export function layout(document, kinds, { slot = 0 } = {}) {
  const outline = new Outline(document, kinds);
  return new Drawing(outline, new Rows(outline, slot > 0), slot).draw();
}

/**
 * @typedef {{source: string, way: string, label: string, index: number, target: string}} Slot a path on its way
 *   to a row: one target of one way of one activity
 */

/** Who follows whom, in order: the slots of each activity, and those that lead back. */
class Outline {
  /**
   * @param {import("./document.js").Document} document
   * @param {import("./kinds.js").Kinds} kinds
   */
  constructor(document, kinds) {
    /** @type {Map<string, Slot[]>} */
    this.slots = new Map();
    const starts = [...new Set(document.start)].filter((id) => id in document.activities);
    this.slots.set(
      START,
      starts.map((target) =>
        slotOf(START, { id: ENTRANCE, label: "" }, document.start.indexOf(target), target),
      ),
    );
    for (const [id, activity] of Object.entries(document.activities)) {
      this.slots.set(id, [...slotsOf(id, activity, document, kinds)]);
    }
    /** @type {Set<Slot>} */
    this.loops = new Set();
    /** @type {Set<string>} what is connected, then what is not: each after all that it leads to */
    this.order = new Set();
    this.walk(START);
    this.connected = new Set(this.order);
    this.detached = this.detachedRoots();
  }

  /** @param {string} id @returns {Slot[]} */
  of(id) {
    return this.slots.get(id) ?? [];
  }

  /** @returns {Map<string, number>} the longest way to each activity, in steps */
  columns() {
    const column = new Map([...this.order].map((id) => [id, 0]));
    column.set(START, -1);
    for (const id of [...this.order].reverse()) {
      for (const slot of this.of(id).filter((each) => each.target && !this.loops.has(each))) {
        column.set(slot.target, Math.max(column.get(slot.target) ?? 0, (column.get(id) ?? 0) + 1));
      }
    }
    return column;
  }

  detachedRoots() {
    const targets = new Set();
    for (const [id, slots] of this.slots) {
      slots.filter((slot) => slot.target !== id).forEach((slot) => targets.add(slot.target));
    }
    const remaining = [...this.slots.keys()].filter((id) => !this.connected.has(id));
    // A ring's first one comes last.
    const ordered = [
      ...remaining.filter((id) => !targets.has(id)),
      ...remaining.filter((id) => targets.has(id)),
    ];
    return ordered.filter((id) => {
      const isNew = !this.order.has(id);
      if (isNew) {
        this.walk(id);
      }
      return isNew;
    });
  }

  /** Depth first, with a stack of its own: a drawing may be deep. @param {string} root */
  walk(root) {
    const seen = new Set([...this.order, root]);
    const open = new Set([root]);
    const walkers = [{ id: root, next: 0 }];
    while (walkers.length) {
      const walker = walkers[walkers.length - 1];
      const slot = this.of(walker.id)[walker.next++];
      if (!slot) {
        walkers.pop();
        open.delete(walker.id);
        this.order.add(walker.id);
      } else if (slot.target && open.has(slot.target)) {
        this.loops.add(slot);
      } else if (slot.target && !seen.has(slot.target)) {
        seen.add(slot.target);
        open.add(slot.target);
        walkers.push({ id: slot.target, next: 0 });
      }
    }
  }
}

/**
 * @param {string} source
 * @param {{id: string, label: string}} way
 * @param {number} index
 * @param {string} target
 * @returns {Slot}
 */
function slotOf(source, way, index, target) {
  return { source, way: way.id, label: way.label, index, target };
}

/**
 * @param {string} id
 * @param {import("./document.js").Activity} activity
 * @param {import("./document.js").Document} document
 * @param {import("./kinds.js").Kinds} kinds
 */
function* slotsOf(id, activity, document, kinds) {
  for (const way of waysOf(activity, kinds)) {
    const given = activity.to[way.id] ?? [];
    const targets = [...new Set(given)].filter((target) => target in document.activities);
    for (const [place, target] of (targets.length ? targets : [""]).entries()) {
      const index = target ? given.indexOf(target) : 0;
      yield slotOf(id, place ? { id: way.id, label: "" } : way, index, target);
    }
  }
}

/** The row of every activity and of every slot. */
class Rows {
  /**
   * @param {Outline} outline
   * @param {boolean} isEdited then the first row is kept free for a start that is still missing
   */
  constructor(outline, isEdited) {
    this.outline = outline;
    this.ofCard = new Map([[START, 0]]);
    /** @type {Map<Slot, number>} */
    this.ofSlot = new Map();
    this.count = 0;
    if (outline.of(START).length) {
      this.place(START);
    } else if (isEdited) {
      this.count = 1;
    }
    this.firstDetached = this.count;
    outline.detached.forEach((root) => this.place(root));
  }

  /** @param {string} root */
  place(root) {
    this.ofCard.set(root, this.count++);
    const waiting = this.waiting(root);
    while (waiting.length) {
      const { slot, first } = /** @type {{slot: Slot, first: boolean}} */ (waiting.pop());
      const row = first ? /** @type {number} */ (this.ofCard.get(slot.source)) : this.count++;
      this.ofSlot.set(slot, row);
      if (slot.target && !this.ofCard.has(slot.target)) {
        this.ofCard.set(slot.target, row);
        waiting.push(...this.waiting(slot.target));
      }
    }
  }

  /** The slots of an activity as a stack: the top path is taken first, with all that hangs on it. @param {string} id */
  waiting(id) {
    return this.outline
      .of(id)
      .map((slot, index) => ({ slot, first: index === 0 }))
      .reverse();
  }
}

/** From columns and rows to pixels. */
class Drawing {
  /**
   * @param {Outline} outline
   * @param {Rows} rows
   * @param {number} slot
   */
  constructor(outline, rows, slot) {
    this.outline = outline;
    this.rows = rows;
    this.slot = slot;
    this.columns = outline.columns();
    this.tracks = this.chooseTracks();
    this.left = this.chooseColumns();
  }

  /** @returns {Layout} */
  draw() {
    const cards = new Map(
      [...this.outline.slots.keys()].filter((id) => id !== START).map((id) => [id, this.card(id)]),
    );
    const edges = [...this.outline.slots.values()].flat().map((slot) => this.edge(slot));
    const right = Math.max(
      0,
      ...[...cards.values()].map((card) => card.x + CARD_WIDTH),
      ...edges.map((edge) => edge.points[edge.points.length - 1][0]),
    );
    const bottom = (this.rows.count ? this.top(this.rows.count - 1) : 0) + CARD_HEIGHT;
    const stripY = this.outline.detached.length ? this.top(this.rows.firstDetached) - STRIP_GAP / 2 : null;
    return { cards, edges, width: right + MARGIN, height: bottom + MARGIN, stripY };
  }

  /** A track for each activity that lines turn to; those that would touch in one gap differ. */
  chooseTracks() {
    /** @type {Map<number, [number, number, number][]>} */
    const taken = new Map();
    /** @type {Map<string, number>} */
    const chosen = new Map();
    for (const [top, bottom, id] of this.turns()) {
      const column = /** @type {number} */ (this.columns.get(id));
      const neighbours = taken.get(column) ?? [];
      const blocked = new Set(
        neighbours.filter(([first, last]) => first <= bottom && top <= last).map((each) => each[2]),
      );
      let track = 0;
      while (blocked.has(track)) {
        track += 1;
      }
      chosen.set(id, track);
      taken.set(column, [...neighbours, [top, bottom, track]]);
    }
    return chosen;
  }

  /** @returns {[number, number, string][]} top row, bottom row and id of all that other rows' rails reach */
  turns() {
    /** @type {Map<string, number[]>} */
    const rows = new Map();
    for (const [slot, row] of this.rows.ofSlot) {
      const own = /** @type {number} */ (this.rows.ofCard.get(slot.target));
      if (this.arrives(slot) && row !== own) {
        rows.set(slot.target, [...(rows.get(slot.target) ?? [own]), row]);
      }
    }
    return [...rows]
      .map(
        ([id, found]) =>
          /** @type {[number, number, string]} */ ([Math.min(...found), Math.max(...found), id]),
      )
      .sort((one, other) => one[0] - other[0] || one[1] - other[1] || (one[2] < other[2] ? -1 : 1));
  }

  /** The left edge of each column; the gap before it is as wide as what it holds. */
  chooseColumns() {
    const left = [MARGIN + START_WIDTH + this.slot + this.tracksWidth(0)];
    for (let column = 1; column <= Math.max(0, ...this.columns.values()); column += 1) {
      left.push(left[column - 1] + CARD_WIDTH + this.gap(column - 1));
    }
    return left;
  }

  /** @param {number} column */
  gap(column) {
    let widest = PLAIN_GAP;
    for (const slot of this.rows.ofSlot.keys()) {
      if (slot.source !== START && this.columns.get(slot.source) === column) {
        widest = Math.max(widest, labelWidth(slot.label));
      }
    }
    return TURN + widest + this.slot + this.tracksWidth(column + 1) + ARRIVAL;
  }

  /** @param {number} column */
  tracksWidth(column) {
    const tracks = [...this.tracks]
      .filter(([id]) => this.columns.get(id) === column)
      .map(([, track]) => track);
    return tracks.length ? TRACK * (Math.max(...tracks) + 1) : 0;
  }

  /** @param {number} row */
  top(row) {
    const strip = this.outline.detached.length && row >= this.rows.firstDetached ? STRIP_GAP : 0;
    return MARGIN + row * ROW_HEIGHT + strip;
  }

  /** @param {number} row */
  middle(row) {
    return this.top(row) + CARD_HEIGHT / 2;
  }

  /** @param {string} id @returns {Card} */
  card(id) {
    const depth = /** @type {number} */ (this.columns.get(id));
    const row = /** @type {number} */ (this.rows.ofCard.get(id));
    return {
      id,
      x: this.left[depth],
      y: this.top(row),
      depth,
      row,
      connected: this.outline.connected.has(id),
    };
  }

  /** @param {Slot} slot */
  arrives(slot) {
    return slot.target !== "" && !this.outline.loops.has(slot);
  }

  /** @param {Slot} slot @returns {Edge} */
  edge(slot) {
    const row = /** @type {number} */ (this.rows.ofSlot.get(slot));
    const { origin, turn } = this.origin(slot);
    const level = this.middle(row);
    const width = Math.max(labelWidth(slot.label), PLAIN_GAP - STUB);
    const stub = /** @type {Point} */ ([turn + width + STUB + this.slot, level]);
    const end = this.arrives(slot) ? this.arrival(slot, level) : [stub];
    const { source, way, index, target, label } = slot;
    return {
      key: `${source}:${way}:${target}`,
      source,
      way,
      index,
      target,
      label,
      points: withoutRepetitions([origin, [turn, origin[1]], [turn, level], ...end]),
      labelAt: [turn + width / 2, level],
      // Behind a label; where there is none, in the middle of its room and its own.
      slotAt: [label ? turn + width + this.slot / 2 + 2 : turn + (width + this.slot) / 2, level],
      row,
      loops: this.outline.loops.has(slot),
      connected: source === START || this.outline.connected.has(source),
    };
  }

  /** @param {Slot} slot @returns {{origin: Point, turn: number}} where the line begins, and where it may turn */
  origin(slot) {
    if (slot.source === START) {
      return { origin: [MARGIN, this.middle(0)], turn: MARGIN + TURN };
    }
    const right = this.left[/** @type {number} */ (this.columns.get(slot.source))] + CARD_WIDTH;
    return {
      origin: [right, this.middle(/** @type {number} */ (this.rows.ofCard.get(slot.source)))],
      turn: right + TURN,
    };
  }

  /** The rest of a line in its row, up to the card. @param {Slot} slot @param {number} level @returns {Point[]} */
  arrival(slot, level) {
    const left = this.left[/** @type {number} */ (this.columns.get(slot.target))];
    const end = this.middle(/** @type {number} */ (this.rows.ofCard.get(slot.target)));
    if (end === level) {
      return [[left, level]];
    }
    const track = left - ARRIVAL - TRACK * (this.tracks.get(slot.target) ?? 0);
    return [
      [track, level],
      [track, end],
      [left, end],
    ];
  }
}

/** The corners of a line: without those that it passes straight through. @param {Point[]} points @returns {Point[]} */
function withoutRepetitions(points) {
  /** @type {Point[]} */
  const kept = [];
  for (const point of points) {
    const [before, last] = [kept[kept.length - 2], kept[kept.length - 1]];
    if (last && last[0] === point[0] && last[1] === point[1]) {
      continue;
    }
    if (before && isStraight(before, last, point)) {
      kept.pop();
    }
    kept.push(point);
  }
  return kept;
}

/** @param {Point} first @param {Point} second @param {Point} third */
function isStraight(first, second, third) {
  return [0, 1].some((axis) => first[axis] === second[axis] && second[axis] === third[axis]);
}
