from __future__ import annotations

import pytest

from actions.payload import Variable, fill, problems, tree_of, variables

TREE = {
    "type": "object",
    "fields": {
        "source": {"type": "string", "constant": "journey"},
        "customer": {
            "type": "object",
            "fields": {"e/mail": {"type": "string", "variable": True, "label": "E-mail"}},
        },
        "tags": {"type": "listString", "variable": True, "label": "Tags"},
        "lines": {
            "type": "array",
            "items": [
                {"type": "object", "fields": {"sku": {"type": "string", "variable": True, "label": "First"}}}
            ],
        },
        "products": {
            "type": "listObject",
            "variable": True,
            "label": "Products",
            "fields": {"sku": {"type": "string"}, "price": {"type": "decimal"}},
        },
    },
}


def test_variables_are_named_by_their_place():
    assert list(variables(TREE)) == [
        Variable("/customer/e~1mail", "E-mail", "string"),
        Variable("/tags", "Tags", "listString"),
        Variable("/lines/0/sku", "First", "string"),
        Variable("/products", "Products", "listObject", fields={"sku": "string", "price": "decimal"}),
    ]


def test_the_payload_is_filled_with_constants_and_values():
    values = {
        "/customer/e~1mail": "ada@example.com",
        "/tags": ["a"],
        "/lines/0/sku": "S1",
        "/products": [{"sku": "P1", "amount": 2.5, "secret": 1}, "odd"],
        "/products/*/price": "amount",
    }
    assert fill(TREE, values) == {
        "source": "journey",
        "customer": {"e/mail": "ada@example.com"},
        "tags": ["a"],
        "lines": [{"sku": "S1"}],
        "products": [{"sku": "P1", "price": 2.5}, {"sku": None, "price": None}],
    }


def test_values_that_are_missing_are_null():
    assert fill(TREE, {}) == {
        "source": "journey",
        "customer": {"e/mail": None},
        "tags": None,
        "lines": [{"sku": None}],
        "products": None,
    }


SAMPLE = {
    "a": "x",
    "n": 1,
    "d": 1.5,
    "b": True,
    "at": "2026-01-01T10:00:00Z",
    "none": None,
    "list": [1, 2],
    "mixed": [1, "a"],
    "lists": [[1], [2]],
    "objects": [{"x": 1, "tags": ["a"]}, {"x": 2, "more": True}],
    "nested": [{"x": 1, "inner": [{"y": 2}]}],
    "nothing": [],
    "unnamed": [{}, {"x": 1}],
    "empty": {},
}


def test_a_pasted_payload_becomes_a_tree_that_gives_it_back():
    tree = tree_of(SAMPLE)
    assert list(problems(tree)) == []
    assert fill(tree, {}) == SAMPLE
    types = {name: node["type"] for name, node in tree["fields"].items()}
    assert types == {
        "a": "string", "n": "integer", "d": "decimal", "b": "boolean", "at": "dateTime", "none": "string",
        "list": "listInteger", "mixed": "listAny", "lists": "listAny", "objects": "listObject",
        "nested": "array", "nothing": "listString", "unnamed": "array", "empty": "object",
    }  # fmt: skip


def test_the_first_object_of_a_list_tells_the_fields():
    assert tree_of(SAMPLE)["fields"]["objects"]["fields"] == {
        "x": {"type": "integer"},
        "tags": {"type": "listString"},
    }


def test_of_mixed_lists_the_single_items_can_be_variables():
    tree = tree_of(SAMPLE)
    tree["fields"]["mixed"]["items"][1] = {"type": "string", "variable": True, "label": "Second"}
    assert list(problems(tree)) == []
    assert list(variables(tree)) == [Variable("/mixed/1", "Second", "string")]
    assert fill(tree, {"/mixed/1": "b"})["mixed"] == [1, "b"]


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {},
        {"type": 5},
        {"type": "magic", "constant": 1},
        {"type": "string"},
        {"type": "string", "constant": 1, "variable": True},
        {"type": "string", "variable": True, "label": 5},
        {"type": "object"},
        {"type": "object", "fields": {"a.b": {"type": "string", "constant": ""}}},
        {"type": "object", "fields": {"$a": {"type": "string", "constant": ""}}},
        {"type": "object", "fields": {"": {"type": "string", "constant": ""}}},
        {"type": "array", "items": {}},
        {"type": "listAny", "variable": True},
        {"type": "listAny", "constant": [1]},
        {"type": "listObject", "fields": {"a": {"type": "string"}}, "constant": {}},
        {"type": "array", "items": [{"type": "nope"}]},
        {"type": "listObject", "variable": True, "fields": {}},
        {"type": "listObject", "fields": {"a": {"type": "string"}}},
        {"type": "listObject", "variable": True, "fields": {"a": {"type": "listObject"}}},
        {"type": "listObject", "variable": True, "fields": {"a.b": {"type": "string"}}},
        {"type": "listObject", "variable": True, "fields": {"$a": {"type": "string"}}},
        {"type": "string", "constant": 1},
        {"type": "dateTime", "constant": 1},
        {"type": "integer", "constant": "1"},
        {"type": "integer", "constant": 1.5},
        {"type": "integer", "constant": True},
        {"type": "decimal", "constant": "1.5"},
        {"type": "boolean", "constant": 1},
        {"type": "listString", "constant": "a"},
    ],
)
def test_a_tree_that_cannot_be_used_is_explained(tree):
    found = list(problems(tree))
    assert found
    assert all(sentence.endswith(".") for sentence in found)


@pytest.mark.parametrize(
    ("type", "constant"),
    [
        ("string", ""), ("dateTime", ""), ("integer", 1), ("integer", 1.0), ("decimal", 1), ("decimal", 1.5),
        ("boolean", False), ("listInteger", []), ("integer", None), ("string", None),
    ],
)  # fmt: skip
def test_a_constant_of_its_type_can_be_used(type, constant):
    assert list(problems({"type": type, "constant": constant})) == []


def test_a_tree_that_is_too_deep_is_refused():
    tree: dict = {"type": "string", "constant": ""}
    for _ in range(200):
        tree = {"type": "object", "fields": {"a": tree}}
    assert list(problems(tree))
