"""What a person has agreed to, as their attributes say: channels, topics, the use of data.

Everything below ``consents`` that has a ``val`` is a consent, in XDM's letters; so is a topic that a schema
of one's own puts there, such as ``consents.marketing.email.subscriptions.offers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from datasources.platform.profiles.attributes import Attributes, Origin, leaves, origin_of

ROOT = "consents"
#: What XDM's letters mean.
ANSWERS: Mapping[str, Any] = {
    "y": _("yes"),
    "n": _("no"),
    "p": _("pending"),
    "u": _("unknown"),
    "dy": _("yes, by default"),
    "dn": _("no, by default"),
    "li": _("legitimate interest"),
    "ct": _("contract"),
    "cp": _("legal obligation"),
    "vi": _("vital interest"),
    "pi": _("public interest"),
}
_DOT = re.compile(r"(?<!\\)\.")


class Consent(NamedTuple):
    """One answer: ``path`` below ``consents``, when the person is said to have given it, and who wrote it."""

    path: tuple[str, ...]
    answer: str
    said_at: str = ""
    reason: str = ""
    origin: Origin = Origin(None, "", 0)

    @property
    def label(self) -> str:
        return " › ".join(self.path)


def consents_in(attributes: Attributes) -> Iterator[Consent]:
    """All of them, in the order of the attributes."""
    known = dict(leaves({ROOT: attributes.values.get(ROOT) or {}}))
    for leaf, answer in known.items():
        place = leaf.removesuffix(".val")
        if place not in (leaf, ROOT) and isinstance(answer, str):
            yield Consent(
                path=_names(place)[1:],
                answer=answer,
                said_at=str(known.get(f"{place}.time") or ""),
                reason=str(known.get(f"{place}.reason") or ""),
                origin=origin_of(attributes.times.get(leaf, "")),
            )


def _names(path: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\\(.)", r"\1", name) for name in _DOT.split(path))
