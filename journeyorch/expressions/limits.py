"""Bounds that keep every expression, however it is written, cheap to read and to run.

All of them are counts, never seconds: the same expression on the same data always gives the same answer.
"""

SOURCE_BYTES = 16 * 1024
NESTING = 64  # of brackets, and of signs in front of or behind each other
TREE_DEPTH = 2 * NESTING  # between two brackets stands at least one operation
TOKENS = 6_000
PROBLEMS = 20  # that are told of one source: each may look for a name that was meant
PATTERN_LENGTH = 1_000
PATTERN_CLASSES = 10  # such as \\pL, which are tables of hundreds of ranges
PATTERN_MEMORY = 512 * 1024
PATTERN_INSTRUCTIONS = 20_000  # of all constant patterns of an expression

# At run time.
TEXT_LENGTH = 256 * 1024  # of a text an expression makes; texts that it only reads may be longer
LIST_LENGTH = 10_000  # of a list it makes out of a text
STEPS = 200_000  # in one evaluation; what a step is, and what costs how many, is in weigh.py
TEXT_PER_STEP = 32
STEPS_PER_MATCH = 20  # that is replaced
STEPS_PER_PART = 10  # that is split off
INSTRUCTIONS_PER_STEP = 128  # of a pattern, at one character each
STEPS_PER_PATTERN = 50  # made while evaluating, and two for each of its instructions

INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1

SCHEMA_DEPTH = 64
DATA_DEPTH = 64
CACHED_EXPRESSIONS = 1_024
CACHED_PATTERNS = 512
