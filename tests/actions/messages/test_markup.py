"""Templates become what mail programs can show, with their Liquid unharmed."""

from __future__ import annotations

import pytest

from actions.messages.check import check_template
from actions.messages.markup import MarkupProblem, for_mail
from actions.messages.render import RenderProblem, render_once

STYLE = "<style>p { color: red } @media (max-width: 400px) { p { color: blue } }</style>"


def html(source, **values):
    return render_once(kind="email", content={"html": source}, values={"profile": {}, **values})["html"]


def test_html_without_styles_is_left_as_it_is():
    source = "<p>{{ a }}<br>{% if b %}x{% endif %}</p>"
    assert for_mail(source) is source


def test_styles_go_into_the_elements_and_those_of_the_medium_stay():
    made = html(f"{STYLE}<p>{{{{ name }}}}</p>", name="<b>")
    assert '<p style="color: red;">&lt;b&gt;</p>' in made
    assert "@media (max-width: 400px)" in made


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<table>{% for a in items %}<tr><td>{{ a }}</td></tr>{% endfor %}</table>",
            ["<td>1</td>", "<td>2</td>"],
        ),
        (
            '<a href="https://e.com/?a={{ items[0] }}&amp;b={{ b | default: "<x>" }}">x</a>',
            ["?a=1&amp;b=<x>"],
        ),
        ('<p class="{% if items %}full{% endif %}">x</p>', ['class="full"']),
        ("{% if items.size > 1 %}<p>many</p>{% endif %}", ["many"]),
        ("{% raw %}{{ kept }}{% endraw %}", ["{{ kept }}"]),
        ("<p>liquid0q0z &amp; ä 🎉 {{ items[0] }}{{ items[1] }}</p>", ["liquid0q0z &amp; ä 🎉 12"]),
        ("{% unsubscribe 'Enough' %}", ["Enough</a>"]),
    ],
)
def test_liquid_survives_the_inlining(body, expected):
    made = html(STYLE + body, items=[1, 2], unsubscribe_url="https://j.example/m/p/x")
    for each in expected:
        assert each in made


MJML = """
<mjml><mj-head><mj-attributes><mj-text color="#333333" /></mj-attributes></mj-head>
<mj-body>
{% if vip %}<mj-section><mj-column><mj-text>For {{ name }}</mj-text></mj-column></mj-section>{% endif %}
<mj-section><mj-column>{% for room in rooms %}<mj-text>{{ room }}</mj-text>{% endfor %}
<mj-button href="{{ url }}">Book</mj-button></mj-column></mj-section></mj-body></mjml>
"""


@pytest.mark.parametrize("vip", [True, False])
def test_mjml_becomes_tables_with_liquid_between_its_elements(vip):
    made = html(MJML, name="<Ada>", vip=vip, rooms=["Garden", "Sea"], url="https://e.com/?a=1&b=2")
    assert ("For &lt;Ada&gt;" in made) is vip
    assert "<table" in made
    assert "mj-" not in made.partition("<body")[2].replace("mj-column", "").replace("mj-outlook", "")
    assert [made.count(room) for room in ("Garden", "Sea")] == [1, 1]
    assert 'href="https://e.com/?a=1&amp;b=2"' in made
    assert "fonts.googleapis.com" not in made


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<mjml><mj-body><mj-text></mj-body></mjml>", "cannot be read"),
        ('<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>', "cannot be read"),
        ('<mjml><mj-body><mj-include path="https://10.0.0.1/" /></mj-body></mjml>', "cannot be read"),
        (f"{STYLE}<p {{% if a %}}class='x'{{% endif %}}>x</p>", "not beside one"),
        (STYLE + "<div>" * 5000, "200 elements deep"),
        # What the check of depth takes for a comment, and the library does not: the stack is large enough.
        (f"{STYLE}<!-->{'<div>' * 12_000}-->", "more than 10,000 tags"),
        (f"<style>{'p b,' * 9000}p{{color:red}}</style>{'<p>x</p>' * 1000}", "too many styles"),
        (
            f"<mjml><mj-body><mj-raw>{'<p>' * 900}{'</p>' * 900}</mj-raw></mj-body></mjml>",
            "200 elements deep",
        ),
    ],
)
def test_markup_that_cannot_be_made_into_an_email_is_said_when_it_is_saved(source, said):
    with pytest.raises(MarkupProblem, match=said):
        for_mail(source)
    with pytest.raises(RenderProblem, match=said):
        html(source)
    [problem] = check_template(
        kind="email", content={"subject": "x", "html": source}, parameters=[{"name": "a"}]
    )
    assert (problem.part, said in problem.message) == ("html", True)


def test_what_only_looks_like_a_comment_does_not_end_the_process():
    assert "<div>" in for_mail(f"{STYLE}<!-->{'<div>' * 4000}-->")


def test_stylesheets_elsewhere_are_not_fetched():
    link = '<link rel="stylesheet" href="http://10.0.0.1/x.css">'
    assert "10.0.0.1" not in for_mail(f"{STYLE}{link}<p>x</p>")
