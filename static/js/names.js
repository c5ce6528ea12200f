// Names for the controls that Django's admin leaves without one, for screen readers; all are on the page.

/**
 * @param {Element | null} control
 * @param {string | null | undefined} name
 */
function call(control, name) {
  if (control && name?.trim() && !control.getAttribute("aria-label")) {
    control.setAttribute("aria-label", name.trim().replace(/[:?]$/, ""));
  }
}

/** Date and time of a moment: "Date:" stands before the control, without being its label. */
function nameMoments() {
  for (const input of document.querySelectorAll(".datetime input")) {
    const row = input.closest(".form-row, fieldset");
    const what = row?.querySelector("legend, label")?.textContent ?? "";
    call(input, `${what.trim().replace(/:$/, "")} ${input.previousSibling?.textContent?.trim() ?? ""}`);
  }
}

/** Rows that can be deleted: the name of the control is that of its column. */
function nameDeletions() {
  for (const box of document.querySelectorAll("td.delete input")) {
    const heads = box.closest("table")?.querySelectorAll("thead th");
    call(box, heads?.[heads.length - 1]?.textContent);
  }
}

/** A label on something without a role is not read. */
function giveRoles() {
  for (const icon of document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) {
    icon.setAttribute("role", "img");
  }
}

nameMoments();
nameDeletions();
call(document.querySelector("#searchbar"), document.querySelector("#changelist-search img")?.getAttribute("alt"));
// The lists to choose from are built when the page has loaded.
if (document.readyState === "complete") {
  giveRoles();
} else {
  addEventListener("load", () => setTimeout(giveRoles));
}
