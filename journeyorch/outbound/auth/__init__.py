"""How a request shows who sends it: one file per method, found by its decorator.

A configuration is plain JSON with a ``type`` and sealed secrets. ``load`` turns it into a method for requests
to one origin, ``seal_config`` turns what a form submitted into what is stored. A method either has everything
it needs (``Credentials``), or needs a token that is fetched first (``TokenAuth``, ``outbound/tokens.py``).
"""

from journeyorch.outbound.auth import none, basic, api_key, oauth2, mtls, custom  # noqa: F401, I001 - the order of the choice
from journeyorch.outbound.auth.base import (
    Auth,
    AuthProblem,
    Credentials,
    Token,
    TokenAuth,
    auth_method,
    load,
    methods,
    origin_of,
    seal_config,
    shown,
)

__all__ = [
    "Auth",
    "AuthProblem",
    "Credentials",
    "Token",
    "TokenAuth",
    "auth_method",
    "load",
    "methods",
    "origin_of",
    "seal_config",
    "shown",
]
