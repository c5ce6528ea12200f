"""The reference of the REST API on the website names what the description names."""

from __future__ import annotations

from tools.site.reference import as_markdown

DESCRIPTION = {
    "paths": {
        "/api/v1/hotels/{key}": {
            "put": {
                "tags": ["Hotels"],
                "description": "Make it as the document says.",
                "parameters": [
                    {"name": "key", "in": "path", "schema": {"type": "string"}, "required": True},
                    {"name": "kind", "in": "query", "schema": {"enum": ["inn", "lodge"]}},
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Hotel"}}}
                },
                "responses": {"204": {}, "404": {}},
            }
        }
    },
    "components": {
        "schemas": {
            "Hotel": {
                "properties": {
                    "rooms": {"type": "array", "items": {"type": "integer"}, "description": "a | b"}
                },
                "required": ["rooms"],
            }
        }
    },
}


def test_operations_and_forms_are_written_with_links_between_them() -> None:
    written = as_markdown(DESCRIPTION)

    for line in (
        "## Hotels",
        "### `PUT /api/v1/hotels/{key}`",
        "| `key` * | path | string |  |",
        "| `kind` | query | `inn` or `lodge` |  |",
        "Body: [Hotel](#hotel) (`application/json`).",
        "Answers: `204`; problems: `404`.",
        "### Hotel",
        "| `rooms` * | list of integer | a \\| b |",
    ):
        assert line in written.splitlines()
