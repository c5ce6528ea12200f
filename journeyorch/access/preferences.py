"""What users have chosen about pages: read and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from journeyorch.access.models import Preference


def preference_of(user: Any, name: str) -> Mapping[str, Any]:
    """What the user has chosen under this name; empty if nothing."""
    value = Preference.objects.filter(user=user.pk, name=name).values_list("value", flat=True).first()
    return value if isinstance(value, dict) else {}


def remember(user: Any, name: str, value: Mapping[str, Any]) -> None:
    """From now on this is the user's choice."""
    Preference.objects.update_or_create(user_id=user.pk, name=name, defaults={"value": dict(value)})
