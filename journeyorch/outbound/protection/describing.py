"""How the addresses of caps and throttles are described: the same for both, each with its own form."""

from __future__ import annotations

from typing import Any

from journeyorch.api.authoring import REFUSAL
from journeyorch.api.describing import Answer, operation
from journeyorch.outbound.protection import api
from journeyorch.outbound.protection.api import Kind

_TAG = "Capping and throttling"


class ConfigsAnswer(Answer):
    """All configurations of the sandbox."""

    results: list[dict[str, Any]]


class ConfigAnswer(Answer):
    """One configuration."""

    result: dict[str, Any]


class ChangedAnswer(Answer):
    """What was done, with what keeps it from being deployed."""

    uid: str
    resStatus: str  # noqa: N815 - clients' names


class ValidationAnswer(Answer):
    """Whether it can be deployed."""

    validationStatus: str  # noqa: N815


# View, method, name, what is said of it, and more for the description. {"body": True}: the kind's form.
_OPERATIONS: tuple[tuple[type[api.ConfigView], str, str, str, dict[str, Any]], ...] = (
    (api.Listing, "post", "list", "All configurations, the oldest first.", {"answer": ConfigsAnswer}),
    (api.Collection, "post", "create", "A new configuration, which need not be ready to be deployed.",
     {"answer": ChangedAnswer, "status": 201, "body": True}),
    (api.Single, "get", "read", "One configuration.", {"answer": ConfigAnswer}),
    (api.Single, "put", "replace", "The whole configuration.", {"answer": ChangedAnswer, "body": True}),
    (api.Single, "delete", "delete", "Delete it; a deployed one only with forceDelete=true.",
     {"answer": ChangedAnswer}),
    (api.Checking, "post", "check", "Whether it can be deployed, and why not.", {"answer": ValidationAnswer}),
    (api.Deploying, "post", "deploy", "Put it into force.", {"answer": ChangedAnswer}),
    (api.Undeploying, "post", "undeploy", "Take it out of force.", {"answer": ChangedAnswer}),
)  # fmt: skip


def described(view: type[api.ConfigView], kind: Kind) -> type[api.ConfigView]:
    """The view for one kind, with its operations."""
    methods: dict[str, Any] = {"kind": kind}
    for owner, method, name, says, more in _OPERATIONS:
        if owner is view:
            told = {**more, **({"body": kind.body} if more.get("body") else {})}
            made = operation(f"{name}_{kind.path}", tag=_TAG, says=says, refusal=REFUSAL, **told)
            methods[method] = made(_passed_on(getattr(view, method)))
    return type(f"{kind.model.__name__}{view.__name__}", (view,), methods)


def _passed_on(method: Any) -> Any:
    """A function of its own for each kind, which the description is written on."""

    def answer(view: Any, *args: Any, **kwargs: Any) -> Any:
        return method(view, *args, **kwargs)

    return answer
