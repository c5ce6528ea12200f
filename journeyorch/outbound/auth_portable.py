"""Authentication in portable documents: its values by name, placeholders in place of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from journeyorch.api.flaws import Flaw
from journeyorch.outbound import auth
from journeyorch.outbound.forms import auth_field_name
from journeyorch.outbound.secrets import is_sealed
from journeyorch.portable.kind import Unfit, pointer
from journeyorch.portable.secrets import PLACEHOLDER, with_kept, without_secrets


def auth_document(config: Mapping[str, Any], *, url: str) -> dict[str, Any] | None:
    """What a document says of a stored configuration; None for no authentication."""
    if config.get("type", "none") == "none":
        return None
    shown, _method = auth.shown(config, origin=auth.origin_of(url))
    fields = auth.methods()[config["type"]].model_fields
    sealed = {name: PLACEHOLDER for name, value in config.items() if is_sealed(value)}
    known = {name: _readable(value) for name, value in shown.items() if value != fields[name].default}
    told = {**sealed, **known}
    return {"type": config["type"], **{name: told[name] for name in fields if name in told}}


def _readable(value: Any) -> Any:
    """A document with secrets inside, which forms show as text, as what it is."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return without_secrets(orjson.loads(value))
    except orjson.JSONDecodeError:
        return value


def auth_data(document: Mapping[str, Any] | None) -> dict[str, Any]:
    """The same for the fields of ``AuthModelForm``; placeholders keep what is stored. Raises ``Unfit``."""
    given = dict(document or {})
    name = given.pop("type", "none")
    method = auth.methods().get(name) if isinstance(name, str) else None
    if method is None:
        known = ", ".join(auth.methods())
        raise Unfit([Flaw("/auth/type", f"There is no such authentication. Use one of: {known}.")])
    if unknown := [field for field in given if field not in method.model_fields]:
        raise Unfit(Flaw(pointer("auth", field), "There is no such value.") for field in unknown)
    fields = {auth_field_name(name, field): _typed(value) for field, value in given.items()}
    return {"auth_type": name, **fields}


def _typed(value: Any) -> str:
    if value == PLACEHOLDER or value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(with_kept(value)).decode()


def auth_place(field: str) -> str:
    """Where a form's field of authentication stands in a document; other fields stand where they are."""
    if field == "auth_type":
        return "/auth/type"
    for name in auth.methods():
        beginning = auth_field_name(name, "")
        if field.startswith(beginning):
            return pointer("auth", field.removeprefix(beginning))
    return pointer(field)
