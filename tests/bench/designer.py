"""What the designer costs a browser: its weight, its start with 200 steps, dragging, panning, stops of Tab.

    python -m tests.bench.designer [--steps 200] [--json FILE]

Serves the pages from this process with a database of its own, and drives Chromium. Frames are milliseconds
from one to the next while a step is dragged, or the drawing is moved, over all of the screen; CPU is the time
in which the page's scripts ran. Compare ratios of one run: machines are noisy, and a browser without a
graphics card is slow.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import statistics
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "static" / "build"
# `import{a}from"./chunk.js"` and `import"./chunk.js"`; import("./dialog.js") comes later.
STATIC_IMPORT = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
BUDGETS = {"weight_kb": 60, "ready_ms": 1000, "drag_p95_ms": 20, "tab_stops": 20}

# Begins before a drag: notes how long each frame took until it is asked.
WATCH_FRAMES = """() => {
  window.frames_ = []; let last = performance.now();
  const look = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.watching_ = requestAnimationFrame(look);
  };
  window.watching_ = requestAnimationFrame(look);
}"""
STOP = "() => { cancelAnimationFrame(window.watching_); return window.frames_.slice(1); }"
TAB_STOPS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()).length"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    from tools import javascript

    javascript.ensure()
    result = {"weight_kb": weight(), "editor_weight_kb": editor_weight(), **in_a_browser(options.steps)}
    for name, value in result.items():
        budget = BUDGETS.get(name)
        mark = "" if budget is None else f"  (at most {budget}{'' if value <= budget else ': MISSED'})"
        print(f"{name:>24} {value:>10,.1f}{mark}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))


def weight() -> float:
    """Kilobytes of script, compressed as they are sent, before the editor of expressions is loaded."""
    return _weighed(_with_imports("main.js"))


def editor_weight() -> float:
    """Kilobytes that opening the editor of expressions adds to that."""
    (dialog,) = (BUILD / "designer").glob("dialog-*.js")
    return _weighed(_with_imports(dialog.name) - _with_imports("main.js"))


def _with_imports(name: str) -> set[str]:
    """A module of the bundle, and all that a browser loads with it."""
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += STATIC_IMPORT.findall((BUILD / "designer" / name).read_text())
    return found


def _weighed(names: set[str]) -> float:
    return sum(len(gzip.compress((BUILD / "designer" / name).read_bytes(), 9)) for name in names) / 1000


def in_a_browser(steps: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "journeyorch.settings"
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        # As in the tests: without the names that only `collectstatic` gives.
        import django
        from django.conf import settings

        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
        django.setup()
        return _served(steps)


def _served(steps: int) -> dict[str, float]:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.management import call_command
    from django.db import connection
    from django.test.testcases import LiveServerThread

    call_command("migrate", verbosity=0)
    address = _draft(steps)
    connection.close()
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.start()
    server.is_ready.wait()
    try:
        return _driven(f"http://127.0.0.1:{server.port}", address)
    finally:
        server.terminate()


def _draft(steps: int) -> str:
    """A draft of so many steps: conditions of three paths, one below the other, with waits between."""
    from journeyorch.access.models import Sandbox, User
    from journeys import publishing
    from journeys.definition.document import Document

    sandbox = Sandbox.objects.get(name="prod")
    User.objects.create_superuser("anna", password="secret").sandboxes.add(sandbox)
    document = Document.model_validate(
        {"start": ["s0"], "activities": dict(_activity(n, steps) for n in range(steps))}
    )
    return f"/versions/{publishing.create_journey(sandbox, 'Large', by=None, document=document).uid}/design/"


def _activity(number: int, steps: int) -> tuple[str, dict[str, Any]]:
    following = [f"s{child}" for child in range(number * 2 + 1, number * 2 + 3) if child < steps]
    if number == 0:
        return "s0", {"kind": "event", "config": {"event": "Arrival"}, "to": {"next": following[:1]}}
    paths = [{"id": f"p{index}", "label": f"Path {index}", "expression": "true"} for index in range(2)]
    to = {path["id"]: [id] for path, id in zip(paths, following, strict=False)}
    return f"s{number}", {
        "kind": "condition",
        "label": f"Step {number}",
        "config": {"paths": paths},
        "to": to,
    }


def _driven(url: str, address: str) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    from tests.browser import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}/login/?next={address}")
        page.get_by_label("Username").fill("anna")
        page.get_by_label("Password").fill("secret")
        page.keyboard.press("Enter")
        page.locator("[data-step]").first.wait_for()
        found = {**_start(page, url + address), **_dragging(page), **_panning(page)}
        found["tab_stops"] = page.evaluate(TAB_STOPS)
        browser.close()
    return found


def _start(page: Any, address: str) -> dict[str, float]:
    """From the first byte of the page to the drawing, and the time in which scripts ran; medians of five."""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    ready, cpu = [], []
    for _ in range(5):
        page.goto(address)
        page.locator("[data-step]").first.wait_for()
        timing = page.evaluate(
            "() => [performance.getEntriesByType('navigation')[0].responseStart, performance.now()]"
        )
        ready.append(timing[1] - timing[0])
        metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
        cpu.append(metrics["ScriptDuration"] * 1000)
    return {"ready_ms": statistics.median(ready), "start_cpu_ms": statistics.median(cpu)}


def _dragging(page: Any) -> dict[str, float]:
    """An entry of the palette over the drawing, there and back."""
    entry = page.locator(".entry", has_text="Wait").bounding_box()
    page.mouse.move(entry["x"] + 20, entry["y"] + 10)
    page.mouse.down()
    page.mouse.move(500, 300, steps=3)
    page.evaluate(WATCH_FRAMES)
    for _ in range(4):
        page.mouse.move(1200, 600, steps=40)
        page.mouse.move(500, 300, steps=40)
    frames = page.evaluate(STOP)
    page.keyboard.press("Escape")
    page.mouse.up()
    return _of("drag", frames)


def _panning(page: Any) -> dict[str, float]:
    page.mouse.move(900, 800)
    page.mouse.down()
    page.evaluate(WATCH_FRAMES)
    for _ in range(4):
        page.mouse.move(300, 400, steps=40)
        page.mouse.move(900, 800, steps=40)
    frames = page.evaluate(STOP)
    page.mouse.up()
    return _of("pan", frames)


def _of(name: str, frames: list[float]) -> dict[str, float]:
    ordered = sorted(frames)
    return {
        f"{name}_frames": len(frames),
        f"{name}_p50_ms": statistics.median(ordered),
        f"{name}_p95_ms": ordered[int(len(ordered) * 0.95)],
    }


if __name__ == "__main__":
    main()
