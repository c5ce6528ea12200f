"""Which words of a template a person gets: those of their language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: By language in lower case, the content; "" for those of the template itself.
Contents = Mapping[str, Mapping[str, Any]]


def language_for(profile: Mapping[str, Any], contents: Contents) -> str:
    """The variant for a profile: of its ``preferredLanguage``, else of that language elsewhere; else "".

    "pt-BR" is served by "pt-br", then "pt"; "pt" by "pt" only: of several, nobody knows
    which one is meant.
    """
    preferred = profile.get("preferredLanguage")
    tag = preferred.replace("_", "-").lower() if isinstance(preferred, str) else ""
    while tag:
        if tag in contents:
            return tag
        tag = tag.rpartition("-")[0]
    return ""


def content_for(profile: Mapping[str, Any], contents: Contents) -> Mapping[str, Any]:
    """The texts that a person gets."""
    return contents[language_for(profile, contents)]
