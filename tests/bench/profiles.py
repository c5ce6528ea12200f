"""Looking people up by identity among millions: python -m tests.bench.profiles [--identities 10000 10000000]

The table is filled to each size in turn, in one run. Printed for each: CPU-ms and microseconds for a look-up
(this process and PostgreSQL), in waves of 200 people and one by one, as an event that stands alone costs; and
the plan of the query. Last the ratios of the largest size to the smallest. People are drawn at random, so the
larger sizes are read from the disk's cache, not from PostgreSQL's. Two identities are stored for each person.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

SIZES = {"postgres": [10_000, 100_000, 1_000_000], "sqlite": [10_000, 100_000]}
WAVE, WAVES, ALONE = 200, 100, 2000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.profiles", description=__doc__)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--identities", type=int, nargs="+")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = options.identities or SIZES[options.database]
    if options.database == "postgres":
        from tests import postgres

        with postgres.cluster(fsync=True) as url:
            figures = measure(url, sizes)
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(f"sqlite:///{folder}/bench.sqlite3", sizes)
    first, last = figures[0], figures[-1]
    ratios = {name: round(last[name] / first[name], 2) for name in first if name.startswith("cpu_ms")}
    print("largest to smallest  " + "  ".join(f"{name} {ratio}" for name, ratio in ratios.items()))
    if options.json:
        options.json.write_text(json.dumps({"sizes": figures, "ratios": ratios}, indent=2))
    return 0


def measure(url: str, sizes: list[int]) -> list[dict[str, Any]]:
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="journeyorch.settings", LOG_LEVEL="WARNING")
    os.environ["DEBUG"] = "false"  # Django would keep every statement
    import django

    django.setup()
    from django.core.management import call_command

    from journeyorch.access.models import Sandbox
    from tests.bench import people

    call_command("migrate", verbosity=0)
    sandbox, filled, figures = Sandbox.objects.get(name="prod").pk, 0, []
    for size in sizes:
        people.fill(sandbox, first=filled + 1, last=size // 2)
        filled = size // 2
        figures.append({"identities": size, **_looked_up(sandbox, filled)})
        print("  ".join(f"{name} {value:,}" for name, value in figures[-1].items()), flush=True)
        print("  plan: " + " / ".join(_plan(sandbox)), flush=True)
    return figures


def _looked_up(sandbox: int, people_there: int) -> dict[str, float]:
    from datasources.platform.profiles.people import Needs, load_people
    from tests.bench import people
    from tests.bench.costs import costs_of

    draw = random.Random(4711)

    def look_up(many: int) -> None:
        names = {people.name_of(draw.randint(1, people_there)) for _ in range(many)}
        found = load_people(sandbox, [(people.NAMESPACE, name) for name in names], Needs(attributes=True))
        assert len(found) == len(names)

    look_up(WAVE)  # the first one plans the statements
    in_waves = costs_of(lambda: [look_up(WAVE) for _ in range(WAVES)]).figures(WAVE * WAVES, unit="lookup")
    alone = costs_of(lambda: [look_up(1) for _ in range(ALONE)]).figures(ALONE, unit="lookup")
    return {
        "cpu_ms_in_waves": in_waves["cpu_ms_per_lookup"],
        "us_in_waves": round(1_000_000 / in_waves["lookups_per_second"], 1),
        "cpu_ms_alone": alone["cpu_ms_per_lookup"],
        "us_alone": round(1_000_000 / alone["lookups_per_second"], 1),
    }


def _plan(sandbox: int) -> list[str]:
    """The lines of the plan that say how the rows are found."""
    from datasources.platform.profiles.people import identity_rows
    from tests.bench import people
    from tests.plans import explained

    pairs = [(people.NAMESPACE, people.name_of(number)) for number in range(1, WAVE + 1)]
    with explained() as plans:
        identity_rows(sandbox, pairs)
    lines = (line.strip(" ->") for line in plans[0].splitlines())
    return [line for line in lines if any(word in line for word in ("Scan", "SCAN", "SEARCH", "Index Cond"))]


if __name__ == "__main__":
    sys.exit(main())
