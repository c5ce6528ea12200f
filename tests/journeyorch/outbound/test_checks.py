from __future__ import annotations

import pytest

from journeyorch.outbound.checks import outbound_settings_can_be_read


def found() -> list[str]:
    return [problem.id for problem in outbound_settings_can_be_read()]


@pytest.mark.parametrize(
    "entry",
    ["crm.internal", "CRM.internal:8080", " crm.internal ", "127.0.0.1", "127.0.0.1:80", "::1", "[::1]:80"],
)
def test_hosts_that_can_be_read(settings, entry):
    settings.OUTBOUND_ALLOWED_HOSTS = [entry]
    assert found() == []


@pytest.mark.parametrize(
    "entry",
    [
        *(
            "",
            "https://crm.internal",
            "crm.internal/path",
            "*.internal",
            "crm.internal:port",
            "crm.internal:0",
        ),
        *("crm.internal:99999", "ada@crm.internal", "crm internal", "[::1]", "[::1", "crm.bücher"),
    ],
)
def test_hosts_that_would_open_nothing_are_named(settings, entry):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1", entry]
    assert found() == ["outbound.E001"]


@pytest.mark.parametrize(
    ("networks", "problems"),
    [
        (["10.0.0.0/8", " fd00::/8", "10.1.2.3"], []),
        (["10.0.0.1/8"], ["outbound.E002"]),
        (["10.0.0.0/33", "internal", ""], ["outbound.E002"] * 3),
    ],
)
def test_networks(settings, networks, problems):
    settings.OUTBOUND_ALLOWED_NETWORKS = networks
    assert found() == problems


def test_a_bundle_must_be_a_file_of_certificates(settings, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    for path in (empty, tmp_path / "missing.pem"):
        settings.OUTBOUND_CA_BUNDLE = str(path)
        assert found() == ["outbound.E003"]
