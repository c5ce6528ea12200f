"""Where no registry can be reached, the tests with its packages are left out, and say why."""

from __future__ import annotations

import pytest

from tests.clients import packages
from tests.postgres import free_port
from tools import javascript


def test_a_registry_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(packages.NotInstallable, match=r"npm pack acme-client@latest failed: .+"):
        packages.from_npm("acme-client")


def test_that_there_is_no_npm_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    def missing() -> str:
        raise javascript.NodeMissing("Node was not found.")

    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    monkeypatch.setattr(javascript, "npm", missing)
    with pytest.raises(packages.NotInstallable, match="Node was not found"):
        packages.from_npm("acme-client")
