"""The field groups of external sources, as journeys refer to them and as fetches use them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from datasources.external.models import FieldGroup
from datasources.external.request import joined_url
from journeyorch.outbound.capping import Limit
from journeyorch.outbound.configs import ConfigCache


class Group(NamedTuple):
    """One field group with what its source says: everything that a fetch needs."""

    id: int
    name: str
    source_id: int
    source: str  # name of the data source
    method: str
    url: str
    parameters: tuple[str, ...]
    payload: Any
    schema: Mapping[str, Any]  # JSON Schema of the fields, see infer.py; {} has no fields
    auth: Mapping[str, Any]
    limit: Limit
    cache_seconds: int
    fingerprint: str  # of all that decides what an answer means

    @property
    def endpoint(self) -> str:
        """What is capped together: all groups of one source."""
        return f"source:{self.source_id}"

    def cache_key(self, values: Mapping[str, Any]) -> str:
        """The same for the same values of a group that has not changed."""
        asked = {name: values.get(name) for name in self.parameters}
        # The standard library's JSON: a key is needed also of values that cannot be sent.
        canonical = json.dumps([self.id, self.fingerprint, asked], sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


def field_groups(sandbox_id: int) -> list[Group]:
    """All field groups of a sandbox that have fields, by source and name."""
    return [group for group in load_groups(sandbox_id).values() if group.schema.get("properties")]


def load_groups(sandbox_id: int) -> dict[int, Group]:
    """All field groups of a sandbox by id."""
    rows = FieldGroup.objects.filter(source__sandbox_id=sandbox_id).select_related("source")
    return {row.pk: group_of(row) for row in rows.order_by("source__name", "name")}


def group_of(row: FieldGroup) -> Group:
    """The plain value of a field group, also of one that is not saved."""
    source = row.source
    group = Group(
        id=row.pk or 0,
        name=row.name,
        source_id=source.pk or 0,
        source=source.name,
        method=row.method,
        url=joined_url(source.url, row.path),
        parameters=row.parameter_names(),
        payload=row.sent_payload,
        schema=row.response_schema,
        auth=source.auth,
        limit=Limit(source.max_calls),
        cache_seconds=source.cache_seconds,
        fingerprint="",
    )
    meaning = [group.method, group.url, group.parameters, group.payload, group.schema, group.auth]
    return group._replace(fingerprint=hashlib.sha256(orjson.dumps(meaning)).hexdigest()[:16])


groups: ConfigCache[dict[int, Group]] = ConfigCache(load_groups)
