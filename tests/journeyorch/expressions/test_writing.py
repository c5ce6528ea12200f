"""Trees and their texts: what is written reads as the same tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from journeyorch.expressions.parse import parse
from journeyorch.expressions.write import write

from .trees import shape, trees
from .world import table


@settings(max_examples=300, deadline=None)
@given(trees)
def test_a_written_tree_reads_as_the_same(tree):
    assert shape(parse(write(tree))) == shape(tree)


def test_writing_what_was_read_changes_nothing_but_spelling():
    for _, source, _ in table("values"):
        tree = parse(source)
        written = write(tree)

        assert shape(parse(written)) == shape(tree)
        assert write(parse(written)) == written


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("((1+2))*3", "(1 + 2) * 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("'a\"\\n'", '"a\\"\\n"'),
        ("not(not true)and false", "not not true and false"),
        ("(-7) is null", "-7 is null"),
        ("-(7 is null)", "-(7 is null)"),
        ("-(@{E.x} is null)", "-@{E.x} is null"),
        ("(a>=1 and a<=2) or true", "(a >= 1 and a <= 2) or true"),
        ("@{ E . '3h' ,defaultValue:1 }", '@{E."3h", defaultValue: 1}'),
        ("#{S.G.x,params:{a:1,'b c':2}}", '#{S.G.x, params: {a: 1, "b c": 2}}'),
        ("if(true)then(1)else(2)", "if (true) then (1) else (2)"),
        ("@{E.a.all ( currentEventField.b==1 ).c}", "@{E.a.all(currentEventField.b == 1).c}"),
        ("007 + 1.50", "7 + 1.5"),
    ],
)
def test_writing_is_plain(source, written):
    assert write(parse(source)) == written
