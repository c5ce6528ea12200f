// Searching in a long list of check boxes (datasources/groups.html), and looking at the selected ones alone.
// Which options matter for the chosen class is the business of choices.js, which hides the others.

/** @param {HTMLElement} list */
function start(list) {
  const tools = /** @type {HTMLElement} */ (list.querySelector(".tree__tools"));
  const search = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  const filter = /** @type {HTMLSelectElement} */ (tools.querySelector("select"));
  tools.hidden = false;

  const show = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const option of list.querySelectorAll(".option")) {
      const text = option.textContent?.toLowerCase() ?? "";
      const unwanted = filter.value === "selected" && !option.querySelector("input:checked");
      option.toggleAttribute("data-unmatched", unwanted || !words.every((word) => text.includes(word)));
    }
    for (const group of list.querySelectorAll(".optional-group")) {
      group.toggleAttribute("data-unmatched", !group.querySelector(".option:not([data-unmatched])"));
    }
  };

  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => {
    // It would send the form around it.
    if (event.key === "Enter") {
      event.preventDefault();
    }
  });
  filter.addEventListener("change", show);
}

for (const list of document.querySelectorAll("[data-searchable]")) {
  if (list instanceof HTMLElement) {
    start(list);
  }
}
