"""Keeps the catalogues of translations in locale/, without GNU gettext.

    python -m tools.translations              brings every .po file up to date with the sources, and compiles
    python -m tools.translations --new fr     begins a language
    python -m tools.translations --compile    compiles only: .po files are read by people, .mo files by Django

Each language has two catalogues: ``django`` with the texts of Python and templates, ``djangojs`` with those
of scripts. A text stands beside the first file it was found in, without its line, so that a catalogue changes
where texts change and nowhere else. A text that is not used any more goes; what has no translation stays
as it is written.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from journeyorch.expressions import explain, offers
from tools.javascript import ROOT

LOCALE = ROOT / "locale"
ROOMS = ("journeyorch", "datasources", "events", "actions", "journeys")
#: What marks a text in Python, and which arguments are the text; ``c`` is the context of ``pgettext``.
MARKS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "phrase", "sentence")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.translations", description=__doc__.split("\n")[0])
    parser.add_argument("--compile", action="store_true", help="only compile what is there")
    parser.add_argument("--new", metavar="LANGUAGE", help="begin the catalogues of a language, such as fr")
    wanted = parser.parse_args(arguments)
    if not wanted.compile:
        update([*languages(), *([wanted.new] if wanted.new else [])])
    compile_catalogues()
    return 0


def languages() -> list[str]:
    """Those that there are catalogues for."""
    return sorted(folder.parent.name for folder in LOCALE.glob("*/LC_MESSAGES"))


def update(wanted: list[str]) -> None:
    """Write the catalogues of these languages anew, with the translations that they have."""
    for domain, template in (("django", texts_of_pages()), ("djangojs", texts_of_scripts())):
        for language in wanted:
            path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
            catalogue = read(path) if path.exists() else Catalog(locale=language)
            catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
            _write(path, catalogue)
            missing = sum(not is_translated(message) for message in catalogue if message.id)
            print(f"{path.relative_to(ROOT)}: {len(catalogue)} texts, {missing} without a translation")


def read(path: Path) -> Catalog:
    """The catalogue of a .po file, whose folder says the language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def is_translated(message: Message) -> bool:
    """Whether it has a translation, in all its plural forms."""
    forms = (message.string,) if isinstance(message.id, str) else message.string
    return bool(forms) and all(forms)


def compile_catalogues() -> None:
    """Write a .mo file beside each .po file that has changed since; what is marked fuzzy is left out."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        with compiled.open("wb") as file:
            write_mo(file, read(path))


def texts_of_pages() -> Catalog:
    """The texts of Python and of templates."""
    found = Catalog()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            _add(found, path, path.read_bytes())
    for module in (explain, offers):
        for text in sorted(module.phrases()):
            _note(
                found, text, ROOT / "journeyorch" / "expressions" / f"{module.__name__.rpartition('.')[2]}.py"
            )
    return texts_of_templates(found)


def texts_of_templates(found: Catalog) -> Catalog:
    """Those that are known already, and the texts of templates."""
    for path in sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file()):
        _add(found, path, _as_python(path).encode())
    return found


def texts_of_scripts() -> Catalog:
    """The texts of scripts."""
    found = Catalog()
    for path in sorted((ROOT / "static").glob("[dj]*/**/*.js")):
        for texts in calls_in_script(path.read_text()):
            _note(found, texts if len(texts) > 1 else texts[0], path)
    return found


def calls_in_script(script: str) -> Iterator[tuple[str, ...]]:
    """The texts of each call of ``gettext`` (one) and ``ngettext`` (two).

    By a pattern, not by a parser: most calls stand in templates inside of templates, where Babel's lexer
    loses its way. Texts are in double quotes, as the rest of our scripts; long ones are joined by ``+``.
    """
    for call in _CALL.finditer(script):
        texts = [call["one"], call["many"]] if call["plural"] else [call["one"]]
        yield tuple("".join(json.loads(part) for part in _STRING.findall(text or "")) for text in texts)


_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_JOINED = rf"{_STRING.pattern}(?:\s*\+\s*{_STRING.pattern})*"
_CALL = re.compile(
    rf"\b(?:(?P<plural>ngettext)|gettext)\(\s*(?P<one>{_JOINED})(?(plural)\s*,\s*(?P<many>{_JOINED}))\s*[,)]"
)


def _add(found: Catalog, path: Path, python: bytes) -> None:
    for _line, message, _comments, context in extract("python", io.BytesIO(python), MARKS):
        _note(found, message, path, context)


def _note(found: Catalog, message: str | tuple[str, ...], path: Path, context: str | None = None) -> None:
    """The text with the file, if it is the first one: lines would change all the time."""
    known = found.get(message if isinstance(message, str) else message[0], context)
    found.add(message, locations=[] if known else [(path.relative_to(ROOT).as_posix(), 1)], context=context)


def _as_python(template: Path) -> str:
    """The calls of gettext that a template comes to; in brackets, so that indentation means nothing."""
    # Django's own reader of templates; it needs no settings to be set up, and only this needs Django at all.
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    return f"(\n{templatize(template.read_text(), origin=str(template))}\n)"


def _write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(_HEADER.format(language=catalogue.locale, plural_forms=catalogue.plural_forms).encode())
        write_po(file, catalogue, width=0, include_lineno=False, ignore_obsolete=True, omit_header=True)


#: Babel's own one has the time of every run in it.
_HEADER = """\
# docs/contributing.md says how this file is kept.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
