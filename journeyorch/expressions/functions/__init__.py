"""The functions of the language, one module per category; importing this package registers them all."""

from . import aggregation, conversion, date, list, math, segment, string  # noqa: F401
