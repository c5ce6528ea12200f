"""The labels that every sandbox knows without configuring them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

STANDARD: Mapping[str, object] = {
    "third-parties": _("Not to third parties"),
    "sensitive": _("Sensitive"),
}
