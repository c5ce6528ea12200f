"""What the language does where it could have done otherwise: each decided once, with examples that are tests.

Examples hold at 2024-05-15T12:30:00Z with ``SAMPLE`` as the payload of the event E; a result that begins with
ERR_EXPR_ is the code of the error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SAMPLE: dict[str, Any] = {
    "none": None,
    "text": "abc",
    "list": [3, None, 1],
    "empty": [],
    "items": [{"sku": "A", "tags": ["x", "y"]}, {"sku": "B", "tags": []}],
}


@dataclass(frozen=True, slots=True)
class Corner:
    text: str
    examples: dict[str, Any]


CORNERS: tuple[Corner, ...] = (
    Corner(
        "A number with a minus in front is a literal: a question behind it is about the negative number. "
        "In front of anything else the minus takes the answer, which is no number.",
        {"-7 is integer": True, "-(7 is integer)": "ERR_EXPR_TYPE", "-1 - -1": 0},
    ),
    Corner(
        "Integers divide towards zero, and the remainder has the sign of the dividend. Dividing by zero "
        "gives 0, of the type that the division has. There is one zero: -0.0 is 0.0.",
        {
            "-7 / 2": -3,
            "-7 % 2": -1,
            "7 % -2": 1,
            "1 / 0": 0,
            "1.5 % 0": 0.0,
            "-4.0 % 2": 0.0,
            "1 / 0.0": 0.0,
        },
    ),
    Corner(
        "Decimals are IEEE doubles, and so are sums by +; sum and avg add exactly what is written.",
        {"0.1 + 0.2 == 0.3": False, "sum([0.1, 0.2]) == 0.3": True, "avg([0.1, 0.2])": 0.15},
    ),
    Corner(
        "Integers and decimals are compared exactly, also where a decimal cannot hold the integer.",
        {"1 == 1.0": True, "9007199254740993 == 9007199254740992.0": False},
    ),
    Corner(
        "A text joined with null is null; a null among the texts of a list is left out.",
        {'"a" + null': None, 'concat("a", null)': None, 'concat(["a", null])': "a"},
    ),
    Corner(
        "Null is equal to null only. Comparing an order with null is false, on both sides, also in "
        "not-equal order.",
        {"null == null": True, "1 != null": True, "@{E.none} < 1": False, "@{E.none} >= 1": False},
    ),
    Corner(
        "In a boolean place null is false, and the result is true or false.",
        {"null and true": False, "null or true": True, "not null": True, "if (null) then (1) else (2)": 2},
    ),
    Corner(
        "and, or and if do not evaluate what does not matter, so it cannot fail.",
        {'false and toInteger("x") > 1': False, 'if (true) then (1) else (toInteger("x"))': 1},
    ),
    Corner(
        "Functions on null give null. Those about null itself do not: isEmpty, isNotEmpty, count and its "
        "like, listSize, intersect, and in for a null list. A null value is in no list: that is null too.",
        {
            "length(null)": None,
            "isEmpty(null)": True,
            "count(null)": 0,
            "intersect(null, [1])": [],
            "in(1, null)": False,
            "in(null, [null])": None,
        },
    ),
    Corner(
        "sum of no numbers is 0; avg, max and min of none are null.",
        {"sum([])": 0, "sum([null])": 0, "avg([])": None, "max([null])": None, "sum(null)": None},
    ),
    Corner(
        "max, min and sum of integers with decimals are decimal.",
        {"max(1, 0.5)": 1.0, "sum(1, 2.5)": 3.5, "min([2, 1.5])": 1.5, "max(2, 1)": 2},
    ),
    Corner(
        "A path through a list gives one value for each element, null where the element has none; lists "
        "of them are joined into one.",
        {"@{E.items.sku}": ["A", "B"], "@{E.items.tags}": ["x", "y"], "@{E.items.price}": [None, None]},
    ),
    Corner(
        "all gives an empty list of a missing one, and is null when nothing matches. A list that is there "
        "but empty is not null by itself.",
        {
            "@{E.nothing.all()}": [],
            '@{E.items.all(currentEventField.sku == "C")} is null': True,
            '@{E.items.all(currentEventField.sku == "C").sku} is null': True,
            "@{E.empty} is null": False,
            "@{E.empty.all()} is null": True,
        },
    ),
    Corner(
        "first, last and at of nothing are null, and so is every path after them. at and getListItem "
        "count from 0; negative places are outside.",
        {
            "@{E.empty.first().x.y}": None,
            "@{E.list.at(-1)}": None,
            "@{E.list.at(3)}": None,
            "@{E.list.at(0)}": 3,
        },
    ),
    Corner(
        "has null looks at the elements; an empty text is not null, and a null list has none.",
        {"@{E.list} has null": True, '["", "a"] has null': False, "@{E.none} has null": False},
    ),
    Corner(
        "is numeric, is integer and is decimal ask for the type of the value: a text never is a number.",
        {"3 is integer": True, "3.0 is integer": False, '"3" is numeric': False, "null is numeric": False},
    ),
    Corner(
        "A default stands in for null, not for an empty list or text.",
        {
            '@{E.none, defaultValue: "x"}': "x",
            '@{E.text, defaultValue: "x"}': "abc",
            "@{E.empty, defaultValue: [1]}": [],
        },
    ),
    Corner(
        "dateTimes are equal when they are the same instant, whatever their offsets; days, wall clocks "
        "and instants are never equal to each other, nor comparable.",
        {
            'date("2024-05-15T10:00:00+02:00") == date("2024-05-15T08:00:00Z")': True,
            'date("2024-05-15") == date("2024-05-15T00:00:00")': "ERR_EXPR_TYPE",
        },
    ),
    Corner(
        "The day and the wall clock of a dateTime are those of its own offset or zone; a text without one "
        "is in UTC.",
        {
            'toDateOnly(date("2024-05-15T23:00:00-05:00"))': "2024-05-15",
            'toDateTimeOnly(date("2024-05-15T23:00:00-05:00"))': "2024-05-15T23:00",
            'toDateTime("2024-05-15T23:00:00")': "2024-05-15T23:00Z",
        },
    ),
    Corner(
        "In texts a dateTime is in UTC; as a value it keeps its offset. Seconds stand only where they or "
        "a fraction are not zero, fractions with 3 or 6 digits; what is finer than a microsecond is cut.",
        {
            '"" + date("2024-05-15T10:00:00+02:00")': "2024-05-15T08:00Z",
            'date("2024-05-15T10:00:00+02:00")': "2024-05-15T10:00+02:00",
            'date("2024-05-15T10:00:00.5")': "2024-05-15T10:00:00.500",
            'date("2024-05-15T10:00:00.1234567")': "2024-05-15T10:00:00.123456",
        },
    ),
    Corner(
        "A wall clock that a zone skips moves forward; one that comes twice is the first.",
        {
            'toDateTime("Europe/Paris", date("2024-03-31T02:30:00"))': "2024-03-31T03:30+02:00",
            'toDateTime("Europe/Paris", date("2024-10-27T02:30:00"))': "2024-10-27T02:30+02:00",
        },
    ),
    Corner(
        "Both ends of inLast… and inNext… are included; a negative number of units reaches nothing. A "
        "dateOnly counts as a whole day, in …Hours as its midnight in the journey's time zone.",
        {
            'inLastDays(date("2024-05-14T12:30:00Z"), 1)': True,
            'inLastDays(date("2024-05-14T12:29:59Z"), 1)': False,
            'inLastDays(date("2024-05-14"), 1)': True,
            "inLastDays(now(), -1)": False,
            'inLastHours(date("2024-05-15"), 12)': False,
        },
    ),
    Corner(
        "A duration is never longer in one month than in another: a day is 24 hours. Calendars are for "
        "nowWithDelta.",
        {
            'toDuration("P1D")': "PT24H",
            'toDuration("P1M")': "ERR_EXPR_VALUE",
            'date("2024-05-15") + toDuration("P1D")': "ERR_EXPR_TYPE",
            'nowWithDelta(-3, "months")': "2024-02-15T12:30Z",
        },
    ),
    Corner(
        "sort puts nulls last in both directions and keeps the order of equals. distinct, intersect and "
        "filter keep first occurrences.",
        {
            "sort(@{E.list}, false)": [3, 1, None],
            "distinct([2, 1, 2])": [2, 1],
            "intersect([2, 1, 2], [1, 2])": [2, 1],
        },
    ),
    Corner(
        "Texts are counted in Unicode code points. substr moves places outside the text to its ends.",
        {
            'length("a😀")': 2,
            'substr("hello", -3, 99)': "hello",
            'substr("hello", 3, 1)': "",
            'indexOf("a", "b")': -1,
        },
    ),
    Corner(
        "split drops empty parts at the end, not at the start or between.",
        {'split(",a,,b,,", ",")': ["", "a", "", "b"], 'split("", ",")': [""], 'split(",", ",")': []},
    ),
    Corner(
        "A pattern of matchRegExp has to match the whole text. In replacements $1 is a group and \\$ a "
        "dollar sign; a group that does not exist is an error.",
        {
            'matchRegExp("abc", "b")': False,
            'matchRegExp("abc", ".*b.*")': True,
            'replace("abc", "(b)", "[$1]")': "a[b]c",
            'replace("abc", "b", "\\\\$1")': "a$1c",
            'replace("abc", "b", "$1")': "ERR_EXPR_VALUE",
            'matchRegExp("abc", "(?=a)abc")': "ERR_EXPR_PATTERN",
        },
    ),
    Corner(
        "Ignoring case goes by Unicode's case folding.",
        {'equalIgnoreCase("STRASSE", "straße")': True, 'containIgnoreCase("ÀB", "à")': True},
    ),
    Corner(
        "toInteger cuts the fraction, of texts too; round goes to the nearest, halves up. Spaces, "
        "thousands separators and other digits than 0 to 9 make a text no number.",
        {
            'toInteger("-3.9")': -3,
            "round(-2.5)": -2,
            'toInteger(" 1")': "ERR_EXPR_VALUE",
            'toDecimal("1,000")': "ERR_EXPR_VALUE",
        },
    ),
    Corner(
        "An integer outside 64 bits is an error, never another number.",
        {"9223372036854775807 + 1": "ERR_EXPR_OVERFLOW", "-9223372036854775808 / -1": "ERR_EXPR_OVERFLOW"},
    ),
    Corner(
        "A list is of one type. Integers among decimals become decimals; lists in lists do not exist.",
        {"[1, 2.5]": [1.0, 2.5], '[1, "a"]': "ERR_EXPR_TYPE", "[[1]]": "ERR_EXPR_TYPE", "[1] == [1.0]": True},
    ),
)
