"""Whether a message names somebody: its own people's, and never those of others by accident."""

from __future__ import annotations

import pytest

from journeyorch.privacy.naming import Names
from journeyorch.privacy.subjects import Subject, digest

SHORT, LONG = Names([("CRMID", "7")]), Names([("CRMID", "guest-00471"), ("Email", "zoe@example.com")])


@pytest.mark.parametrize(
    ("names", "message", "named"),
    [
        (SHORT, {"identityMap": {"CRMID": [{"id": "7", "primary": True}]}}, True),
        (SHORT, {"identityMap": {"CRMID": [{"id": 7}]}}, True),
        (SHORT, {"CRMID": "7"}, True),
        (SHORT, {"identityMap": {"ECID": [{"id": "7"}]}}, False),
        (SHORT, {"id": "7", "rooms": ["7"], "n": 7}, False),
        (SHORT, {"identityMap": {"CRMID": [{"id": "8", "note": "7"}]}}, False),
        (SHORT, {"identityMap": {"CRMID": [{"id": "77"}]}}, False),
        (LONG, {"a": [{"b": "guest-00471"}]}, True),
        (LONG, {"a": "GUEST-00471 "}, True),
        (LONG, {"guest-00471": True}, True),
        (LONG, {"page": "https://shop.example/guest-00471/orders?x"}, True),
        (LONG, {"page": "mailto:Zoe@Example.com"}, True),
        (LONG, {"a": "guest-004711"}, False),
        (LONG, {"a": "xzoe@example.com"}, False),
        (LONG, {"a": "zoe@example.community"}, False),
        (LONG, {"a": None, "b": True, "c": 1.5}, False),
        (LONG, "guest-00471", True),
    ],
)
def test_who_is_named(names, message, named):
    assert names.named_in(message) is named


def test_deep_messages_are_looked_through():
    message = "guest-00471"
    for _ in range(5000):
        message = [message]
    assert LONG.named_in(message)


def test_an_expression_in_an_identity_is_none():
    assert not Names([("CRMID", "........")]).named_in({"a": "abcdefgh"})


def test_a_digest_tells_sandboxes_and_namespaces_apart_and_names_nobody():
    pairs = [(1, ("CRMID", "7")), (2, ("CRMID", "7")), (1, ("ECID", "7")), (1, ("CRMID", "8"))]
    assert len({digest(*one) for one in pairs}) == 4
    assert "guest" not in digest(1, ("CRMID", "guest-1"))


def test_a_subject_survives_json():
    subject = Subject(1, (("CRMID", "7"),), (3, 4), ("zoe@example.com",))
    assert Subject.from_json(subject.as_json()) == subject
