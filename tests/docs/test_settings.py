"""docs/settings.md lists exactly the variables that the settings file reads, with their defaults."""

from __future__ import annotations

import ast
import re

from tests.docs.pages import ROOT

ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| ", re.MULTILINE)
DEFAULT = re.compile(r"`[^`]*`|\*empty\*")


def test_every_variable_is_listed_once_and_no_other() -> None:
    listed = [name for name, _ in ROW.findall(_page())]

    assert len(listed) == len(set(listed))
    assert set(listed) == set(read_variables())


def test_the_defaults_are_those_of_the_settings_file() -> None:
    read = read_variables()
    said = {name: DEFAULT.findall(cell) for name, cell in ROW.findall(_page())}

    assert said == read


def _page() -> str:
    return (ROOT / "docs/settings.md").read_text()


def read_variables() -> dict[str, list[str]]:
    """Each variable with its defaults as the page writes them; one that is read twice has two."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse((ROOT / "journeyorch/settings.py").read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env."):
            match node.args, node.keywords:
                case [ast.Constant(value=str(name))], [ast.keyword(arg="default", value=default)]:
                    found.setdefault(name, []).append(_written(default))
    return found


def _written(default: ast.expr) -> str:
    """A default as the page writes it: texts, lists and numbers in code, nothing as *empty*."""
    match default:
        case ast.JoinedStr(values=parts):
            return f"`{''.join(map(_part, parts))}`"
        case ast.BinOp():
            return f"`{_product(default)}`"
    value = ast.literal_eval(default)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = ",".join(value) if isinstance(value, list) else str(value)
    return f"`{text}`" if text else "*empty*"


def _part(part: ast.expr) -> str:
    """Of a computed part only its last name is the same everywhere."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    names = [node.value for node in ast.walk(part) if isinstance(node, ast.Constant)]
    return f"…/{names[-1]}"


def _product(node: ast.expr) -> int:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _product(node.left) * _product(node.right)
    number = ast.literal_eval(node)
    assert isinstance(number, int)
    return number
