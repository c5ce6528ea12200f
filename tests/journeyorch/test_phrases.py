"""Sentences that remember what they were made of."""

from __future__ import annotations

import copy
import pickle

import orjson
import pytest

from journeyorch.phrases import Phrase, in_words, phrase, said, sentence

GERMAN = {
    "No channel sends {title} messages.": "Kein Kanal sendet Nachrichten der Art {title}.",
    "Email": "E-Mail",
    "The parts add up to {total:g} %.": "Die Teile ergeben {total:g} %.",
    "Nobody answered.": "Niemand hat geantwortet.",
    "Theft of {name}": "Diebstahl von {name}",
    "Theft of {name} from the larder ({when})": "Diebstahl von {name} aus der Kammer ({when})",
    "Nothing came. {problem}": "Nichts kam. {problem}",
}
THEFT, FROM_THE_LARDER = sentence("Theft of {name}"), sentence("Theft of {name} from the larder ({when})")
NOTHING_CAME = sentence("Nothing came. {problem}")


def in_german(text: str) -> str:
    return GERMAN.get(text, text)


def test_a_phrase_is_a_plain_english_text_for_everybody_but_pages() -> None:
    message = phrase("No channel sends {title} messages.", title=phrase("Email"))

    assert message == "No channel sends Email messages."
    assert orjson.loads(orjson.dumps([message])) == ["No channel sends Email messages."]


def test_a_page_says_it_with_its_values_in_the_readers_language() -> None:
    message = phrase("No channel sends {title} messages.", title=phrase("Email"))

    assert said(message, in_german) == "Kein Kanal sendet Nachrichten der Art E-Mail."
    assert (
        said(phrase("The parts add up to {total:g} %.", total=90.0), in_german) == "Die Teile ergeben 90 %."
    )


def test_values_are_never_taken_for_places() -> None:
    message = phrase("“{name}” is missing.", name="{0} {title}")

    assert said(message, in_german) == "“{0} {title}” is missing."
    assert said(phrase("Write {…}."), in_german) == "Write {…}."


def test_what_is_no_phrase_stays_as_it_is() -> None:
    assert said("Email", in_german) == "Email"


def test_a_copy_can_still_be_said_in_another_language() -> None:
    message = phrase("The parts add up to {total:g} %.", total=90.0)

    for twin in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):  # noqa: S301 - our own bytes
        assert said(twin, in_german) == "Die Teile ergeben 90 %."


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        ("Nobody answered.", "Niemand hat geantwortet."),
        (THEFT(name="Brie {when} (50 %)"), "Diebstahl von Brie {when} (50 %)"),
        (THEFT(name="two\nlines"), "Diebstahl von two\nlines"),
        (FROM_THE_LARDER(name="ham", when="May"), "Diebstahl von ham aus der Kammer (May)"),
        (NOTHING_CAME(problem="Nobody answered."), "Nichts kam. Niemand hat geantwortet."),
        (NOTHING_CAME(problem=NOTHING_CAME(problem="Oops.")), "Nichts kam. Nichts kam. Oops."),
        ("Their words: Theft of ham", "Their words: Theft of ham"),
        (THEFT(name="Email"), "Diebstahl von Email"),
        ("", ""),
    ],
    ids=[
        "no place",
        "signs",
        "lines",
        "most of its own",
        "one in another",
        "two in another",
        "somebody else's",
        "a name",
        "",
    ],
)
def test_a_stored_sentence_is_read_in_the_readers_language(stored: str, german: str) -> None:
    """It is a plain text by then."""
    stored = str(stored)
    assert not isinstance(stored, Phrase)
    assert in_words(stored, in_german) == german


BECAUSE = sentence("The theft failed: {reasons}.", "reasons")


@pytest.mark.parametrize(
    ("reasons", "german"),
    [
        ("Nobody answered.", "Niemand hat geantwortet."),
        ("Theft of ham; Nobody answered.", "Diebstahl von ham; Niemand hat geantwortet."),
        ("Nobody answered. Theft of ham", "Niemand hat geantwortet. Diebstahl von ham"),
        ("It was Tuesday. Nobody answered. Oops", "It was Tuesday. Niemand hat geantwortet. Oops"),
        ("Email", "E-Mail"),
        ("Oops; oh dear", "Oops; oh dear"),
    ],
    ids=["one", "two", "one after another", "an unknown one", "a word", "none is known"],
)
def test_a_sentence_says_which_of_its_places_hold_our_own_words(reasons: str, german: str) -> None:
    catalogue = {**GERMAN, BECAUSE.text: "Der Diebstahl scheiterte: {reasons}."}

    def translate(text: str) -> str:
        return catalogue.get(text, text)

    stored = str(BECAUSE(reasons=reasons))

    assert in_words(stored, translate) == f"Der Diebstahl scheiterte: {german}."
    assert in_words(stored, str) == stored


def test_a_value_may_be_empty() -> None:
    assert in_words(str(THEFT(name="")), in_german) == "Diebstahl von "
