"""Bounds that keep every expression, however it is written, cheap to read and to run.

All of them are counts, never seconds: the same expression on the same data always gives the same answer.
"""

SOURCE_BYTES = 16 * 1024
NESTING = 64  # of brackets, and of signs in front of or behind each other
TREE_DEPTH = 2 * NESTING  # between two brackets stands at least one operation
TOKENS = 6_000
PATTERN_LENGTH = 1_000

# At run time.
TEXT_LENGTH = 256 * 1024  # of a text an expression makes; texts that it only reads may be longer
LIST_LENGTH = 10_000  # of a list it makes out of a text
STEPS = 200_000  # list elements, matches of patterns and bits of text looked at in one evaluation
TEXT_PER_STEP = 256
STEPS_PER_MATCH = 15
INSTRUCTIONS_PER_STEP = 256  # of a pattern, at one character each
STEPS_PER_CHOICE = 10  # of a signature at run time

INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1

SCHEMA_DEPTH = 64
DATA_DEPTH = 64
CACHED_EXPRESSIONS = 1_024
CACHED_PATTERNS = 512
