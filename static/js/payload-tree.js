// The parameters of an action as a tree that is edited in place (actions/payload_tree.html). The text area holds
// the truth: each change is written there at once. Without scripts it is all there is.

import { begin, commit, redo, redoable, undo, undoable } from "./history.js";
import { draggable, droppable } from "./payload-dragging.js";
import { add, addable, canMove, canRemove, move, remove } from "./payload-edits.js";
import { canGo, go, into, outOf } from "./payload-moving.js";
import { offerToTake } from "./payload-pasting.js";
import { nameable, pathOf } from "./payload-places.js";
import { inside, makeConstant, makeVariable, read, retype, textOf, valueOf } from "./payload.js";

/** @typedef {import("./payload.js").Node} Node */
/** @typedef {import("./payload-places.js").Place} Place */
/** @typedef {import("./payload-moving.js").Goal} Goal */

export class PayloadTree {
  /** @param {HTMLElement} part */
  constructor(part) {
    this.part = part;
    this.area = /** @type {HTMLTextAreaElement} */ (part.querySelector("textarea"));
    this.list = /** @type {HTMLElement} */ (part.querySelector(".payload__list"));
    this.status = /** @type {HTMLElement} */ (part.querySelector(".payload__tools [role=status]"));
    /** Why nothing may change; "": it may. */
    this.locked = part.dataset.locked ?? "";
    this.area.readOnly = Boolean(this.locked);
    /** What a variable was before, should it become a constant again. @type {WeakMap<Node, unknown>} */
    this.constants = new WeakMap();
    /** What is folded away. @type {WeakSet<Node>} */
    this.folded = new WeakSet();
    /** Of each node the row that its buttons are in. @type {Map<Node, HTMLElement>} */
    this.rows = new Map();
    /** @type {Map<HTMLElement, Place>} */
    this.places = new Map();
    this.history = begin(this.area.value);
    /** @type {Node} */
    this.tree = nothing();
    /** @type {HTMLElement} */ (part.querySelector(".payload__tools")).hidden = false;
    for (const button of this.buttons("view")) {
      button.addEventListener("click", () => (button.dataset.view === "tree" ? this.showTree() : this.showJson()));
    }
    for (const button of this.buttons("history")) {
      button.addEventListener("click", () => this.travel(/** @type {"undo" | "redo"} */ (button.dataset.history)));
    }
    this.showTree();
  }

