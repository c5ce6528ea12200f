"""The verbs of caps and throttles: save, deploy, undeploy, delete.

A deployed cap is in force as it was deployed: changes wait until it is undeployed and deployed again. Changes
of a deployed throttle are in force at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_noop

from journeyorch.access.models import User
from journeyorch.outbound.protection import throttling
from journeyorch.outbound.protection.checking import (
    Problem,
    capping_problems,
    is_deployable,
    throttling_problems,
)
from journeyorch.outbound.protection.models import DRAINING, CappingConfig, ThrottlingConfig

_DELETE_WHILE_DEPLOYED, _ALREADY_DEPLOYED, NOT_FOUND, _NOT_DEPLOYED = 1456, 14466, 14467, 14468

AnyConfig = CappingConfig | ThrottlingConfig
_Config = TypeVar("_Config", bound=AnyConfig)


class NotPossible(Exception):
    """What was asked for cannot be done in this state; ``code`` as clients know it, ``problems`` if any."""

    def __init__(self, code: int | str, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.problems = problems or []


def problems_of(config: AnyConfig) -> list[Problem]:
    """What keeps a configuration, saved or not, from being deployed, and warnings."""
    if isinstance(config, CappingConfig):
        return capping_problems(config.url, config.methods, config.services)
    return throttling_problems(config.url_pattern, config.methods, config.max_throughput)


def save(config: _Config, *, by: User | None, now: datetime) -> _Config:
    """Save what somebody wrote. Raises ``NotPossible`` for a deployed throttle that could not work so."""
    with transaction.atomic():
        if config._state.adding:
            config.created_by = by
        else:
            _take_state(config)
            config.modified_by, config.modified_at = by, now
        if isinstance(config, ThrottlingConfig) and config.is_deployed:
            _require_deployable(config)
        config.save()
    return config


def deploy(config: _Config, *, by: User | None, now: datetime) -> _Config:
    """Put it into force."""
    with transaction.atomic():
        config = _locked(config)
        if config.is_deployed:
            raise NotPossible(_ALREADY_DEPLOYED, gettext_noop("The configuration is deployed already."))
        _require_deployable(config)
        config.deployed_at = config.last_deployed_at = now
        config.deployed_by = by
        if isinstance(config, CappingConfig):
            config.deployed = config.terms
        else:
            config.undeployed_at = None
            throttling.open_line(config)
        config.save()
    return config


def undeploy(config: _Config, *, now: datetime) -> _Config:
    """Take it out of force; what waits in the line of a throttle goes on in its order."""
    with transaction.atomic():
        config = _locked(config)
        if not config.is_deployed:
            raise NotPossible(_NOT_DEPLOYED, gettext_noop("The configuration is not deployed."))
        config.deployed_at = None
        if isinstance(config, CappingConfig):
            config.deployed = None
        else:
            config.undeployed_at = now
        config.save()
    return config


def delete(config: AnyConfig, *, force: bool, now: datetime) -> None:
    """Delete it; a deployed one only with ``force``. The line of a throttle is kept while calls may wait."""
    with transaction.atomic():
        config = _locked(config)
        if config.is_deployed and not force:
            message = "A deployed configuration cannot be deleted. Undeploy it first, or use forceDelete."
            raise NotPossible(_DELETE_WHILE_DEPLOYED, message)
        if isinstance(config, CappingConfig) or not config.has_been_deployed:
            config.delete()
            return
        if config.is_deployed:
            config.deployed_at, config.undeployed_at = None, now
        config.deleted = True
        config.save()


def forget_deleted(now: datetime) -> int:
    """Remove deleted throttles in whose lines nobody can be waiting any more: how many."""
    old = ThrottlingConfig.objects.filter(deleted=True, undeployed_at__lte=now - DRAINING)
    count: int = old.delete()[1].get("outbound.ThrottlingConfig", 0)
    return count


def _locked(config: _Config) -> _Config:
    """As it is now, nobody else's until the transaction ends."""
    existing: Any = type(config).objects.select_for_update()
    found: _Config = existing.get(pk=config.pk)
    return found


def _take_state(config: AnyConfig) -> None:
    """What is in force is decided by the verbs, not by a form that was opened before."""
    stored = _locked(config)
    for name in ("deployed_at", "deployed_by", "last_deployed_at", "created_by"):
        setattr(config, name, getattr(stored, name))
    if isinstance(config, CappingConfig) and isinstance(stored, CappingConfig):
        config.deployed = stored.deployed
    elif isinstance(config, ThrottlingConfig) and isinstance(stored, ThrottlingConfig):
        config.undeployed_at, config.deleted = stored.undeployed_at, stored.deleted


def _require_deployable(config: AnyConfig) -> None:
    problems = problems_of(config)
    if not is_deployable(problems):
        errors = [problem for problem in problems if problem.severity == "error"]
        raise NotPossible(errors[0].code, errors[0].message, errors)
