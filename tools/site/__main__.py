"""Builds the documentation as a website: python -m tools.site [--folder build/docs]

The pages are those of docs/ and the README, as they stand; index.rst beside this file puts them in order.
The reference of the REST API is made from its own description. Whatever Sphinx complains of (a link that
leads nowhere, a page that no menu leads to) fails the build.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from sphinx.cmd.build import main as sphinx_build

from tools.site.reference import as_markdown

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_START = "start.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "docs")
    folder = parser.parse_args().folder
    source, html = folder / "source", folder / "html"
    shutil.rmtree(folder, ignore_errors=True)
    _gather(source)
    failed = sphinx_build(
        ["-W", "--keep-going", "-n", "-q", "-b", "html", "-c", str(HERE), str(source), str(html)]
    )
    if not failed:
        print(f"{html / 'index.html'}")
    return failed


def _gather(source: Path) -> None:
    """All pages in one folder, with links between them as they are there."""
    shutil.copytree(ROOT / "docs", source)
    for page in source.rglob("*.md"):
        page.write_text(page.read_text().replace("../README.md", _START))
    readme = (ROOT / "README.md").read_text()
    readme = re.sub(r'(\]\(|src="|srcset=")docs/', r"\1", readme).replace("](LICENSE)", "](license.md)")
    (source / _START).write_text(readme)
    licence = (ROOT / "LICENSE").read_text()
    (source / "license.md").write_text(f"# Apache License 2.0\n\n```text\n{licence}\n```\n")
    shutil.copy(HERE / "index.rst", source)
    (source / "api-reference.md").write_text(as_markdown(_description()))


def _description() -> dict[str, Any]:
    """Of the API; it comes from the code alone, so no database is needed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    os.environ.update(DATABASE_URL="sqlite://:memory:", DEBUG="true", LOG_LEVEL="ERROR")
    import django

    django.setup()
    from journeyorch.api.description import description

    return description()


if __name__ == "__main__":
    sys.exit(main())
