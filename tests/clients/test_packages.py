"""Where no registry can be reached, the tests with its packages are left out, and say why."""

from __future__ import annotations

import os

import pytest

from tests.clients import packages
from tests.postgres import free_port
from tools import javascript


def test_a_registry_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(packages.NotInstallable, match=r"npm pack acme-client@latest failed: .+"):
        packages.from_npm("acme-client")


def test_a_python_registry_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free_port()}/")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(packages.NotInstallable, match=r"pip install acme-client failed: .+"):
        packages.from_pypi("acme-client")


def test_what_was_installed_today_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    def install(called: str, *command: str) -> str:
        installed.append(called)
        return ""

    installed: list[str] = []
    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    monkeypatch.setattr(packages, "_run", install)
    first = packages.from_pypi("acme-client")
    assert packages.from_pypi("acme-client") == first
    assert packages.from_pypi("acme-client", "another") != first
    assert installed == ["pip install acme-client", "pip install acme-client another"]
    assert not first.exists()


def test_that_there_is_no_npm_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    def missing() -> str:
        raise javascript.NodeMissing("Node was not found.")

    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    monkeypatch.setattr(javascript, "npm", missing)
    with pytest.raises(packages.NotInstallable, match="Node was not found"):
        packages.from_npm("acme-client")
