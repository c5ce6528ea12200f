"""Why messages were held back, or did not arrive, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

#: By the code of the outcome, as it is stored beside an English sentence of the worker's.
REASONS: Mapping[str, Any] = {
    "badChannel": _("the channel cannot be used"),
    "badMessage": _("the message cannot be written"),
    "badTemplate": _("the template cannot be used"),
    "failed": _("the message could not be sent"),
    "frequencyCap": _("the person has got enough messages"),
    "hardBounce": _("the address was refused for good"),
    "invalidAddress": _("the address is none of this kind"),
    "missingParameter": _("a value for the template is missing"),
    "noAddress": _("there is no address"),
    "noChannel": _("there is no channel for it"),
    "noConsent": _("the person does not want such messages"),
    "noTemplate": _("the template does not exist any more"),
    "notAllowedInTest": _("the address is not allowed in tests"),
    "quietHours": _("quiet hours"),
    "softBounce": _("the address was refused for now"),
    "suppressed": _("the address is on the suppression list"),
    "tooLarge": _("too large"),
}
