"""The reference: functions, codes and corners from where they are defined, for documentation and editors.

``python -m journeyorch.expressions.reference docs/expressions.md`` brings the page up to date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import functions as functions  # importing them is what fills the registry
from .codes import FAILURES, PROBLEMS
from .corners import CORNERS, SAMPLE
from .registry import FUNCTIONS, Function

END = "<!-- end -->"


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
    examples = _examples({one["source"]: one["result"] for one in entry["examples"]})
    return [f"#### {entry['name']}", "", entry["help"], "", *forms, "", "```", *examples, "```", ""]


def codes_page() -> str:
    """Two tables: what the checker finds, and what comes up while evaluating."""
    return "\n".join(
        [*_table("found by the checker", PROBLEMS), "", *_table("found in evaluating", FAILURES), ""]
    )


def _table(title: str, codes: dict[str, str]) -> list[str]:
    return [f"| {title} | |", "|---|---|", *(f"| `{code}` | {text} |" for code, text in codes.items())]


def corners_page() -> str:
    """Every decision with its examples."""
    data = json.dumps(SAMPLE, ensure_ascii=False)
    lines = [f"The examples have this as the payload of the event `E`: `{data}`", ""]
    for corner in CORNERS:
        lines += [
            f"* {corner.text}",
            "",
            "  ```",
            *(f"  {line}" for line in _examples(corner.examples)),
            "  ```",
            "",
        ]
    return "\n".join(lines)


def _examples(examples: dict[str, Any]) -> list[str]:
    return [f"{source}  →  {_result(result)}" for source, result in examples.items()]


def _result(result: Any) -> str:
    is_code = isinstance(result, str) and result.startswith("ERR_EXPR_")
    return str(result) if is_code else json.dumps(result, ensure_ascii=False)


_PARTS: dict[str, Callable[[], str]] = {
    "codes": codes_page,
    "corners": corners_page,
    "functions": functions_page,
}


def with_parts(page: str) -> str:
    """The page with what stands between its marks made anew. Raises ``ValueError`` where it has none."""
    for name, make in _PARTS.items():
        begin = f"<!-- {name}: made by journeyorch.expressions.reference, do not edit by hand -->"
        before, _, rest = page.partition(begin)
        _, end, after = rest.partition(END)
        if not end:
            raise ValueError(f"The page has no place for the {name}. Put the two marks back.")
        page = f"{before}{begin}\n\n{make()}\n{END}{after}"
    return page


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_parts(target.read_text(encoding="utf-8")), encoding="utf-8")
