"""By what messages and their readers are counted."""

from __future__ import annotations

import pytest

from actions.messages.traits import Reader, domain_of, reader_of


@pytest.mark.parametrize(
    ("user_agent", "reader"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148", Reader("phone", "iOS")),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Mobile/15E148", Reader("tablet", "iOS")),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130 Mobile", Reader("phone", "Android")),
        ("Mozilla/5.0 (Linux; Android 14; SM-X710) Chrome/130", Reader("tablet", "Android")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/132", Reader("computer", "Windows")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605", Reader("computer", "macOS")),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541) Chrome/130", Reader("computer", "ChromeOS")),
        ("Mozilla/5.0 (X11; Linux x86_64) Thunderbird/128", Reader("computer", "Linux")),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) (via ggpht.com GoogleImageProxy)", Reader()),
        ("curl/8.5.0", Reader()),
        ("", Reader()),
    ],
)
def test_a_program_says_what_kind_of_device_it_is_on(user_agent: str, reader: Reader) -> None:
    assert reader_of(user_agent) == reader


@pytest.mark.parametrize(
    ("kind", "address", "domain"),
    [
        ("email", "Ada@Example.COM", "example.com"),
        ("email", '"a@b"@x.org', "x.org"),
        ("email", "nobody", ""),
        ("sms", "+4915112345", ""),
        ("email", "a@" + "x" * 90, "x" * 60),
    ],
)
def test_an_email_address_has_a_domain(kind: str, address: str, domain: str) -> None:
    assert domain_of(kind, address) == domain
