// A tree of fields (datasources/tree.html): searching, filtering, opening, and choosing with the keyboard.
// Without scripts it is a list of check boxes, all open.

/** @typedef {{item: HTMLElement, level: number, text: string, box: HTMLInputElement | null, parent: Row | null, children: Row[], open: boolean}} Row */

/** @param {HTMLElement} tree */
function start(tree) {
  const list = /** @type {HTMLElement} */ (tree.querySelector(".tree__list"));
  const tools = /** @type {HTMLElement} */ (tree.querySelector(".tree__tools"));
  const rows = rowsOf(list);
  tools.hidden = false;
  list.setAttribute("role", "tree");
  list.setAttribute("aria-label", list.dataset.label ?? "");
  if (!("onlyToLookAt" in tree.dataset)) {
    list.setAttribute("aria-multiselectable", "true");
  }
  for (const row of rows) {
    prepare(row);
  }
  for (const row of rows.filter(isSelected)) {
    reveal(row);
  }
  const show = () => showFound(tree, tools, rows);
  listenToTools(tools, rows, show);
  listenToRows(list, rows, show);
  for (const row of rows.filter((each) => each.box?.checked)) {
    spread(row);
  }
  show();
}

/**
 * What was searched for and filtered, with all around it; without words and filter what is open.
 * @param {HTMLElement} tree @param {HTMLElement} tools @param {Row[]} rows
 */
function showFound(tree, tools, rows) {
  const words = (tools.querySelector("input")?.value ?? "").trim().toLowerCase().split(/\s+/).filter(Boolean);
  const onlySelected = tools.querySelector("select")?.value === "selected";
  const found = new Set(rows.filter((row) => fits(row, words, onlySelected)));
  if (words.length || onlySelected) {
    const needed = new Set([...found].flatMap(ancestors));
    // What was found can be opened: then all that is in it shows, whether it fits or not.
    const inside = (/** @type {Row} */ row) => isReached(row) && ancestors(row).some((above) => found.has(above));
    showThose(rows, (row) => found.has(row) || needed.has(row) || inside(row));
  } else {
    showThose(rows, isReached);
  }
  count(tree, rows, found.size);
  keepOneInReach(rows);
}

/** @param {HTMLElement} tools @param {Row[]} rows @param {() => void} show */
function listenToTools(tools, rows, show) {
  const search = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  search.addEventListener("input", show);
  // Enter in the search would send the form around it.
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      rows.find((row) => !row.item.hidden)?.item.focus();
    }
  });
  tools.querySelector("select")?.addEventListener("change", (event) => {
    event.stopPropagation();
    show();
  });
}

/** Opening, choosing, and moving with keys. @param {HTMLElement} list @param {Row[]} rows @param {() => void} show */
function listenToRows(list, rows, show) {
  list.addEventListener("click", (event) => {
    const row = rowAt(rows, event.target);
    if (row && event.target instanceof Element && event.target.closest(".tree__toggle")) {
      row.open = !row.open;
      show();
    }
  });
  list.addEventListener("change", (event) => {
    const row = rowAt(rows, event.target);
    if (row) {
      spread(row);
      show();
    }
  });
  list.addEventListener("keydown", (event) => {
    const row = rowAt(rows, event.target);
    if (row && press(rows, row, event.key)) {
      event.preventDefault();
      show();
    }
  });
}

/**
 * @param {HTMLElement} list
 * @returns {Row[]}
 */
function rowsOf(list) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Row[]} */
  const path = [];
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(".tree__item"))) {
    const level = Number(item.dataset.level);
    path.length = level - 1;
    const parent = path[level - 2] ?? null;
    const box = item.querySelector("input");
    const text = `${item.querySelector(".tree__label")?.textContent} ${item.dataset.path}`.toLowerCase();
    const row = { item, level, text, box, parent, children: [], open: false };
    parent?.children.push(row);
    path[level - 1] = row;
    rows.push(row);
  }
  return rows;
}

/** @param {Row} row */
function prepare(row) {
  row.item.setAttribute("role", "treeitem");
  row.item.setAttribute("aria-level", String(row.level));
  row.item.tabIndex = -1;
  if (row.box) {
    row.box.tabIndex = -1;
    row.box.setAttribute("aria-hidden", "true");
    if ("fixed" in row.box.dataset) {
      row.box.addEventListener("click", (event) => event.preventDefault());
    }
    tell(row);
  }
}

