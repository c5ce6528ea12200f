// What is chosen in one control fills another one: an option with data-fills="namespace=Email" has the control
// "namespace" hold Email, unless somebody has put something else there. Without scripts it stays empty.

/** @param {HTMLSelectElement} select */
function start(select) {
  let filled = "";
  select.addEventListener("change", () => {
    const [name, value] = (select.selectedOptions[0]?.dataset.fills ?? "").split("=");
    const other = name ? select.form?.elements.namedItem(name) : null;
    if (!(other instanceof HTMLSelectElement) || (other.value && other.value !== filled)) {
      return;
    }
    if ([...other.options].some((option) => option.value === value)) {
      other.value = filled = value;
    }
  });
}

for (const select of document.querySelectorAll("select:has(option[data-fills])")) {
  if (select instanceof HTMLSelectElement) {
    start(select);
  }
}
