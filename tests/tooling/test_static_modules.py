"""What pages load as it is, without a bundle."""

from __future__ import annotations

import re

from django.conf import settings

from journeyorch.staticfiles import SOURCES

_IMPORT = re.compile(r"^(?:import|export)\b[^;]*?from \"([^\"]+)\";", re.MULTILINE)


def test_no_module_of_a_page_imports_the_source_of_a_bundle() -> None:
    """Those get no names with hashes: outside of DEBUG such an import is a page that is not there."""
    folder = settings.BASE_DIR / "static"
    imported = {
        (str(module.relative_to(folder)), str((module.parent / name).resolve().relative_to(folder)))
        for module in (folder / "js").glob("*.js")
        for name in _IMPORT.findall(module.read_text())
        if name.startswith(".")
    }

    assert ("js/payload-tree.js", "js/history.js") in imported
    assert [pair for pair in sorted(imported) if pair[1].startswith(SOURCES)] == []
