// Parts of a form that matter only for some choices: a control with data-shown-when="provider=smtp" is shown
// while the control "provider" has that value; several values are separated by "|". An option may have it, too.
// Without scripts all are shown, and the server looks at those that matter.

/** @param {HTMLElement} control */
function matters(control) {
  const [name, values] = (control.dataset.shownWhen ?? "").split("=");
  const choice = control.closest("form")?.elements.namedItem(name);
  // Where the choice cannot be changed any more, it is no control: everything stays.
  return !(choice instanceof HTMLSelectElement) || values.split("|").includes(choice.value);
}

/**
 * What is hidden with a control: its row, or its option among others.
 * @param {HTMLElement} control
 */
function partOf(control) {
  return control instanceof HTMLInputElement && control.type === "checkbox" && control.closest("label")
    ? control.closest("label")?.parentElement
    : control.closest(".form-row");
}

/** @param {HTMLSelectElement} select */
function leaveHidden(select) {
  if (select.selectedOptions[0]?.hidden) {
    const first = [...select.options].find((option) => !option.hidden);
    select.value = first?.value ?? "";
  }
}

function showOptions() {
  for (const option of document.querySelectorAll("option[data-shown-when]")) {
    if (option instanceof HTMLOptionElement) {
      option.hidden = !matters(option);
      leaveHidden(/** @type {HTMLSelectElement} */ (option.closest("select")));
    }
  }
}

function show() {
  showOptions();
  for (const control of document.querySelectorAll("[data-shown-when]:not(option)")) {
    const part = control instanceof HTMLElement ? partOf(control) : null;
    if (part instanceof HTMLElement && control instanceof HTMLElement) {
      // An error must not hide, or nobody would know what to correct.
      part.hidden = !matters(control) && !part.querySelector(".errorlist");
    }
  }
  for (const group of document.querySelectorAll("fieldset.module, .optional-group")) {
    const parts = [...group.querySelectorAll(":scope .form-row, :scope .option")];
    if (group instanceof HTMLElement && parts.length) {
      group.hidden = parts.every((part) => part instanceof HTMLElement && part.hidden);
    }
  }
}

if (document.querySelector("[data-shown-when]")) {
  document.addEventListener("change", show);
  show();
}