  /** @param {"view" | "history"} what */
  buttons(what) {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.part.querySelectorAll(`[data-${what}]`));
  }

  showTree() {
    const found = read(this.area.value);
    const problem = "problem" in found ? found.problem : "";
    if (problem && problem !== "empty") {
      this.showJson();
      this.say(problem);
      return;
    }
    this.history = commit(this.history, this.area.value, this.words("json"));
    this.tree = "tree" in found ? found.tree : nothing();
    this.say(this.locked ? "locked" : problem);
    this.render();
    this.press("tree");
  }

  showJson() {
    // Nothing that is not seen may keep the form from being sent.
    this.list.replaceChildren();
    this.say(this.locked ? "locked" : "");
    this.press("json");
  }

  /** @param {"tree" | "json"} view */
  press(view) {
    this.list.hidden = view === "json";
    this.area.hidden = view === "tree";
    for (const button of this.buttons("view")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
    this.showHistory();
  }

  /** Of the words of this page, with a name in them. @param {string} key @param {string} [name] */
  words(key, name = "") {
    return key === "locked" ? this.locked : (this.status.dataset[key] ?? "").replace("{}", name);
  }

  /** @param {string} key "": nothing @param {string} [name] */
  say(key, name) {
    this.status.textContent = key ? this.words(key, name) : "";
  }

  /** Write what has changed: what it was, and to what; the same again is undone with it. @param {string} what @param {Place} place @param {string} [control] */
  write(what, place, control = "") {
    this.area.value = JSON.stringify(this.tree, null, 2);
    const words = this.words(what, place.name);
    this.history = commit(this.history, this.area.value, words, control && `${pathOf(place)} ${control}`);
    this.status.textContent = control ? "" : words;
    this.showHistory();
  }

  showHistory() {
    const words = { undo: undoable(this.history), redo: redoable(this.history) };
    for (const button of this.buttons("history")) {
      const would = words[/** @type {"undo" | "redo"} */ (button.dataset.history)];
      button.hidden = this.list.hidden || Boolean(this.locked);
      button.disabled = !would;
      button.title = would;
    }
  }

  /** @param {"undo" | "redo"} way */
  travel(way) {
    this.history = (way === "undo" ? undo : redo)(this.history);
    this.area.value = this.history.present.document;
    this.showTree();
    this.say(way === "undo" ? "undone" : "redone");
  }

  render() {
    this.rows.clear();
    this.places.clear();
    this.list.replaceChildren(...this.rowsOf(this.tree, null));
    if (this.locked) {
      for (const control of this.list.querySelectorAll("input, select, button:not([data-edit=fold])")) {
        /** @type {HTMLInputElement} */ (control).disabled = true;
      }
    }
    this.relabel();
  }

  relabel() {
    for (const [row, place] of this.places) {
      row.setAttribute("aria-label", (row.dataset.label ?? "{}").replace("{}", pathOf(place)));
    }
  }

  /** What stands in a node, and where more can be added. @param {Node} parent @param {Place | null} above @returns {HTMLElement[]} */
  rowsOf(parent, above) {
    const rows = inside(parent).map(([name, node]) => this.rowOf({ node, parent, name, above }));
    return this.locked ? rows : [...rows, this.adding(parent, above)];
  }

  /** @param {Place} place */
  rowOf(place) {
    const { node, parent } = place;
    if (parent.type === "listObject") {
      return this.field(place);
    }
    if (node.type === "listObject") {
      return this.group(place, [this.listOfObjects(place), ...this.rowsOf(node, place)]);
    }
    return node.fields || node.items ? this.group(place, this.rowsOf(node, place)) : this.leaf(place);
  }

  /** @param {Place} place @param {HTMLElement[]} rows */
  group(place, rows) {
    const group = this.copy("group");
    const head = /** @type {HTMLElement} */ (group.querySelector(".payload__head"));
    const list = /** @type {HTMLElement} */ (group.querySelector(".payload__inside"));
    const fold = /** @type {HTMLElement} */ (head.querySelector("[data-edit=fold]"));
    head.dataset.label = `{} (${place.node.type})`;
    /** @type {HTMLElement} */ (head.querySelector(".payload__type")).textContent = place.node.type;
    list.append(...rows);
    const show = () => {
      list.hidden = this.folded.has(place.node);
      fold.setAttribute("aria-expanded", String(!list.hidden));
    };
    fold.addEventListener("click", () => {
      list.hidden ? this.folded.delete(place.node) : this.folded.add(place.node);
      show();
    });
    show();
    this.settle(head, place);
    return group;
  }

  /** The list itself, among its fields: whether it is constant, and how it is called. @param {Place} place */
  listOfObjects(place) {
    const row = this.copy("leaf");
    row.querySelector("[data-control=type]")?.remove();
    row.querySelector(".payload__edits")?.remove();
    row.querySelector("[data-control=name]")?.remove();
    row.classList.add("payload__row--list");
    this.places.set(row, place);
    this.fill(row, place);
    return row;
  }

  /** A field of a list's objects has nothing but a type. @param {Place} place */
  field(place) {
    const row = this.copy("field");
    this.choose(row, place, "type", place.node.type, (type) => (place.node.type = type));
    this.settle(row, place);
    return row;
  }

  /** @param {Place} place */
  leaf(place) {
    const row = this.copy("leaf");
    this.choose(row, place, "type", place.node.type, (type) => {
      retype(place.node, type);
      this.show(row, place.node);
    });
    this.settle(row, place);
    this.fill(row, place);
    return row;
  }

  /** Where a value comes from, and the value. @param {HTMLElement} row @param {Place} place */
  fill(row, place) {
    const { node } = place;
    this.choose(row, place, "given", node.variable ? "variable" : "constant", (given) => {
      this.turn(node, place.name, given);
      this.show(row, node);
    });
    this.choose(row, place, "truth", "", (truth) => (node.constant = truth === "true"));
    this.type(row, place, "label", (input) => (node.label = input.value));
    this.type(row, place, "optional", (input) => (input.checked ? (node.optional = true) : delete node.optional));
    this.type(row, place, "constant", (input) => this.take(node, input));
    this.show(row, node);
  }

  /** Its name and what can be done with it there. @param {HTMLElement} row @param {Place} place */
  settle(row, place) {
    this.rows.set(place.node, row);
    this.places.set(row, place);
    const input = /** @type {HTMLInputElement} */ (this.control(row, "name"));
    if (place.parent.items) {
      const number = document.createElement("code");
      number.className = "payload__name";
      number.textContent = place.name;
      input.replaceWith(number);
    } else {
      nameable(input, place, () => {
        this.write("renamed", place);
        this.relabel();
      });
    }
    this.editable(row, place);
  }

  /** @param {HTMLElement} row @param {Place} place */
  editable(row, place) {
    const { node, parent } = place;
    const button = (/** @type {string} */ edit) =>
      /** @type {HTMLButtonElement} */ (row.querySelector(`[data-edit=${edit}]`));
    for (const [edit, step] of /** @type {[string, -1 | 1][]} */ ([["up", -1], ["down", 1]])) {
      button(edit).disabled = !canMove(parent, place.name, step);
      button(edit).addEventListener("click", () => {
        place.name = move(parent, place.name, step);
        this.write("moved", place);
        this.render();
        const [same, other] = ["up", "down"].sort((one) => (one === edit ? -1 : 1));
        this.focus(node, `[data-edit=${same}]:enabled`, `[data-edit=${other}]`);
      });
    }
    for (const [edit, goal] of /** @type {[string, Goal | null][]} */ ([["out", outOf(place)], ["into", into(place)]])) {
      button(edit).disabled = !canGo(node, parent, goal);
      button(edit).addEventListener("click", () => this.bring(place, /** @type {Goal} */ (goal), `[data-edit=${edit}]:enabled`));
    }
    draggable(row, place);
    droppable(row, { parent, before: node }, (dropped) => this.bring(dropped, { parent, before: node }));
    button("remove").disabled = !canRemove(parent);
    button("remove").addEventListener("click", () => {
      const names = inside(parent).map(([name]) => name);
      const at = names.indexOf(place.name);
      remove(parent, place.name);
      this.write("removed", place);
      this.render();
      const beside = inside(parent)[Math.min(at, names.length - 2)];
      if (beside) {
        this.focus(beside[1], "[data-edit=remove]:enabled", "[data-edit=up]", "[data-control=name]");
      } else {
        this.focus(parent, "[data-edit=fold]");
      }
    });
  }

  /** To another place, with the focus. @param {Place} place @param {Goal} goal @param {string[]} wanted */
  bring(place, goal, ...wanted) {
    const { node, name } = go(place, goal);
    this.write("moved", { ...place, name });
    this.folded.delete(goal.parent);
    this.render();
    this.focus(node, ...wanted, "[data-control=name]", "[data-edit=up]:enabled");
  }

  /** @param {Node} node @param {string[]} wanted the first of these that is there, else something near */
  focus(node, ...wanted) {
    const row = this.rows.get(node) ?? this.list;
    const found = [...wanted, "button:enabled"].map((each) => row.querySelector(each)).find(Boolean);
    /** @type {HTMLElement | undefined} */ (found)?.focus();
    if (found instanceof HTMLInputElement) {
      found.select();
    }
  }

  /** @param {Node} parent @param {Place | null} above */
  adding(parent, above) {
    const row = this.copy("adding");
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (row.querySelectorAll("[data-add]"))) {
      const what = /** @type {import("./payload-edits.js").What} */ (button.dataset.add);
      if (!addable(parent).includes(what)) {
        button.remove();
      }
      button.addEventListener("click", () => {
        const name = add(parent, what);
        const node = Object.fromEntries(inside(parent))[name];
        this.write("added", { node, parent, name, above });
        this.render();
        this.focus(node, "[data-control=name]", "[data-control=constant]");
      });
    }
    droppable(row, { parent, before: null }, (dropped) => this.bring(dropped, { parent, before: null }));
    if (above) {
      this.places.set(row, above);
    }
    return row;
  }

  /** @param {Node} node @param {string} name @param {string} given */
  turn(node, name, given) {
    if (given === "variable") {
      this.constants.set(node, node.constant);
      makeVariable(node, name);
    } else {
      makeConstant(node, this.constants.get(node));
    }
  }

  /** What is no value of the type is not written, and keeps the form from being sent. @param {Node} node @param {HTMLInputElement} input */
  take(node, input) {
    const value = valueOf(node.type, input.value);
    input.setCustomValidity(value === undefined ? (input.dataset.wrong ?? "") : "");
    input.setAttribute("aria-invalid", String(value === undefined));
    if (value !== undefined) {
      node.constant = value;
    }
  }

  /** Of the controls those that matter, with what the node says. @param {HTMLElement} row @param {Node} node */
  show(row, node) {
    const isTruth = !node.variable && node.type === "boolean";
    const constant = /** @type {HTMLInputElement} */ (this.control(row, "constant"));
    constant.hidden = Boolean(node.variable) || isTruth;
    constant.value = node.variable ? "" : textOf(node.constant);
    constant.setCustomValidity("");
    constant.removeAttribute("aria-invalid");
    const truth = /** @type {HTMLSelectElement} */ (this.control(row, "truth"));
    truth.hidden = !isTruth;
    truth.value = String(node.constant === true);
    const label = /** @type {HTMLInputElement} */ (this.control(row, "label"));
    label.hidden = !node.variable;
    label.value = node.label ?? "";
    const optional = /** @type {HTMLInputElement} */ (this.control(row, "optional"));
    optional.checked = Boolean(node.optional);
    /** @type {HTMLElement} */ (optional.parentElement).hidden = !node.variable;
  }

  /** @param {HTMLElement} row @param {string} name */
  control(row, name) {
    return row.querySelector(`[data-control=${name}]`);
  }

  /** @param {HTMLElement} row @param {Place} place @param {string} name @param {string} value @param {(value: string) => void} change */
  choose(row, place, name, value, change) {
    const select = /** @type {HTMLSelectElement} */ (this.control(row, name));
    if (value && ![...select.options].some((option) => option.value === value)) {
      select.add(new Option(value));
    }
    select.value = value || select.value;
    select.addEventListener("change", () => {
      change(select.value);
      this.write("changed", place, name);
    });
  }

  /** @param {HTMLElement} row @param {Place} place @param {string} name @param {(input: HTMLInputElement) => void} change */
  type(row, place, name, change) {
    const input = /** @type {HTMLInputElement} */ (this.control(row, name));
    input.addEventListener("input", () => {
      change(input);
      this.write("changed", place, name);
    });
  }

  /** @param {string} part */
  copy(part) {
    const template = /** @type {HTMLTemplateElement} */ (this.part.querySelector(`[data-part=${part}]`));
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    return /** @type {HTMLElement} */ (content.firstElementChild);
  }
}

/** @returns {Node} */
function nothing() {
  return { type: "object", fields: {} };
}

for (const part of document.querySelectorAll("[data-payload]")) {
  if (part instanceof HTMLElement) {
    offerToTake(new PayloadTree(part));
  }
}
