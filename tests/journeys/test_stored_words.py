"""What workers store is English, and every page tells it in the reader's language, however old it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.utils import translation

from journeyorch.telling import told

pytestmark = pytest.mark.one_database

#: As it stands in databases, and what a German reader is told. Rows stay: the English is never changed here.
STORED = json.loads(Path(__file__).with_name("stored_words.json").read_text())


@pytest.mark.parametrize(("stored", "german"), STORED.items(), ids=range(len(STORED)))
def test_what_is_stored_is_told_in_german(stored: str, german: str) -> None:
    with translation.override("de"):
        assert told(stored) == german
    with translation.override("en"):
        assert told(stored) == stored
