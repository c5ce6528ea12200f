"""Export files as text: what comes back is what was written, and nothing dangerous is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyorch.portable import files

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    _TEXTS,
    st.sampled_from(["yes", "21:00", "1e3", "2026-01-01", "~", "0123", "1_000", "<<", "&a", "a\nb\n", "- a"]),
)
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner))


@pytest.mark.parametrize("format", files.FORMATS)
@settings(max_examples=40)
@given(content=st.dictionaries(_TEXTS, _VALUES, max_size=4))
def test_whatever_is_written_is_read_again(format: str, content: Any) -> None:
    assert files.read(files.write(content, format=format).encode()) == content


def test_yaml_is_for_people() -> None:
    text = files.write({"name": "Übermorgen", "at": "21:00", "text": "one\ntwo\n"}, format="yaml")
    assert text == "name: Übermorgen\nat: '21:00'\ntext: |\n  one\n  two\n"


def _bomb() -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_bomb(), "line 2"),
        ("a: " + "[" * 5000 + "]" * 5000, "line 1"),
        ("{" + '"a":{' * 300 + "}" * 301, "deeper"),
        ("a: !!python/object/apply:os.system [ls]", "line 1"),
        ("a: !!timestamp 2026-01-01", "line 1"),
        ("a: !!int abc", "neither JSON nor YAML"),
        ("a: 1\na: 2", "line 1"),
        ('{"a": 1, "a": 2}', "twice"),
        ("? [a, b]\n: 1", "line 1"),
        ("1: a", "no text"),
        ("a: 99999999999999999999", "too large"),
        ('{"a": 99999999999999999999}', "64 bits"),
        ("a: b: c", "line 1, column 5"),
        ("a: 1\n--- \nb: 2", "line 2"),
        ('a: "\\0"', "NUL"),
        ("a: \ud800", "UTF-8"),
        ("x" * (files.MOST_BYTES + 1), "larger than 5 MiB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_could_do_harm_or_be_misread_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(files.Unreadable, match=told):
        files.read(text.encode("utf-8", "surrogatepass"))
