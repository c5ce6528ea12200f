"""compose.yaml, the Dockerfile and the settings fit together; nothing is started for it."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from gunicorn.app.wsgiapp import WSGIApplication

from journeyorch.web_threads import Worker
from tests.docs.pages import ROOT
from tests.docs.test_settings import read_variables

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "journeyorch"}
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
# What the file .env must hold, after the first lines of compose.yaml; POSTGRES_PASSWORD is PostgreSQL's own.
HEAD = re.findall(r"^#   ([A-Z_]+)=", (ROOT / "compose.yaml").read_text(), re.MULTILINE)


def test_ours_are_the_processes_that_there_are() -> None:
    assert set(OURS) == {"migrate", "web", "workers"}
    assert {service["build"] for service in OURS.values()} == {"."}


@pytest.mark.parametrize("name", OURS)
def test_what_is_set_is_a_setting(name: str) -> None:
    assert set(OURS[name]["environment"]) <= set(read_variables())


@pytest.mark.parametrize("name", OURS)
def test_every_setting_may_stand_in_the_file_beside_it(name: str) -> None:
    assert OURS[name]["env_file"] == [".env"]
    assert set(HEAD) - {"POSTGRES_PASSWORD"} <= set(read_variables())


def test_what_has_no_default_is_asked_for_and_named_in_the_first_lines() -> None:
    asked_for = set(re.findall(r"\$\{(\w+):\?", json.dumps(COMPOSE)))

    assert asked_for == {"SECRET_KEY", "SECRETS_KEYS", "POSTGRES_PASSWORD"}
    assert asked_for <= set(HEAD)


def test_the_database_is_the_one_that_is_started() -> None:
    database, ours = SERVICES["database"]["environment"], SERVICES["web"]["environment"]
    match = re.fullmatch(r"postgres://(\w+):(.+)@(\w+)/(\w+)", ours["DATABASE_URL"])
    assert match is not None
    user, password, host, name = match.groups()

    assert (user, password, name) == tuple(
        database[f"POSTGRES_{part}"] for part in ("USER", "PASSWORD", "DB")
    )
    assert host in SERVICES


@pytest.mark.parametrize("name", [name for name in OURS if name != "web"])
def test_commands_are_there(name: str) -> None:
    program, script, command = shlex.split(OURS[name]["command"])

    assert (program, script) == ("python", "manage.py")
    assert command in get_commands()


def test_web_and_workers_begin_when_the_migrations_are_through() -> None:
    for name in ("web", "workers"):
        assert OURS[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert OURS["migrate"]["restart"] == "no"


def test_the_published_port_is_the_one_gunicorn_listens_on(monkeypatch: pytest.MonkeyPatch) -> None:
    command = json.loads(re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[-1])
    monkeypatch.setattr("sys.argv", command)
    settings = WSGIApplication().cfg
    (published,) = SERVICES["web"]["ports"]
    host, _, inside = published.split(":")

    assert settings.address == [("0.0.0.0", int(inside))]
    assert f"EXPOSE {inside}" in DOCKERFILE
    assert f'HTTPConnection("127.0.0.1", {inside}' in SERVICES["web"]["healthcheck"]["test"][-1]
    assert host == "127.0.0.1", "a proxy stands in front"


def test_the_image_serves_with_the_threads_of_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["gunicorn", "journeyorch.wsgi"])
    monkeypatch.chdir(ROOT)
    settings = WSGIApplication().cfg

    assert "!gunicorn.conf.py" in _ignored()
    assert settings.worker_class is Worker
    assert settings.control_socket_disable


def test_nothing_is_written_but_to_the_database_and_in_memory() -> None:
    for service in OURS.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    assert "--worker-tmp-dir=/dev/shm" in DOCKERFILE
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE), "a number, and not root's"


def test_the_image_gets_what_its_build_needs() -> None:
    let_in = {line[1:].rstrip("/") for line in _ignored() if line.startswith("!")}

    assert _ignored()[0] == "*"
    assert {line.removeprefix("COPY ") for line in _copied()} == {"pyproject.toml constraints.txt ./", ". ."}
    for name in ["manage.py", "pyproject.toml", "constraints.txt", "package-lock.json", "tools", "templates"]:
        assert name in let_in
    assert [name for name in let_in if not (ROOT / name).exists()] == []
    assert ".env" not in let_in


def test_the_steps_by_hand_build_what_is_in_the_image() -> None:
    steps = re.findall(r"python -m (tools\.\w+(?: --\w+)?)", DOCKERFILE)
    page = (ROOT / "docs" / "operations.md").read_text()

    assert len(steps) == 2
    assert [step for step in steps if f"\n.venv/bin/python -m {step}\n" not in page] == []


def _ignored() -> list[str]:
    return (ROOT / ".dockerignore").read_text().splitlines()


def _copied() -> list[str]:
    return [line for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from" not in line]
