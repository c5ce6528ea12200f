"""Finds calls that would break a promise of the product, in Python, templates and scripts.

    python -m tests.forbidden_calls

Imports between packages are import-linter's business (pyproject.toml); this is about single names.
"""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("journeyorch/", "datasources/", "events/", "actions/", "journeys/")
PURE = ("journeyorch/expressions/", "journeys/definition/", "journeys/activities/", "journeys/engine/decide/")


@dataclass(frozen=True)
class Rule:
    """``names`` are forbidden under ``inside``; a name stands for everything below it, too."""

    names: tuple[str, ...]
    why: str
    inside: tuple[str, ...] = ROOMS
    outside: tuple[str, ...] = ()

    def concerns(self, path: str) -> bool:
        return path.startswith(self.inside) and not path.startswith(self.outside or ("\0",))

    def forbids(self, name: str) -> bool:
        return any(name == forbidden or name.startswith(f"{forbidden}.") for forbidden in self.names)


PYTHON_RULES = (
    Rule(("eval", "exec", "__import__"), "text never becomes code; expressions have their own interpreter"),
    Rule(("pickle", "marshal", "shelve", "dill"), "reading these formats runs code"),
    Rule(
        (
            "django.utils.safestring.mark_safe",
            "django.utils.safestring.SafeString()",
            "django.template.Template",
            "django.template.engines",
            "jinja2",
        ),
        "markup is escaped by templates of ours; users write Liquid",
    ),
    Rule(("os.system", "os.popen"), "a shell reads more into a text than was meant"),
    Rule(
        ("requests", "urllib3", "httpx", "http.client", "urllib.request"),
        "all outgoing HTTP passes the guard of journeyorch/outbound",
        # The demo's commands speak to the demo's own server, on this machine only.
        outside=("journeyorch/outbound/", "journeys/management/commands/demo"),
    ),
    Rule(
        (
            "django.utils.timezone.now",
            "django.utils.timezone.localtime",
            "datetime.datetime.now",
            "datetime.datetime.utcnow",
            "datetime.datetime.today",
            "datetime.date.today",
            "time.time",
        ),
        "the engine's time comes in as an argument",
        inside=("journeys/engine/", *PURE),
    ),
    Rule(
        (
            "random.random",
            "random.choice",
            "random.randint",
            "random.shuffle",
            "secrets",
            "uuid.uuid4",
        ),
        "randomness comes in as an argument",
        inside=PURE,
    ),
)

# What is allowed all the same: (path, name) and why.
ALLOWED = {
    ("journeyorch/expressions/evaluate.py", "uuid.uuid4"): "the default of an argument",
    ("journeys/engine/decide/context.py", "uuid.uuid4"): "the expression language's uuid() differs each time",
}

TEMPLATE_PATTERNS = {
    r"\|\s*safe\b|\bautoescape\s+off\b|\|\s*safeseq\b": "templates escape everything",
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")": "the content security policy refuses it",
    r"<style\b|\sstyle\s*=": "the content security policy refuses it",
    r"\son[a-z]+\s*=\s*[\"']|javascript:": "the content security policy refuses it",
}
SCRIPT_PATTERNS = {
    r"\beval\s*\(|\bnew\s+Function\b": "text never becomes code",
    r"\.(inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write": "texts of users are set as text",
}


def find_all() -> list[str]:
    """``path:line: name (why)`` for every use in the files that git knows or would add."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = (path for path in done.stdout.splitlines() if (ROOT / path).is_file())
    return [finding for path in paths for finding in find(path, _text(path))]


def find(path: str, text: str) -> Iterator[str]:
    """The same for one file, by its path in the repository."""
    if path.endswith(".py"):
        yield from _find_in_python(path, text)
    elif path.endswith(".html"):
        yield from _find_patterns(path, text, TEMPLATE_PATTERNS)
    elif path.endswith((".js", ".mjs")) and path.startswith("static/"):
        yield from _find_patterns(path, text, SCRIPT_PATTERNS)


def _text(path: str) -> str:
    readable = path.endswith((".py", ".html", ".js", ".mjs"))
    return (ROOT / path).read_text(encoding="utf-8") if readable else ""


def _find_in_python(path: str, text: str) -> Iterator[str]:
    rules = [rule for rule in PYTHON_RULES if rule.concerns(path)]
    if not rules:
        return
    tree = ast.parse(text, path)
    for line, name in sorted(set(_used_names(tree))):
        for rule in rules:
            if rule.forbids(name) and (path, name) not in ALLOWED:
                yield f"{path}:{line}: {name} ({rule.why})"


def _used_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of all that is imported or used; ``from time import time as t; t`` is time.time."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for local, full in _imported(node):
                aliases[local] = full
                yield node.lineno, full
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Call) and (name := _dotted(node)):
            first, dot, rest = name.partition(".")
            if first in aliases or hasattr(builtins, first):
                yield node.lineno, aliases.get(first, first) + dot + rest


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield alias.asname or alias.name, f"{module}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            first = alias.name.partition(".")[0]
            yield first, first


def _dotted(node: ast.AST) -> str:
    """``a.b.c`` or ``a.b.c()`` of such an expression, else an empty text."""
    if isinstance(node, ast.Call):
        called = _dotted(node.func)
        return f"{called}()" if called else ""
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Load) else ""
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def _find_patterns(path: str, text: str, patterns: dict[str, str]) -> Iterator[str]:
    for pattern, why in patterns.items():
        for match in re.finditer(pattern, text):
            found = match.group().strip()
            if (path, found) not in ALLOWED:
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {found} ({why})"


if __name__ == "__main__":
    findings = find_all()
    print(*findings, sep="\n", end="\n" if findings else "")
    sys.exit(bool(findings))
