"""Hashed static files, so that browsers may keep them for ever."""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

#: Modules that are served as they are only with DEBUG; otherwise pages load the bundle (tools/javascript.py).
SOURCES = "designer/"


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, with the imports of JavaScript modules rewritten to them."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        """Without the sources of bundles, whose imports are deeper than Django follows them."""
        served = {name: path for name, path in paths.items() if not name.startswith(SOURCES)}
        yield from super().post_process(served, *args, **options)
