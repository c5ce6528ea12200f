"""What Liquid says of a template, in words that the catalogues of translations know.

The library has no list of what it says. Here are the sentences that authors meet; the test lets the library
say them. Any other one is shown as it is.
"""

from __future__ import annotations

import re

from liquid.exceptions import LiquidError

from journeyorch.phrases import phrase, sentence

_WITH_PLACES = (
    sentence("unexpected tag '{tag}'"),
    sentence("unexpected token {token}", "token"),
    sentence("unexpected {sign}"),
    sentence("expected tag {tag}, found {found}", "found"),
    sentence("expected {expected}, found {found}", "expected", "found"),
    sentence("{filter} expected {expected}, found {found}", "expected"),
    sentence("unknown filter '{name}'"),
    sentence("{filter}: can't divide by {value}"),
    sentence("'<' and '>' are not supported between '{left}' and '{right}'"),
    sentence("'in' and 'contains' are not supported between '{left}' and '{right}'"),
)
_PLAIN = (
    phrase("end of expression"),
    phrase("a primitive expression"),
    phrase("an identifier"),
    phrase("an integer"),
    phrase("an array"),
    phrase("word"),
    phrase("missing expression"),
    phrase("missing or unexpected path segment"),
    phrase("comment tag was never closed"),
    phrase("can't sort sequence"),
    phrase("output stream limit reached"),
    phrase("block nesting limit reached"),
)
# Our own, in the library's manner.
NEVER_CLOSED = sentence("{opening} is never closed by {closing}")
TOO_LONG = sentence("the text is longer than {most} characters")
_NOT_LIQUID = phrase("it is not Liquid")
MISFIT = phrase("a filter does not fit its value")
_OTHER_COUNT = sentence("the filter {name} needs more values, or fewer")
# Python's own words about a call; they count the value before the filter, too.
_OF_A_CALL = re.compile(r"(?:\w+: )?(?P<name>[\w.]+)\(\) (?:missing|takes|got) ")


def reason(error: LiquidError) -> str:
    """What the library says, without its drawing of the place."""
    text = str(error.message or _NOT_LIQUID).strip().rstrip(".")[:200]
    if found := _OF_A_CALL.match(text):
        name = found["name"].removeprefix("_")
        return MISFIT if "." in name else _OTHER_COUNT(name=name)
    return text
