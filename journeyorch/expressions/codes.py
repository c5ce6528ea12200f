"""The codes of all problems and failures: what programs may rely on. Messages may change, codes do not."""

from __future__ import annotations

# Found when an expression is checked.
PROBLEMS = {
    "ERR_EXPR_EMPTY": "There is no expression.",
    "ERR_EXPR_SYNTAX": "Something else was expected here; the message says what.",
    "ERR_EXPR_TEXT": "A text that is not closed, or with an escape or a character that does not exist.",
    "ERR_EXPR_NUMBER": "A number that is too large to be written.",
    "ERR_EXPR_TOO_LONG": "The source is longer than 16 KiB.",
    "ERR_EXPR_TOO_MANY_TOKENS": "The source has more than 6,000 words and signs.",
    "ERR_EXPR_NESTING": "The source is nested deeper than 64 levels.",
    "ERR_EXPR_TYPE": "An operand, condition, branch, element or result is of the wrong type.",
    "ERR_EXPR_ARGUMENTS": "A function or collection function does not take these arguments.",
    "ERR_EXPR_CONSTANT": "A zone id, segment name, key or the text of date() has to be here in quotes.",
    "ERR_EXPR_ZONE": "There is no such time zone.",
    "ERR_EXPR_UNKNOWN_FUNCTION": "There is no such function.",
    "ERR_EXPR_UNKNOWN_WORD": "A bare word that means nothing.",
    "ERR_EXPR_UNKNOWN_EVENT": "There is no such event, or action with a response, before this step.",
    "ERR_EXPR_UNKNOWN_SOURCE": "There is no such data source.",
    "ERR_EXPR_UNKNOWN_GROUP": "The data source has no such field group.",
    "ERR_EXPR_UNKNOWN_FIELD": "There is no such field.",
    "ERR_EXPR_UNKNOWN_SEGMENT": "There is no such segment.",
    "ERR_EXPR_CURRENT": "currentEventField or currentDataPackField where it is not known, or the wrong one.",
    "ERR_EXPR_PATH": "A collection or map function on something that it does not work on.",
    "ERR_EXPR_PARAMS": "Dynamic values that are missing, unknown, there twice or not of a data source.",
    "ERR_EXPR_DEFAULT": "A default that is not of the field's type.",
    "ERR_EXPR_OPTION": "Something other than params and defaultValue, or one of them twice or misshapen.",
}
# Found when it is evaluated; constants that can only fail are found when it is checked.
FAILURES = {
    "ERR_EXPR_VALUE": "A value that is not what it has to be: data of another type, a text that is no number "
    "or time, an impossible day.",
    "ERR_EXPR_OVERFLOW": "A result outside 64 bits, the years 1 to 9999 or the longest duration.",
    "ERR_EXPR_NOT_FINITE": "A decimal that is too large.",
    "ERR_EXPR_PATTERN": "A pattern that is none, or too large.",
    "ERR_EXPR_TEXT_SIZE": "A text longer than 262,144 characters was to be made.",
    "ERR_EXPR_LIST_SIZE": "A text would be split into more than 10,000 parts.",
    "ERR_EXPR_STEPS": "The expression looks at too much data.",
    "ERR_EXPR_INTERNAL": "A fault of Journeyorch. Please report it.",
}
CODES = PROBLEMS | FAILURES
