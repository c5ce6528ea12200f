"""axe-core on a page: all rules in light and wide, and once more in dark and narrow what depends on looks."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SCRIPT = Axe().axe_script
_SHARED = {
    "resultTypes": ["violations"],
    # Style sheets would be fetched once more, for a rule about turning phones that no sheet of ours breaks.
    "preload": False,
}
RULES = {
    **_SHARED,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {
        # The corners of Django's tables of rows have no heading; that is no fault by WCAG.
        "empty-table-header": {"enabled": False},
        # Narrow is where it is tight.
        "target-size": {"enabled": False},
    },
}
LOOKS = {**_SHARED, "runOnly": ["color-contrast", "link-in-text-block", "target-size"]}

# Half of the time would go into contrasts, on page after page those of the same colours. What decides about a
# contrast is put into a word: colours, size and weight of the text, and all that lies behind it. Texts whose
# word is known are not looked at again.
_MARK = """known => {
  const seen = new Set(known), fresh = new Set(), behind = new Map();
  const backgroundOf = element => {
    if (!element) return "";
    if (!behind.has(element)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
      const isOpaque = backgroundColor.startsWith("rgb(") && backgroundImage === "none" && opacity === "1";
      const own = [backgroundColor, backgroundImage, opacity].join();
      behind.set(element, isOpaque ? own : own + ">" + backgroundOf(element.parentElement));
    }
    return behind.get(element);
  };
  for (const element of document.body.querySelectorAll("*")) {
    const isText = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    element.removeAttribute("data-new-look");
    if ((isText || "value" in element) && element.checkVisibility({ visibilityProperty: true })) {
      const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
      const look = [color, fontSize, fontWeight, textShadow, backgroundOf(element)].join();
      if (!seen.has(look)) {
        fresh.add(look);
        element.setAttribute("data-new-look", "");
      }
    }
  }
  return [...fresh];
}"""
_RUN = "options => axe.run(options).then(({ violations }) => violations)"


class Looker:
    """Looks at pages of one test, one after the other; the context must let scripts in (``bypass_csp``)."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._looks: set[str] = set()

    def faults(self) -> list[str]:
        """Of the page as it is now, a line each."""
        self._show(color_scheme="light", width=1440, height=900)
        self.page.evaluate(_SCRIPT)
        self.page.evaluate(
            "axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-new-look]' }] })"
        )
        found = self._run(RULES)
        self._show(color_scheme="dark", width=390, height=844)
        found += self._run(LOOKS)
        return [
            f"{self.page.url}: {fault['id']}: {node['target'][-1]}: {node['html'][:200]}"
            for fault in found
            for node in fault["nodes"]
        ]

    def _show(self, *, color_scheme: Any, width: int, height: int) -> None:
        self.page.emulate_media(color_scheme=color_scheme)
        self.page.set_viewport_size({"width": width, "height": height})
        # Colours that are still on their way from light to dark would be judged as they are half-way.
        self.page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")

    def _run(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        fresh = self.page.evaluate(_MARK, [*self._looks])
        found: list[dict[str, Any]] = self.page.evaluate(_RUN, options)
        self._looks.update(fresh)
        return found