/** What is chosen takes along all that is below it: those boxes show it, and are not sent. @param {Row} row */
function spread(row) {
  for (const child of row.children) {
    if (child.box && row.box && !("fixed" in child.box.dataset)) {
      const taken = row.box.checked || row.box.disabled;
      child.box.checked = taken || (child.box.checked && !child.box.disabled);
      child.box.disabled = taken;
    }
    spread(child);
    tell(child);
  }
  tell(row);
}

/** @param {Row} row */
function tell(row) {
  if (row.box) {
    row.item.setAttribute("aria-checked", String(row.box.checked));
    row.item.setAttribute("aria-disabled", String(row.box.disabled || "fixed" in row.box.dataset));
  }
}

/** @param {Row} row */
function isSelected(row) {
  return Boolean(row.box?.checked);
}

/** @param {Row} row @param {string[]} words @param {boolean} onlySelected */
function fits(row, words, onlySelected) {
  return words.every((word) => row.text.includes(word)) && (!onlySelected || isSelected(row));
}

/** @param {Row} row @returns {Row[]} */
function ancestors(row) {
  return row.parent ? [row.parent, ...ancestors(row.parent)] : [];
}

/** Whether the row around it shows and is open. @param {Row} row */
function isReached(row) {
  return !row.parent || (!row.parent.item.hidden && row.parent.open);
}

/**
 * Rows come after those around them, so these are decided already.
 * @param {Row[]} rows @param {(row: Row) => boolean} isVisible
 */
function showThose(rows, isVisible) {
  for (const row of rows) {
    row.item.hidden = !isVisible(row);
  }
  for (const row of rows.filter((each) => each.children.length)) {
    row.item.setAttribute("aria-expanded", String(row.children.some((child) => !child.item.hidden)));
  }
}

/** @param {Row} row */
function reveal(row) {
  for (const above of ancestors(row)) {
    above.open = true;
  }
}

/** @param {Row[]} rows @param {EventTarget | null} target */
function rowAt(rows, target) {
  const item = target instanceof Element ? target.closest(".tree__item") : null;
  return rows.find((row) => row.item === item);
}

/** One item is reached with Tab, the others with arrows from there. @param {Row[]} rows */
function keepOneInReach(rows) {
  const visible = rows.filter((row) => !row.item.hidden);
  const current = visible.find((row) => row.item === document.activeElement) ?? visible.find((row) => row.item.tabIndex === 0);
  for (const row of rows) {
    row.item.tabIndex = -1;
  }
  const first = current ?? visible[0];
  if (first) {
    first.item.tabIndex = 0;
  }
}

/**
 * What a key does; whether it does anything.
 * @param {Row[]} rows @param {Row} row @param {string} key
 */
function press(rows, row, key) {
  const visible = rows.filter((each) => !each.item.hidden);
  const at = visible.indexOf(row);
  const isShown = row.item.getAttribute("aria-expanded") === "true";
  if (key === " " && row.box) {
    row.box.click();
  } else if (key === "ArrowRight" && row.children.length && !isShown) {
    row.open = true;
  } else if (key === "ArrowLeft" && isShown && row.open) {
    row.open = false;
  } else if (key === "ArrowLeft") {
    row.parent?.item.focus();
  } else if (key === "ArrowDown" || key === "ArrowRight") {
    visible[at + 1]?.item.focus();
  } else if (key === "ArrowUp") {
    visible[at - 1]?.item.focus();
  } else if (key === "Home" || key === "End") {
    visible.at(key === "Home" ? 0 : -1)?.item.focus();
  } else {
    return false;
  }
  return true;
}

/** @param {HTMLElement} tree @param {Row[]} rows @param {number} shown */
function count(tree, rows, shown) {
  const place = /** @type {HTMLElement} */ (tree.querySelector(".tree__count"));
  const selected = rows.filter((row) => row.box?.checked && !row.box.disabled).length;
  place.textContent = (place.dataset.text ?? "")
    .replace("{shown}", String(shown))
    .replace("{all}", String(rows.length))
    .replace("{selected}", String(selected));
  const nothing = tree.querySelector(".tree__nothing");
  if (nothing instanceof HTMLElement) {
    nothing.hidden = shown > 0 || rows.length === 0;
  }
}

for (const tree of document.querySelectorAll("[data-tree]")) {
  if (tree instanceof HTMLElement) {
    start(tree);
  }
}
