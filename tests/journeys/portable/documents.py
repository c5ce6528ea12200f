"""A document of each kind of configuration, and what makes it another one."""

from __future__ import annotations

from typing import Any, NamedTuple


class Sample(NamedTuple):
    """``change``: fields that can be changed, ``wrong``: a field, a value it cannot have, and where it is."""

    kind: str
    document: dict[str, Any]
    change: dict[str, Any]
    wrong: tuple[str, Any, str]
    key: str = "name"

    @property
    def address(self) -> str:
        return f"/api/v1/{self.kind.replace('_', '-')}"

    @property
    def one(self) -> str:
        return f"{self.address}/{self.document[self.key]}"


#: In an order in which they can be made: later ones refer to earlier ones.
SAMPLES = (
    Sample(
        "namespaces",
        {"code": "Guest", "name": "Guest number", "kind": "cross-device"},
        {"name": "Number of the guest"},
        ("code", "not possible", "/code"),
        key="code",
    ),
    Sample(
        "labels",
        {"code": "health", "name": "Health"},
        {"name": "State of health"},
        ("code", "Not Possible", "/code"),
        key="code",
    ),
    Sample(
        "policies",
        {"name": "Stays here", "labels": ["health"], "sources": False},
        {"enabled": False},
        ("labels", ["unknown"], "/labels"),
    ),
    Sample(
        "components",
        {
            "uri": "https://hotel.example/xdm/stars",
            "document": {
                "$id": "https://hotel.example/xdm/stars",
                "title": "Stars",
                "type": "object",
                "properties": {"stars": {"type": "integer"}},
            },
        },
        {
            "document": {
                "$id": "https://hotel.example/xdm/stars",
                "title": "Stars of a hotel",
                "type": "object",
                "properties": {"stars": {"type": "integer"}, "since": {"type": "string"}},
            },
        },
        ("document", {"$id": "https://hotel.example/xdm/other", "type": "object"}, "/document/$id"),
        key="uri",
    ),
    Sample(
        "schemas",
        {
            "name": "Stay",
            "kind": "event",
            "reference": "https://hotel.example/schemas/stay",
            "groups": ["orchestration"],
            "tenant": "hotel",
            "custom_fields": [
                {"path": "stay", "type": "object"},
                {"path": "stay.room", "title": "Room", "choices": ["12", "14"]},
                {"path": "guest", "namespace": "Guest", "primary": True},
            ],
            "labels": [{"path": "_hotel.stay.room", "label": "health"}],
        },
        {
            "custom_fields": [
                {"path": "stay", "type": "object"},
                {"path": "stay.room", "title": "Room"},
                {"path": "guest", "namespace": "Guest", "primary": True},
                {"path": "stay.nights", "type": "integer"},
            ],
            "labels": [{"path": "_hotel.stay.nights", "label": "health"}],
        },
        ("custom_fields", [{"path": "a"}, {"path": "b c"}], "/custom_fields/1/path"),
    ),
    Sample(
        "datasets",
        {"key": "stays-2026", "name": "Stays", "schema": "Stay"},
        {"feeds_profiles": False},
        ("schema", "No such schema", "/schema"),
        key="key",
    ),
    Sample(
        "profile_field_groups",
        {"name": "Sent", "fields": ["experienceevent.directMarketing"]},
        {"description": "Messages.", "fields": []},
        ("fields", ["nothing"], "/fields"),
    ),
    Sample(
        "segments",
        {"name": "Everybody", "expression": "true", "evaluation": "batch", "every": "week", "weekday": 2},
        {"description": "All of them."},
        ("expression", "tru", "/expression"),
    ),
    Sample(
        "data_sources",
        {
            "name": "Rooms",
            "url": "https://rooms.example/v1",
            "max_calls": 20,
            "auth": {"type": "basic", "username": "us", "password": "INSERT_SECRET_HERE"},
            "field_groups": [
                {
                    "name": "Free",
                    "path": "/free",
                    "parameters": ["day"],
                    "response_sample": {"rooms": 3},
                    "response_schema": {"type": "object", "properties": {"rooms": {"type": "integer"}}},
                }
            ],
        },
        {"cache_seconds": 60, "field_groups": []},
        ("field_groups", [{"name": "not possible"}], "/field_groups/0/name"),
    ),
    Sample(
        "events",
        {
            "name": "Arrived",
            "type": "rule",
            "schema": "Stay",
            "condition": '@{Arrived._hotel.stay.room} == "12"',
            "namespace": "Guest",
        },
        {"description": "Somebody is here.", "condition": '@{Arrived._hotel.stay.room} == "14"'},
        ("schema", "No such schema", "/schema"),
    ),
    Sample(
        "inlets",
        {
            "name": "Desk",
            "schema": "Stay",
            "allowed_origins": ["https://hotel.example"],
            "mapping": [{"target": "_hotel.stay.room", "source": "room", "function": "trim"}],
        },
        {"enabled": False},
        ("mapping", [{"target": "", "source": "room"}], "/mapping/0/target"),
    ),
    Sample(
        "actions",
        {
            "name": "Taxi",
            "url": "https://taxi.example/orders",
            "headers": [{"name": "X-Hotel", "value": "12"}],
            "auth": {"type": "api_key", "name": "X-Key", "value": "INSERT_SECRET_HERE"},
            "signing": "INSERT_SECRET_HERE",
            "payload": {"type": "object", "fields": {"room": {"type": "string", "variable": True}}},
            "response_sample": {"ticket": "T-1"},
        },
        {"method": "PUT"},
        ("headers", [{"value": "12"}], "/headers"),
    ),
    Sample(
        "campaign_instances",
        {
            "name": "Standard",
            "organization": "hotel",
            "api_key": "INSERT_SECRET_HERE",
            "auth": {"type": "basic", "username": "us", "password": "INSERT_SECRET_HERE"},
        },
        {"api": "mcHotelChain"},
        ("organization", "", "/organization"),
    ),
    Sample(
        "campaign_templates",
        {
            "name": "Welcome",
            "instance": "Standard",
            "event_id": "EVTwelcome",
            "channel": "email",
            "fields": [{"name": "firstName", "label": "First name", "type": "string"}],
        },
        {"description": "At the door.", "fields": []},
        ("instance", "No such instance", "/instance"),
    ),
    Sample(
        "campaign_actions",
        {
            "name": "Farewell",
            "url": "https://campaign.example/nl/jsp/messages.jssp",
            "payload": {
                "type": "object",
                "fields": {
                    "channel": {"type": "string", "constant": "email"},
                    "eventType": {"type": "string", "constant": "farewell"},
                    "email": {"type": "string", "variable": True},
                    "ctx": {"type": "object", "fields": {"room": {"type": "string", "variable": True}}},
                },
            },
        },
        {"method": "PUT"},
        ("payload", {"type": "object", "fields": {}}, "/payload"),
    ),
    Sample(
        "contact_rules",
        {"quiet_from": "21:00", "quiet_until": "08:00", "name": "sandbox"},
        {"most_messages": 3},
        ("most_messages", 0, "/most_messages"),
    ),
    Sample(
        "channels",
        {
            "name": "Mail",
            "kind": "email",
            "provider": "smtp",
            "config": {
                "host": "mail.example",
                "username": "us",
                "password": "INSERT_SECRET_HERE",
                "from_address": "desk@hotel.example",
            },
            "rules": {"quiet_from": "21:00", "quiet_until": "08:00", "most_messages": 2},
        },
        {"track_opens": False},
        ("config", {"hots": "mail.example"}, "/config/hots"),
    ),
    Sample(
        "templates",
        {
            "name": "Good night",
            "kind": "push",
            "content": {"title": "Good night", "body": "Sleep well in {{ room }}."},
            "parameters": [{"name": "room", "type": "string", "required": True, "sample": "12"}],
            "variants": [{"language": "de", "content": {"title": "Gute Nacht", "body": "{{ room }}"}}],
        },
        {"variants": [], "transactional": True},
        (
            "variants",
            [{"language": "de", "content": {"title": "{{ no }", "body": "b"}}],
            "/variants/0/content/title",
        ),
    ),
    Sample(
        "alerts",
        {"name": "Failures", "kind": "failed_rate", "threshold": 5.0, "emails": ["ops@hotel.example"]},
        {"active": False},
        ("emails", ["nobody"], "/emails"),
    ),
)
#: What stands in place of the secrets.
SECRETS = {
    "password": "s3cret-word",
    "api_key": "s3cret-id",
    "value": "s3cret-key",
    "signing": f"whsec_{'c2VjcmV0' * 4}",
}


def with_secrets(value: Any, name: str = "") -> Any:
    """A document with real secrets in place of the placeholders."""
    if value == "INSERT_SECRET_HERE":
        return SECRETS[name]
    if isinstance(value, dict):
        return {key: with_secrets(inner, key) for key, inner in value.items()}
    return [with_secrets(inner) for inner in value] if isinstance(value, list) else value
