"""Ways to send messages: one file per provider, found by its decorator.

The rules are in datasources-actions.md, Built-in channels.
"""

from actions.channels import catcher, sms_http, smtp  # noqa: F401  (importing registers them)
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
