"""The search for forbidden calls finds them, and finds none in the product."""

from __future__ import annotations

import pytest

from tests.forbidden_calls import find, find_all


def test_the_product_has_no_forbidden_calls():
    assert find_all() == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("events/a.py", "eval(text)"),
        ("events/a.py", "run = exec"),
        ("events/a.py", "import pickle"),
        ("events/a.py", "from pickle import loads"),
        ("events/a.py", "from django.utils.safestring import mark_safe as fine"),
        ("events/a.py", "from django.utils import safestring\nsafestring.SafeString(text)"),
        ("actions/a.py", "import requests"),
        ("actions/a.py", "from urllib import request\nrequest.urlopen(url)"),
        ("journeys/engine/drain.py", "from django.utils import timezone\ntimezone.now()"),
        ("journeys/engine/drain.py", "import datetime as dt\ndt.datetime.now(dt.UTC)"),
        ("journeys/engine/drain.py", "from datetime import datetime\nclock = datetime.now"),
        ("journeys/definition/a.py", "from time import time as t\nt()"),
        ("journeys/activities/a.py", "import uuid\nuuid.uuid4()"),
        ("journeys/activities/a.py", "from random import choice"),
        ("templates/a.html", "{{ name|safe }}"),
        ("templates/a.html", "{% autoescape off %}"),
        ("templates/a.html", "<script>alert(1)</script>"),
        ("templates/a.html", '<p style="color: red">'),
        ("templates/a.html", '<a onclick="go()">'),
        ("events/templates/events/a.html", '<a href="javascript:go()">'),
        ("static/js/a.js", "box.innerHTML = name"),
        ("static/js/a.js", "new Function(text)"),
    ],
)
def test_a_forbidden_call_is_found(path, text):
    assert list(find(path, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("events/a.py", "evaluate(text)\nself.exec(1)\nfor requests in waves:\n    print(requests.get)"),
        ("events/a.py", "from django.utils import timezone\ntimezone.now()"),
        ("journeyorch/outbound/client.py", "import requests"),
        ("journeys/engine/drain.py", "import time\ntime.monotonic()"),
        ("journeys/engine/drain.py", "from datetime import datetime\ndatetime.fromtimestamp(0, UTC)"),
        ("events/a.py", "from django.utils.safestring import SafeString\ndef show() -> SafeString: ..."),
        ("tests/a.py", "import pickle"),
        ("templates/a.html", '<script type="module" src="a.js"></script><p class="style">one = two</p>'),
        ("static/js/a.js", "if (box.innerHTML == '') return"),
    ],
)
def test_what_only_looks_like_one_is_not(path, text):
    assert list(find(path, text)) == []
