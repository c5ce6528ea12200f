// What every page does: choosing colours, closing menus, sending forms once; keys are in a file of their own.

import "./keys.js";

/** @param {string} theme "auto", "light" or "dark" */
function choose(theme) {
  if (theme === "auto") {
    localStorage.removeItem("theme");
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem("theme", theme);
    document.documentElement.dataset.theme = theme;
  }
  showChosen();
}

function showChosen() {
  const theme = document.documentElement.dataset.theme ?? "auto";
  for (const button of themeButtons()) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

/** @returns {NodeListOf<HTMLElement>} */
function themeButtons() {
  return document.querySelectorAll("[data-theme-choice]");
}

/** @param {Node | null} except the menu that stays open */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!except || !menu.contains(except)) {
      menu.removeAttribute("open");
    }
  }
}

for (const button of themeButtons()) {
  button.addEventListener("click", () => choose(button.dataset.themeChoice ?? "auto"));
}
showChosen();

document.addEventListener("click", (event) => closeMenus(/** @type {Node} */ (event.target)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const summary = document.activeElement?.closest("details.menu[open]")?.querySelector("summary");
    closeMenus(null);
    summary?.focus();
  }
});

/** Forms whose answer is under way. @type {WeakSet<HTMLFormElement>} */
const sent = new WeakSet();
// Longer than anybody presses a button again by mistake. After that the answer has been given up.
const SENT_FOR = 5000;

// Whoever clicks twice, or once more because nothing happens yet, means it once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // The property `method` may be a field of that name.
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.getAttribute("method") !== "post") {
    return;
  }
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  setTimeout(() => sent.delete(form), SENT_FOR);
});
// On phones a row of tabs is wider than the screen: the one that is open is to be seen.
for (const tab of document.querySelectorAll(":is(.tabs, .topbar__tabs) [aria-current]")) {
  const row = tab.closest(".tabs, .topbar__tabs");
  if (row) {
    const [inside, around] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += inside.left + inside.width / 2 - around.left - around.width / 2;
  }
}
// Filters that send themselves keep their button for those without scripts.
for (const form of document.querySelectorAll("form[data-sends-itself]")) {
  form.addEventListener("change", () => /** @type {HTMLFormElement} */ (form).requestSubmit());
}
