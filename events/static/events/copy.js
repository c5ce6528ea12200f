// Buttons that copy the text of another element; they say so for two seconds.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.getAttribute("data-copy") ?? "");
    await navigator.clipboard.writeText(source?.textContent ?? "");
    const text = button.textContent;
    button.textContent = "✓";
    setTimeout(() => {
      button.textContent = text;
    }, 2000);
  });
}
