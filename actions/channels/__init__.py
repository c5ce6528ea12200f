"""Ways to send messages: one file per provider, found by its decorator.

What users read of them: technical.md, Channels.
"""

import importlib.util

from actions.channels import (  # noqa: F401  (importing registers them)
    apns,
    catcher,
    fcm,
    ses,
    sms_json,
    smtp,
    twilio,
    webpush,
)
from actions.channels.base import (
    ChannelProblem,
    Message,
    Provider,
    load,
    provider,
    provider_of,
    providers,
    seal_config,
)

# Email services are an extra of the installation.
if importlib.util.find_spec("anymail"):
    from actions.channels import esp  # noqa: F401

__all__ = [
    "ChannelProblem",
    "Message",
    "Provider",
    "load",
    "provider",
    "provider_of",
    "providers",
    "seal_config",
]
