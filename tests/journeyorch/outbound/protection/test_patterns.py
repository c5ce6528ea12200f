"""Which requests a pattern means."""

from __future__ import annotations

import pytest

from journeyorch.outbound.protection.patterns import Flaw, Pattern, read_pattern

FITS = [
    ("https://api.example.org/data", "https://api.example.org/data", True),
    ("https://api.example.org/data", "https://api.example.org/data?id=1", True),
    ("https://api.example.org/data", "https://api.example.org/data/", False),
    ("https://api.example.org/data", "https://api.example.org/datas", False),
    ("https://api.example.org/data/*", "https://api.example.org/data/", True),
    ("https://api.example.org/data/*", "https://api.example.org/data/2.5/x?id=1", True),
    ("https://api.example.org/data/*", "https://api.example.org/data", False),
    ("https://api.example.org/*/x", "https://api.example.org/a/b/x", True),
    ("https://api.example.org/*/x", "https://api.example.org/a/b/xy", False),
    ("https://api.example.org/a*b*c", "https://api.example.org/abc", True),
    ("https://api.example.org/a*b*c", "https://api.example.org/abcbc", True),
    ("https://api.example.org/a*b*c", "https://api.example.org/acb", False),
    # The beginning and the end must not share characters.
    ("https://api.example.org/aba*aba", "https://api.example.org/aba", False),
    ("https://api.example.org/aba*aba", "https://api.example.org/abaaba", True),
    # The host is the same in any case, the path is not.
    ("https://API.example.org/data", "https://api.EXAMPLE.org/data", True),
    ("https://api.example.org/data", "https://api.example.org/Data", False),
    # Scheme, host and port are parts of the address.
    ("https://api.example.org/*", "http://api.example.org/x", False),
    ("https://api.example.org/*", "https://www.example.org/x", False),
    ("https://api.example.org/*", "https://api.example.org:8443/x", False),
    ("https://api.example.org/*", "https://api.example.org:443/x", True),
    ("https://api.example.org/*", "https://api.example.org.evil.test/x", False),
    # No path is the root.
    ("https://api.example.org", "https://api.example.org/", True),
    ("https://api.example.org/", "https://api.example.org", True),
    ("https://api.example.org", "https://api.example.org/x", False),
    # With a query it is compared.
    ("https://api.example.org/data?kind=a*", "https://api.example.org/data?kind=ab", True),
    ("https://api.example.org/data?kind=a*", "https://api.example.org/data?kind=b", False),
    ("https://api.example.org/data?kind=a*", "https://api.example.org/data", False),
    # Other signs of regular expressions and shells mean themselves.
    ("https://api.example.org/a.c", "https://api.example.org/abc", False),
    ("https://api.example.org/[ab]", "https://api.example.org/a", False),
    ("https://api.example.org/*", "mailto:somebody@example.org", False),
    ("https://api.example.org/*", "https://api.example.org:port/", False),
]


@pytest.mark.parametrize(("pattern", "url", "fits"), FITS)
def test_a_pattern_means_these_urls_and_no_others(pattern: str, url: str, fits: bool) -> None:
    read = read_pattern(pattern)
    assert isinstance(read, Pattern)
    assert read.fits(url) is fits


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.MISSING),
        ("  ", Flaw.MISSING),
        ("api.example.org/data", Flaw.MALFORMED),
        ("ftp://api.example.org/", Flaw.MALFORMED),
        ("https:///data", Flaw.MALFORMED),
        ("https://api.example.org:99999/", Flaw.MALFORMED),
        ("https://[::1/", Flaw.MALFORMED),
        ("https://user@api.example.org/", Flaw.MALFORMED),
        ("https://api.example.org/a b", Flaw.MALFORMED),
        ("https://api.example.org/\x00", Flaw.MALFORMED),
        ("*://api.example.org/", Flaw.MALFORMED),
        ("https://api.example.org/" + "x" * 2000, Flaw.MALFORMED),
        ("https://*.example.org/", Flaw.WILDCARD_IN_HOST),
        ("https://api.example.org:*/", Flaw.WILDCARD_IN_HOST),
        ("https://*", Flaw.WILDCARD_IN_HOST),
    ],
)
def test_what_is_no_pattern_is_told_apart(text: str, flaw: Flaw) -> None:
    assert read_pattern(text) is flaw
