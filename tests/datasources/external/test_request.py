from __future__ import annotations

import orjson
import pytest

from datasources.external.request import build, joined_url, placeholders


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://a.b", "", "https://a.b"),
        ("https://a.b/", "", "https://a.b/"),
        ("https://a.b/v1/", "/users", "https://a.b/v1/users"),
        ("https://a.b/v1?k=1", "users?x=2", "https://a.b/v1/users?k=1&x=2"),
        ("https://a.b/v1", "?x=2", "https://a.b/v1?x=2"),
    ],
)
def test_the_path_of_a_group_goes_behind_the_url_of_its_source(base, path, url):
    assert joined_url(base, path) == url


@pytest.mark.parametrize(
    ("values", "query"),
    [
        ({"city": "Zürich & co", "n": 3}, "?city=Z%C3%BCrich+%26+co&n=3"),
        ({"city": None, "n": True}, "?n=true"),
        ({"city": ["a", None, "b"]}, "?city=a&city=b"),
        ({"city": "a\r\nX: y"}, "?city=a%0D%0AX%3A+y"),
        ({"other": "x"}, ""),
    ],
)
def test_get_appends_the_dynamic_values(values, query):
    request = build("GET", "https://a.b/", parameters=("city", "n"), payload=None, values=values)
    assert (request.url, request.body) == (f"https://a.b/{query}", None)


def test_post_places_the_dynamic_values_as_json():
    payload = {
        "q": {"param": "city"},
        "deep": [{"param": "n"}, {"param": "gone"}],
        "as": {"param": "x", "is": 1},
    }
    request = build(
        "POST", "https://a.b/", parameters=("city", "n"), payload=payload, values={"city": 'a"b', "n": [1]}
    )
    assert request.url == "https://a.b/"
    assert orjson.loads(request.body) == {"q": 'a"b', "deep": [[1], None], "as": {"param": "x", "is": 1}}


def test_the_names_in_a_payload_are_found():
    assert placeholders({"a": {"param": "x"}, "b": [{"c": {"param": "y"}}], "param": 5}) == {"x", "y"}
