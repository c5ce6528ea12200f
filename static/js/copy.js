// Buttons that copy the text of another element; they say so for two seconds.

/** @param {HTMLElement} source */
async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    // Browsers give the clipboard only to pages by HTTPS: then the text is selected, for Ctrl+C.
    getSelection()?.selectAllChildren(source);
    return false;
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  // Not when it is pressed: it may be pressed again while it says that it has copied.
  const text = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.getAttribute("data-copy") ?? "");
    if (!source || !(await copy(source))) {
      return;
    }
    button.textContent = "✓";
    setTimeout(() => {
      button.textContent = text;
    }, 2000);
  });
}
