// The search over everything: a dialog with one field, whose hits are chosen by arrow keys without leaving it.

const dialog = document.getElementById("finder");
const field = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const status = dialog?.querySelector("[role=status]");
const PAUSE = 150;

/** @typedef {{title: string, hits: {label: string, url: string, note: string}[]}} Group */

let asked = 0;
let timer = 0;
/** The words that the hits are for. */
let shownFor = "";
/** Enter came before the hits did. */
let isWanted = false;

export function openFinder() {
  if (dialog instanceof HTMLDialogElement && field) {
    isWanted = false;
    dialog.showModal();
    field.select();
  }
}

function words() {
  return field?.value.trim() ?? "";
}

async function ask() {
  clearTimeout(timer);
  const text = words();
  const turn = ++asked;
  const url = `${dialog?.dataset.url}?${new URLSearchParams({ q: text })}`;
  try {
    const answer = text ? await fetch(url, { headers: { Accept: "application/json" } }) : null;
    const groups = answer ? (await answer.json()).groups : [];
    // A slow answer must not replace a newer one.
    if (turn === asked) {
      show(groups, text);
      enterIfWanted();
    }
  } catch {
    if (turn === asked) {
      isWanted = false;
      say(dialog?.querySelector("[data-away]")?.getAttribute("data-away") ?? "");
    }
  }
}

/** The hits that are shown hold, whatever is under way: somebody chooses among them. */
function settle() {
  clearTimeout(timer);
  asked += 1;
  shownFor = words();
  isWanted = false;
}

function enterIfWanted() {
  if (isWanted && dialog instanceof HTMLDialogElement && dialog.open) {
    enter();
  }
  isWanted = false;
}

function enter() {
  options()
    .find((each) => each.getAttribute("aria-selected") === "true")
    ?.click();
}

/** @param {Group[]} groups @param {string} text */
function show(groups, text) {
  shownFor = text;
  list?.replaceChildren(...groups.map(grouped));
  const n = options().length;
  field?.setAttribute("aria-expanded", String(n > 0));
  choose(options()[0]);
  const told = status instanceof HTMLElement ? status.dataset : {};
  const found = n === 1 ? told.one : told.some;
  say(n ? (found ?? "").replace("%n", String(n)) : text ? (told.none ?? "") : "");
}

/** @param {Group} group @param {number} index */
function grouped(group, index) {
  const part = document.createElement("div");
  part.setAttribute("role", "group");
  part.setAttribute("aria-label", group.title);
  const title = document.createElement("p");
  title.textContent = group.title;
  title.setAttribute("aria-hidden", "true");
  part.append(title, ...group.hits.map((hit, place) => option(hit, `hit-${index}-${place}`)));
  return part;
}

/** @param {{label: string, url: string, note: string}} hit @param {string} id */
function option(hit, id) {
  const link = document.createElement("a");
  link.id = id;
  link.href = hit.url;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  link.textContent = hit.label;
  const note = document.createElement("span");
  note.textContent = hit.note;
  link.append(" ", note);
  return link;
}

/** @returns {HTMLAnchorElement[]} */
function options() {
  return [...(list?.querySelectorAll("a") ?? [])];
}

/** @param {HTMLAnchorElement | undefined} chosen */
function choose(chosen) {
  for (const each of options()) {
    each.setAttribute("aria-selected", String(each === chosen));
  }
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) {
    field?.setAttribute("aria-activedescendant", chosen.id);
  } else {
    field?.removeAttribute("aria-activedescendant");
  }
}

/** @param {string} text */
function say(text) {
  if (status) {
    status.textContent = text;
  }
}

/** @param {number} step */
function move(step) {
  const all = options();
  if (all.length) {
    settle();
  }
  const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
  choose(all[(at + step + all.length) % all.length]);
}

field?.addEventListener("input", () => {
  isWanted = false;
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
field?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (shownFor === words()) {
      enter();
    } else {
      // What is shown is for other words: where it leads is not what was meant.
      isWanted = true;
      void ask();
    }
  }
});
list?.addEventListener("mousedown", settle);
