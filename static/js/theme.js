// Before anything is drawn, so that no page flashes in the wrong colours; hence no module. The key is the
// one that Django's admin used.
(() => {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
})();
