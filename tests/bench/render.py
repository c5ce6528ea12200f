"""What a message costs to make, in microseconds of CPU: python -m tests.bench.render

One row per kind of template: its first message in a process, which compiles it (MJML, styles, Liquid), and
every one after that; then the same with its links tracked, which is what is sent. Medians of several runs.
The goal is 1 ms for a usual email after the first. Writes the rows as JSON with --json FILE.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")

import django

django.setup()

from actions.messages.render import render  # noqa: E402
from actions.tracking.dressing import Tracking, dressed  # noqa: E402
from actions.tracking.links import Links  # noqa: E402
from tests.bench.costs import median_cpu_us  # noqa: E402

RUNS, EACH = 7, 200
_cpu_us = partial(median_cpu_us, each=EACH, runs=RUNS)
GOAL = 1000.0
LINKS = Links("https://journeys.example.com", UUID("6f1d7a52-0000-5000-8000-000000000001"))
MJML = """
<mjml><mj-head><mj-style>.small { font-size: 12px }</mj-style></mj-head><mj-body>
<mj-section><mj-column>
  <mj-text>Dear {{ profile.person.name.firstName | default: "guest" }}, {{ nights }} nights.</mj-text>
  {% if profile.loyalty.tier == "gold" %}<mj-text>Breakfast is on us.</mj-text>{% endif %}
</mj-column></mj-section>
{% for room in rooms %}<mj-section>
  <mj-column><mj-image src="{{ room.image }}" /></mj-column>
  <mj-column>
    <mj-text>{{ room.name | upcase }}, {{ room.price }} {{ currency }}</mj-text>
    <mj-button href="https://hotel.example/rooms/{{ room.id }}">Book {{ room.name }}</mj-button>
  </mj-column>
</mj-section>{% endfor %}
<mj-section><mj-column>
  <mj-text css-class="small">{% unsubscribe %} {% mirror_page %}</mj-text>
</mj-column></mj-section>
</mj-body></mjml>
"""
HTML = (
    "<p>Dear {{ profile.person.name.firstName }}, <a href='https://hotel.example/{{ nights }}'>book</a>.</p>"
)
SUBJECT = "{{ profile.person.name.firstName }}, your room"
TEMPLATES: dict[str, tuple[str, dict[str, str]]] = {
    "a usual email in MJML": (
        "email",
        {"subject": SUBJECT, "html": MJML, "text": "Dear guest, {% unsubscribe %}"},
    ),
    "a short email in HTML": ("email", {"subject": SUBJECT, "html": HTML}),
    "an SMS": ("sms", {"text": "Dear {{ profile.person.name.firstName }}, {{ nights }} nights."}),
}
VALUES: dict[str, Any] = {
    "profile": {"person": {"name": {"firstName": "Ada"}}, "loyalty": {"tier": "gold"}},
    "nights": 3,
    "currency": "EUR",
    "rooms": [
        {"id": number, "name": f"Room {number}", "price": 90, "image": f"https://hotel.example/{number}.jpg"}
        for number in range(4)
    ],
    "unsubscribe_url": "https://journeys.example.com/m/p/x",
    "mirror_page_url": "https://journeys.example.com/m/v/x",
}


def measure(number: int, name: str) -> dict[str, Any]:
    """One row: times in microseconds of CPU."""
    kind, content = TEMPLATES[name]

    def make() -> dict[str, str]:
        return render(number, "2026-01-01", kind=kind, content=content, values=VALUES)

    started = time.process_time()
    parts = make()
    first = (time.process_time() - started) * 1e6
    return {
        "template": name,
        "bytes": sum(len(text.encode()) for text in parts.values()),
        "first": round(first),
        "next": _cpu_us(make),
        "tracked": _cpu_us(lambda: dressed(make(), LINKS, Tracking())),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.render", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    rows = [measure(number, name) for number, name in enumerate(TEMPLATES)]
    names = ("bytes", "first", "next", "tracked", "of goal")
    print(f"{'template, times in µs':<26}" + "".join(f"{name:>10}" for name in names))
    for row in rows:
        figures = "{template:<26}{bytes:>10}{first:>10}{next:>10}{tracked:>10}".format(**row)
        print(figures + f"{row['tracked'] / GOAL:>10.0%}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
