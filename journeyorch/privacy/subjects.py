"""Who an export or an erasure is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac

Pair = tuple[str, str]


@dataclass(frozen=True)
class Subject:
    """One person: every identity, every profile that is or was theirs, and where they are written to."""

    sandbox_id: int
    identities: tuple[Pair, ...]  # namespace and canonical value
    profiles: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()  # email addresses, phone numbers and tokens of the profile

    @property
    def values(self) -> tuple[str, ...]:
        """The identities without their namespaces."""
        return tuple(dict.fromkeys(value for _, value in self.identities))

    @property
    def labels(self) -> list[str]:
        """By what files about the person are marked: nothing that names anybody."""
        own = [digest(self.sandbox_id, pair) for pair in self.identities]
        return [*own, *(f"profile:{profile}" for profile in self.profiles)]

    def as_json(self) -> dict[str, Any]:
        return {
            "sandbox": self.sandbox_id,
            "identities": [list(pair) for pair in self.identities],
            "profiles": list(self.profiles),
            "addresses": list(self.addresses),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Subject:
        pairs = tuple((namespace, value) for namespace, value in data["identities"])
        return cls(data["sandbox"], pairs, tuple(data["profiles"]), tuple(data["addresses"]))


def digest(sandbox_id: int, pair: Pair) -> str:
    """What remains of an identity in the record of its erasure: a keyed hash, which nobody can look up by
    trying addresses without the installation's SECRET_KEY."""
    text = "\0".join((str(sandbox_id), *pair))
    return salted_hmac("journeyorch.privacy", text, algorithm="sha256").hexdigest()


Completer = Callable[[Subject], Subject]
_completers: list[Completer] = []


def register_completer(complete: Completer) -> None:
    """Have ``complete`` add what it knows: further identities, profiles, addresses."""
    _completers.append(complete)


def completed(subject: Subject) -> Subject:
    """The person as known at this moment."""
    for complete in _completers:
        subject = complete(subject)
    return subject
