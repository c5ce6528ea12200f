"""What reading and checking an event costs, in microseconds of CPU: python -m tests.bench.schemas

One row per schema: normalizing a stored message of about a kilobyte (parsing it, finding its parts), checking
it against the compiled schema, and both. Medians of several runs in one process. The goal is 60 µs for both.
The last column is the same check of an event that breaks a rule, which builds a report.
Writes the rows as JSON with --json FILE. With --xdm FOLDER, also for schemas composed of published XDM files.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")

import django

django.setup()

from datasources.platform.schemas.library import building, compose, group_names  # noqa: E402
from datasources.platform.schemas.validate import Validator  # noqa: E402
from datasources.platform.schemas.xdm.bundle import Bundle  # noqa: E402
from datasources.platform.schemas.xdm.files import read_path  # noqa: E402
from datasources.platform.schemas.xdm.reading import EVENT, read_part  # noqa: E402
from events.protocols import adapter_of, discover  # noqa: E402
from tests.bench.costs import median_cpu_us  # noqa: E402

RUNS, EACH = 7, 2_000
_cpu_us = partial(median_cpu_us, each=EACH, runs=RUNS)
GOAL = 60.0
NOW = datetime(2026, 5, 15, 10, 0, 1, tzinfo=UTC)
XDM = "https://ns.adobe.com/xdm/context/experienceevent-"
ENTITY: dict[str, Any] = {
    "_id": "0b2b3f0e-1f0c-4f0a-9a53-3b1b0f5f6c11",
    "timestamp": "2026-05-15T10:00:00.123Z",
    "eventType": "commerce.purchases",
    "identityMap": {
        "CRMID": [{"id": "guest-004", "primary": True}],
        "Email": [{"id": "ada@example.com", "authenticatedState": "authenticated"}],
    },
    "_experience": {"campaign": {"orchestration": {"eventID": "4f" * 32}}},
    "commerce": {
        "order": {"purchaseID": "o-1", "priceTotal": 159.0, "currencyCode": "EUR"},
        "purchases": {"value": 1},
    },
    "productListItems": [{"SKU": f"sku-{number}", "quantity": 1, "priceTotal": 53.0} for number in range(3)],
    "placeContext": {"geo": {"city": "Wien", "_schema": {"latitude": 48.2, "longitude": 16.37}}},
    "environment": {"operatingSystem": "Linux", "browserDetails": {"userAgent": "Mozilla/5.0 " + "x" * 80}},
    "_acme": {"room": "900", "nights": 3},
}
TENANT = {"room": building.text("Room"), "nights": building.integer("Nights")}


def documents(folder: Path | None) -> dict[str, dict[str, Any]]:
    """The schemas to measure, by name."""
    usual = ["orchestration", "commerce", "placeContext", "environment"]
    found = {
        "the class alone": compose("event"),
        "four groups": compose("event", usual, tenant=TENANT, tenant_name="acme"),
        "the whole library": compose("event", group_names("event"), tenant=TENANT, tenant_name="acme"),
    }
    return {**found, **(_published(folder) if folder else {})}


def _published(folder: Path) -> dict[str, dict[str, Any]]:
    parts = [part for read in read_path(folder) if (part := read_part(read.value))]
    library = {part.uri: part.document for part in parts}
    groups = [part.uri for part in parts if part.kind == "group" and EVENT in part.extends]
    few = [f"{XDM}{name}" for name in ("commerce", "environment-details", "web")]
    return {
        "XDM: class and 3 groups": _bundled(library, [EVENT, *few]),
        f"XDM: class and all {len(groups)} groups": _bundled(library, [EVENT, *groups]),
    }


def _bundled(library: dict[str, Any], uris: list[str]) -> dict[str, Any]:
    bundle = Bundle(library)
    return {"allOf": [bundle.reference(uri) for uri in uris], "$defs": bundle.definitions}


def measure(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """One row: times in microseconds of CPU."""
    body = orjson.dumps({"header": {"schemaRef": {"id": "urn:x"}}, "body": {"xdmEntity": ENTITY}}).decode()
    adapter, validator = adapter_of("collection"), Validator(document)
    entity = adapter.normalize(body, received_at=NOW).entity
    broken = {**entity, "timestamp": "yesterday"}
    if validator.violations(entity) or not validator.violations(broken):
        raise SystemExit(f"{name}: the event of this bench no longer fits the schema.")
    return {
        "schema": name,
        "bytes": len(body),
        "normalize": _cpu_us(lambda: adapter.normalize(body, received_at=NOW)),
        "validate": _cpu_us(lambda: validator.violations(entity)),
        "both": _cpu_us(lambda: validator.violations(adapter.normalize(body, received_at=NOW).entity)),
        "broken": _cpu_us(lambda: validator.violations(broken)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.schemas", description=__doc__)
    parser.add_argument("--xdm", type=Path, help="a folder of published XDM files")
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    discover()
    rows = [measure(name, document) for name, document in documents(arguments.xdm).items()]
    names = ("bytes", "normalize", "validate", "both", "of goal", "broken")
    print(f"{'schema, times in µs':<34}" + "".join(f"{name:>10}" for name in names))
    for row in rows:
        print(
            "{schema:<34}{bytes:>10}{normalize:>10}{validate:>10}{both:>10}".format(**row)
            + f"{row['both'] / GOAL:>10.0%}{row['broken']:>10}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
