"""Configurations that are kept in memory."""

from __future__ import annotations

from typing import Any

import pytest

from journeyorch import bulk
from journeyorch.access.models import Sandbox
from journeyorch.outbound.configs import ConfigCache, one_look


@pytest.mark.django_db
def test_in_one_look_all_caches_go_by_one_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox.objects.get(name="prod")
    by_ids = bulk.by_ids
    asked: list[Any] = []
    loaded: list[str] = []

    def asked_for(*what: Any) -> Any:
        asked.append(what)
        return by_ids(*what)

    def cache(name: str) -> ConfigCache[None]:
        def load(sandbox_id: int) -> None:
            loaded.append(name)

        return ConfigCache(load)

    monkeypatch.setattr(bulk, "by_ids", asked_for)
    first, second = cache("first"), cache("second")

    with one_look():
        first.current([sandbox.pk])
        second.current([sandbox.pk])
        Sandbox.objects.filter(pk=sandbox.pk).update(generation=sandbox.generation + 1)
        first.current([sandbox.pk])
    assert (loaded, len(asked)) == (["first", "second"], 1)

    first.current([sandbox.pk])
    assert (loaded, len(asked)) == (["first", "second", "first"], 2)


@pytest.mark.django_db
def test_a_sandbox_that_is_gone_has_no_configuration() -> None:
    cache = ConfigCache(lambda sandbox_id: "kept")
    with one_look():
        assert cache.current([0]) == {}
    assert cache.latest(0) is None
