"""Caps and throttles as clients of Journey Optimizer's APIs know them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from journeyorch.access.models import User
from journeyorch.outbound.protection.checking import Problem, is_deployable
from journeyorch.outbound.protection.models import CappingConfig, ProtectionConfig, ThrottlingConfig


def capping_shape(config: CappingConfig) -> dict[str, Any]:
    """A cap, as it was written last."""
    return {**config.terms, **_common(config), "state": config.state}


def throttling_shape(config: ThrottlingConfig) -> dict[str, Any]:
    """A throttle."""
    terms = {
        "name": config.name,
        "description": config.description,
        "urlPattern": config.url_pattern,
        "methods": config.methods,
        "maxThroughput": config.max_throughput,
    }
    return {**terms, **_common(config), "state": config.state}


def validation_shape(problems: Sequence[Problem]) -> dict[str, Any]:
    """Whether a configuration can be deployed, and why not."""
    shape: dict[str, Any] = {"validationStatus": "ok" if is_deployable(problems) else "error"}
    for severity in ("error", "warning"):
        if found := [problem._asdict() for problem in problems if problem.severity == severity]:
            shape[f"{severity}s"] = found
    return shape


def _common(config: ProtectionConfig) -> dict[str, Any]:
    return {
        "uid": str(config.uid),
        "sandboxName": config.sandbox.name,
        "hasBeenDeployed": config.has_been_deployed,
        "metadata": {
            **_who("created", config.created_by, config.created_at),
            **_who(
                "lastModified",
                config.modified_by if config.modified_at else config.created_by,
                config.modified_at or config.created_at,
            ),
            **(_who("lastDeployed", config.deployed_by, config.last_deployed_at)),
        },
    }


def _who(what: str, user: User | None, at: datetime | None) -> dict[str, Any]:
    if at is None:
        return {}
    return {
        f"{what}By": user.get_username() if user else None,
        f"{what}ById": str(user.pk) if user else None,
        f"{what}At": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
