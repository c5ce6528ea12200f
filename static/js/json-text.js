// A text that must be JSON, and that no page shows again (data-json says so in words): what is none stays in the
// form, which is not sent, so that nothing has to be typed twice for a missing comma.

/** @param {HTMLTextAreaElement} area */
function problemOf(area) {
  if (!area.offsetParent || !area.value.trim()) {
    return ""; // of another choice, or left as it was
  }
  try {
    JSON.parse(area.value);
    return "";
  } catch (error) {
    return `${area.dataset.json ?? ""} ${error instanceof Error ? error.message : ""}`;
  }
}

for (const area of document.querySelectorAll("textarea[data-json]")) {
  if (area instanceof HTMLTextAreaElement) {
    area.form?.addEventListener("submit", (event) => {
      area.setCustomValidity(problemOf(area));
      if (!area.reportValidity()) {
        event.preventDefault();
      }
    });
    // Any change is a new try; what is hidden by one must not keep the form back.
    area.form?.addEventListener("input", () => area.setCustomValidity(""));
  }
}
