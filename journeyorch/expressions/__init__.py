"""The expression language: parsed, checked, compiled once and evaluated many times (expressions.md).

Pure: no Django, no network, no clock. ``compile_expression`` is the way in, ``Context`` brings data and time.
"""

from . import types
from .durations import format_duration, parse_duration
from .errors import ExpressionError, ExpressionProblem, RunTimeError
from .evaluate import Compiled, Context, Reference
from .expression import compile_expression, compile_once, parse_reference
from .parse import build_parser
from .properties import JOURNEY_PROPERTIES
from .registry import FUNCTIONS, Function
from .schemas import from_json_schema, from_sample
from .scope import FieldGroupScope, Scope
from .values import to_json

__all__ = [
    "FUNCTIONS",
    "JOURNEY_PROPERTIES",
    "Compiled",
    "Context",
    "ExpressionError",
    "ExpressionProblem",
    "FieldGroupScope",
    "Function",
    "Reference",
    "RunTimeError",
    "Scope",
    "build_parser",
    "compile_expression",
    "compile_once",
    "format_duration",
    "from_json_schema",
    "from_sample",
    "parse_duration",
    "parse_reference",
    "to_json",
    "types",
]
