"""Ways to send messages: one file per provider, found by its decorator (datasources-actions.md, Built-in channels)."""

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
from actions.channels import catcher, sms_http, smtp  # noqa: F401, I001  (importing registers them)

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
