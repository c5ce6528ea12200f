// The parameters of an action as a tree that is edited in place (actions/payload_tree.html). The text area holds
// the truth: each change is written there at once. Without scripts it is all there is.

import { inside, makeConstant, makeVariable, read, retype, textOf, valueOf } from "./payload.js";

/** @typedef {import("./payload.js").Node} Node */

class PayloadTree {
  /** @param {HTMLElement} part */
  constructor(part) {
    this.part = part;
    this.area = /** @type {HTMLTextAreaElement} */ (part.querySelector("textarea"));
    this.list = /** @type {HTMLElement} */ (part.querySelector(".payload__list"));
    this.status = /** @type {HTMLElement} */ (part.querySelector(".payload__tools [role=status]"));
    /** What a variable was before, should it become a constant again. @type {WeakMap<Node, unknown>} */
    this.constants = new WeakMap();
    /** @type {Node | null} */
    this.tree = null;
    /** @type {HTMLElement} */ (part.querySelector(".payload__tools")).hidden = false;
    for (const button of this.buttons()) {
      button.addEventListener("click", () => (button.dataset.view === "tree" ? this.showTree() : this.showJson()));
    }
    this.showTree();
  }

  buttons() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.part.querySelectorAll("[data-view]"));
  }

  showTree() {
    const found = read(this.area.value);
    this.status.textContent = "problem" in found ? (this.status.dataset[found.problem] ?? "") : "";
    if ("problem" in found && found.problem !== "empty") {
      this.showJson();
      return;
    }
    this.tree = "tree" in found ? found.tree : null;
    this.list.replaceChildren(...(this.tree ? this.rowsOf(this.tree, "") : []));
    this.press("tree");
  }

  showJson() {
    // Nothing that is not seen may keep the form from being sent.
    this.list.replaceChildren();
    this.press("json");
  }

  /** @param {"tree" | "json"} view */
  press(view) {
    this.list.hidden = view === "json" || !this.tree;
    this.area.hidden = view === "tree";
    for (const button of this.buttons()) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
  }

  write() {
    this.area.value = JSON.stringify(this.tree, null, 2);
  }

  /** @param {Node} node @param {string} path @returns {HTMLElement[]} */
  rowsOf(node, path) {
    return inside(node).map(([name, each]) => this.rowOf(each, name, path ? `${path} › ${name}` : name));
  }

  /** @param {Node} node @param {string} name @param {string} path */
  rowOf(node, name, path) {
    if (node.type === "listObject") {
      return this.listOfObjects(node, name, path);
    }
    return node.fields || node.items ? this.group(node, name, this.rowsOf(node, path)) : this.leaf(node, name, path);
  }

  /** @param {Node} node @param {string} name @param {HTMLElement[]} rows */
  group(node, name, rows) {
    const row = this.copy("group", name);
    /** @type {HTMLElement} */ (row.querySelector(".payload__type")).textContent = node.type;
    row.querySelector("ul")?.append(...rows);
    return row;
  }

  /** The list itself is a leaf; its fields have nothing but a type. @param {Node} node @param {string} name @param {string} path */
  listOfObjects(node, name, path) {
    const list = this.leaf(node, name, path);
    list.querySelector("[data-control=type]")?.remove();
    list.classList.add("payload__row--list");
    const fields = inside(node).map(([field, each]) => this.field(each, field, `${path} › ${field}`));
    return this.group(node, name, [list, ...fields]);
  }

  /** @param {Node} node @param {string} name @param {string} path */
  field(node, name, path) {
    const row = this.copy("field", name, path);
    this.choose(row, "type", node.type, (type) => (node.type = type));
    return row;
  }

  /** @param {Node} node @param {string} name @param {string} path */
  leaf(node, name, path) {
    const row = this.copy("leaf", name, path);
    this.choose(row, "type", node.type, (type) => {
      retype(node, type);
      this.show(row, node);
    });
    this.choose(row, "given", node.variable ? "variable" : "constant", (given) => {
      this.turn(node, name, given);
      this.show(row, node);
    });
    this.choose(row, "truth", "", (truth) => (node.constant = truth === "true"));
    this.type(row, "label", (input) => (node.label = input.value));
    this.type(row, "optional", (input) => (input.checked ? (node.optional = true) : delete node.optional));
    this.type(row, "constant", (input) => this.take(node, input));
    this.show(row, node);
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

  /** @param {HTMLElement} row @param {string} name @param {string} value @param {(value: string) => void} change */
  choose(row, name, value, change) {
    const select = /** @type {HTMLSelectElement} */ (this.control(row, name));
    if (value && ![...select.options].some((option) => option.value === value)) {
      select.add(new Option(value));
    }
    select.value = value || select.value;
    select.addEventListener("change", () => {
      change(select.value);
      this.write();
    });
  }

  /** @param {HTMLElement} row @param {string} name @param {(input: HTMLInputElement) => void} change */
  type(row, name, change) {
    const input = /** @type {HTMLInputElement} */ (this.control(row, name));
    input.addEventListener("input", () => {
      change(input);
      this.write();
    });
  }

  /** @param {string} part @param {string} name @param {string} [path] how the row is called for who does not see it */
  copy(part, name, path) {
    const template = /** @type {HTMLTemplateElement} */ (this.part.querySelector(`[data-part=${part}]`));
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const row = /** @type {HTMLElement} */ (content.firstElementChild);
    /** @type {HTMLElement} */ (row.querySelector(".payload__name")).textContent = name;
    if (path) {
      row.setAttribute("aria-label", path);
    }
    return row;
  }
}

/**
 * The field for a pasted payload gets a button: the server makes the tree, as it does upon saving.
 * @param {PayloadTree} payload
 */
function offerToTake(payload) {
  const { sample: name = "", address = "" } = payload.part.dataset;
  const form = payload.area.form;
  const sample = form?.elements.namedItem(name);
  const take = payload.part.querySelector("[data-take]");
  if (!(sample instanceof HTMLTextAreaElement) || !form || !(take instanceof HTMLElement)) {
    return;
  }
  const status = /** @type {HTMLElement} */ (take.querySelector("[role=status]"));
  sample.after(take);
  take.hidden = false;
  take.querySelector("button")?.addEventListener("click", async () => {
    const body = new FormData();
    body.set("sample", sample.value);
    body.set("csrfmiddlewaretoken", String(new FormData(form).get("csrfmiddlewaretoken")));
    const answer = await ask(address, body);
    status.textContent = answer.problem ?? (answer.text === undefined ? status.dataset.failed : status.dataset.done) ?? "";
    if (answer.text !== undefined) {
      // It would replace what is edited from now on.
      sample.value = "";
      payload.area.value = answer.text;
      payload.showTree();
    }
  });
}

/**
 * @param {string} address
 * @param {FormData} body
 * @returns {Promise<{text?: string, problem?: string}>}
 */
async function ask(address, body) {
  try {
    return await (await fetch(address, { method: "POST", body })).json();
  } catch {
    return {};
  }
}

for (const part of document.querySelectorAll("[data-payload]")) {
  if (part instanceof HTMLElement) {
    offerToTake(new PayloadTree(part));
  }
}
