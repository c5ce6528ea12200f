"""How a request shows who sends it: one file per method, found by its decorator (datasources-actions.md).

A configuration is plain JSON with a ``type`` and sealed secrets. ``load`` turns it into a method that can be
applied to requests for one origin, ``seal_config`` turns what a form submitted into what is stored.
"""

from journeyorch.outbound.auth import api_key, basic, none  # noqa: F401  (importing registers them)
from journeyorch.outbound.auth.base import Auth, AuthProblem, auth_method, load, methods, seal_config

__all__ = ["Auth", "AuthProblem", "auth_method", "load", "methods", "seal_config"]
