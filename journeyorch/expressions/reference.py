"""The reference of the functions, made from the registry; autocompletion and the documentation show the same.

``python -m journeyorch.expressions.reference docs/expressions.md`` brings the page up to date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from . import functions as functions  # importing them is what fills the registry
from .registry import FUNCTIONS, Function

BEGIN = "<!-- functions: made by journeyorch.expressions.reference, do not edit by hand -->"
END = "<!-- end of functions -->"


def catalogue() -> list[dict[str, Any]]:
    """Every function for autocompletion: name, category, help, signatures, examples (source and result)."""
    return [
        {
            "name": entry.name,
            "category": entry.category,
            "help": entry.help,
            "signatures": signatures(entry),
            "examples": [{"source": source, "result": result} for source, result in entry.examples.items()],
        }
        for entry in sorted(FUNCTIONS.values(), key=lambda entry: (entry.category, entry.name))
    ]


def signatures(entry: Function) -> list[str]:
    """How a function may be written: ``substr(string, integer[, integer]) → string``."""
    return list(dict.fromkeys(signature.describe(entry.name) for signature in entry.signatures))


def functions_page() -> str:
    """The reference in Markdown, one section per category."""
    lines: list[str] = []
    category = ""
    for entry in catalogue():
        if entry["category"] != category:
            category = entry["category"]
            lines += [f"### {category.capitalize()}", ""]
        lines += _entry_lines(entry)
    return "\n".join(lines).rstrip() + "\n"


def _entry_lines(entry: dict[str, Any]) -> list[str]:
    forms = [f"- `{signature}`" for signature in entry["signatures"]]
    examples = [
        f"{one['source']}  →  {json.dumps(one['result'], ensure_ascii=False)}" for one in entry["examples"]
    ]
    return [f"#### {entry['name']}", "", entry["help"], "", *forms, "", "```", *examples, "```", ""]


def with_functions(page: str) -> str:
    """The page with the part between the marks made anew. Raises ``ValueError`` for a page without marks."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError("The page has no place for the functions. Put the two marks back.")
    return f"{before}{BEGIN}\n\n{functions_page()}\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_functions(target.read_text(encoding="utf-8")), encoding="utf-8")
