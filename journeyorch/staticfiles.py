"""Hashed static files, so that browsers may keep them for ever."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: Modules that are served as they are only with DEBUG; otherwise pages load the bundle (tools/javascript.py).
SOURCES = "designer/"
#: Bundles: their parts have hashes in their names already, and import each other in circles.
BUNDLES = "build/"


def module_of(name: str) -> str:
    """A module of the designer as a page loads it: as it is written, or bundled for browsers."""
    return f"{SOURCES if settings.DEBUG else f'{BUNDLES}{SOURCES}'}{name}"


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, with the imports of JavaScript modules rewritten to them."""

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *args: Any, **options: Any) -> Callable[[re.Match[str]], str]:
        """Leaves alone the parts of bundles, and types in comments, such as ``{import("./x.js").X}``.

        Files that name each other in a circle would get new hashes for ever.
        """
        converter: Callable[[re.Match[str]], str] = super().url_converter(name, *args, **options)

        def convert(match: re.Match[str]) -> str:
            is_type = match.string[: match.start()].endswith("{")
            return match[0] if is_type or name.startswith(BUNDLES) else converter(match)

        return convert

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        """Without the sources of bundles, whose imports are deeper than Django follows them."""
        served = {name: path for name, path in paths.items() if not name.startswith(SOURCES)}
        yield from super().post_process(served, *args, **options)
