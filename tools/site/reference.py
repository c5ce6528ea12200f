"""The reference of the REST API in Markdown, made from its description (OpenAPI 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = """# Reference of the REST API

Made from the description that the product gives of itself, at `/api/v1/openapi.json`; as a page it is at
`/api/v1/` of a running installation. What holds for all operations is on [the page of the API](api.md).
"""


def as_markdown(description: Mapping[str, Any]) -> str:
    """Operations by their tags, then the forms of what goes in and out."""
    groups: dict[str, list[str]] = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    parts = [_HEAD]
    for tag, operations in groups.items():
        parts += [f"## {tag}", *operations]
    forms = description["components"]["schemas"]
    parts += ["## Forms", *(_form(name, schema) for name, schema in sorted(forms.items()))]
    return "\n\n".join(parts) + "\n"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    lines = [f"### `{method.upper()} {path}`", operation.get("description", "")]
    if parameters := operation.get("parameters"):
        lines.append(_table(["parameter", "in", "type", "meaning"], map(_parameter, parameters)))
    if body := _named(operation.get("requestBody", {})):
        lines.append(f"Body: {body}.")
    answers = (f"`{status}` {_named(answer)}".strip() for status, answer in _usual(operation))
    problems = (f"`{status}`" for status in operation["responses"] if not status.startswith("2"))
    lines.append(f"Answers: {', '.join(answers)}; problems: {', '.join(problems)}.")
    return "\n\n".join(line for line in lines if line)


def _usual(operation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((status, answer) for status, answer in operation["responses"].items() if status.startswith("2"))


def _parameter(parameter: Mapping[str, Any]) -> list[str]:
    name = f"`{parameter['name']}`" + (" *" if parameter.get("required") else "")
    return [name, parameter["in"], _type(parameter.get("schema", {})), parameter.get("description", "")]


def _form(name: str, schema: Mapping[str, Any]) -> str:
    """Its fields; an asterisk says that one must be there."""
    required = schema.get("required", ())
    rows = [
        [f"`{field}`" + (" *" if field in required else ""), _type(of), of.get("description", "")]
        for field, of in schema.get("properties", {}).items()
    ]
    parts = [f"### {name}", schema.get("description", "")]
    parts.append(_table(["field", "type", "meaning"], rows) if rows else _type(schema))
    return "\n\n".join(part for part in parts if part)


def _named(holder: Mapping[str, Any]) -> str:
    """The form of a body or an answer; "" if it has none."""
    return " or ".join(
        f"{_type(content['schema'])} (`{media}`)" if content.get("schema") else f"`{media}`"
        for media, content in holder.get("content", {}).items()
    )


def _type(schema: Any) -> str:
    """In a word or two, with a link where it is a form."""
    match schema:
        case {"$ref": str(ref)}:
            name = ref.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"anyOf": list(kinds)} | {"oneOf": list(kinds)} | {"allOf": list(kinds)}:
            return " or ".join(map(_type, kinds))
        case {"enum": list(values)}:
            return " or ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": list(kinds)}:
            return " or ".join(kinds)
        case {"type": str(kind)}:
            return kind
    return "anything"


def _table(heads: list[str], rows: Any) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
