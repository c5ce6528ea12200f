"""The catalogues in locale/, and the tool that keeps them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils import translation

from tools import translations

pytestmark = pytest.mark.one_database

CATALOGUES = sorted(translations.LOCALE.glob("*/LC_MESSAGES/*.po"))
PLACES = re.compile(r"%\(\w+\)[sd]|%[sdn](?!\w)|\{\w*(?::\w*)?\}")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_translation_has_the_places_of_its_text(path: Path) -> None:
    wrong = [message.id for message in translations.read(path) if not _has_the_same_places(message)]

    assert wrong == []


def _has_the_same_places(message: Message) -> bool:
    """The forms of a plural have those of the text for many; that for one may leave the number out."""
    texts = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = [message.string] if isinstance(message.string, str) else list(message.string)
    needed, allowed = set(PLACES.findall(texts[0])), set(PLACES.findall(texts[-1]))
    return all(not form or needed <= set(PLACES.findall(form)) <= allowed for form in forms)


@pytest.mark.parametrize(
    ("domain", "texts"),
    [
        ("django", lambda: translations.texts_of_templates(Catalog())),
        ("djangojs", translations.texts_of_scripts),
    ],
    ids=["templates", "scripts"],
)
def test_nearly_every_text_is_translated(domain: str, texts: Callable[[], Catalog]) -> None:
    """Nearly: whoever adds a text need not know the language."""
    catalogue = translations.read(translations.LOCALE / "de" / "LC_MESSAGES" / f"{domain}.po")

    assert _share(texts(), catalogue) > 0.9


def _share(texts: Catalog, catalogue: Catalog) -> float:
    found = [catalogue.get(text.id, text.context) for text in texts if text.id]
    return sum(bool(entry and translations.is_translated(entry)) for entry in found) / len(found)


def test_every_language_that_can_be_chosen_has_catalogues() -> None:
    assert [code for code, _name in settings.LANGUAGES] == ["en", *translations.languages()]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('gettext("Close")', [("Close",)]),
        ('gettext(\n  "One, " +\n    "in two pieces",\n)', [("One, in two pieces",)]),
        ('ngettext("%(n)s day", "%(n)s days", n)', [("%(n)s day", "%(n)s days")]),
        (
            'html`<p>${many ? html`<b>${gettext("Nested")}</b>` : gettext("too")}</p>`',
            [("Nested",), ("too",)],
        ),
        (r'gettext("Say \"please\"\u2026")', [('Say "please"…',)]),
        ('gettext(title) || gettext("a" + b) || ungettext("no")', []),
    ],
    ids=["plain", "joined", "plural", "in templates", "escaped", "known at run time"],
)
def test_texts_of_scripts_are_found(script: str, found: list[tuple[str, ...]]) -> None:
    assert list(translations.calls_in_script(script)) == found


@pytest.fixture
def a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of French catalogues, of a product with one text."""
    monkeypatch.setattr(translations, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations.explain, "phrases", set)
    monkeypatch.setattr(translations.offers, "phrases", set)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('<h1>{% translate "Journeys" %}</h1>')
    translations.update(["fr"])
    return tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def test_a_translation_is_kept_while_its_text_is_used(a_language: Path) -> None:
    a_language.write_text(a_language.read_text().replace('msgstr ""\n', 'msgstr "Parcours"\n').replace(
        'msgid ""\nmsgstr "Parcours"', 'msgid ""\nmsgstr ""'
    ))  # fmt: skip
    page = a_language.parents[3] / "templates" / "page.html"
    page.write_text(page.read_text() + '{% translate "People" %}')

    translations.update(["fr"])

    kept = {message.id: message.string for message in translations.read(a_language) if message.id}
    assert kept == {"Journeys": "Parcours", "People": ""}

    page.write_text("")
    translations.update(["fr"])

    assert "Parcours" not in a_language.read_text()


def test_an_update_without_a_change_writes_the_same_file(a_language: Path) -> None:
    before = a_language.read_bytes()

    translations.update(["fr"])

    assert a_language.read_bytes() == before


def test_plural_forms_follow_the_rule_of_the_language() -> None:
    translations.compile_catalogues()

    with translation.override("de"):
        said = [translation.ngettext("%d row", "%d rows", n) % n for n in (0, 1, 2)]

    assert said == ["0 Zeilen", "1 Zeile", "2 Zeilen"]


TEMPLATES = translations.ROOT / "templates"
#: No words for readers: comments, names of classes, what has been translated, tags, markup of codes and keys.
NOT_WORDS = re.compile(
    r"{% comment %}.*?{% endcomment %}|{#.*?#}"
    r"|{% block (?:width|bodyclass|coltype) %}.*?{% endblock %}"
    r"|{% blocktranslate.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}"
    r"|<(script|style|kbd|code|pre|option)\b.*?</\1>|<[^>]*>|&\w+;",
    re.DOTALL,
)
SPOKEN = re.compile(r'(?:aria-label|title|placeholder|alt)="([^"{]+)"')
#: The same in every language, or an example.
NAMES = {"Journeyorch", "CSV", "openapi.json", "id", "ms", "Ctrl+K", "true", "false"}


def test_no_page_has_words_that_cannot_be_translated() -> None:
    found = {
        template.relative_to(TEMPLATES).as_posix(): left
        for template in TEMPLATES.rglob("*.html")
        # The demo's catcher is a program of its own, without Django's translations.
        if template.parent.name != "demo" and (left := _untranslatable(template.read_text()))
    }

    assert found == {}


def _untranslatable(page: str) -> set[str]:
    texts = [*NOT_WORDS.sub("\n", page).splitlines(), *SPOKEN.findall(page)]
    return {word for text in texts for word in re.findall(r"[A-Za-z][\w.+]+", text)} - NAMES


def test_no_text_hides_from_the_catalogues_in_an_f_string() -> None:
    """The extraction reads no code inside of strings."""
    hidden = re.compile(r"""\bf["'][^\n]*\{n?(?:_|p?gettext(?:_lazy)?)\(""")
    paths = [path for room in translations.ROOMS for path in (translations.ROOT / room).rglob("*.py")]

    assert [path.name for path in paths if hidden.search(path.read_text())] == []


def test_words_beside_the_catalogues_are_noticed() -> None:
    page = '<h1 title="Not this">{% translate "Good" %}</h1> <p class="page">{{ name }} plain words</p>'

    assert _untranslatable(page) == {"Not", "this", "plain", "words"}
