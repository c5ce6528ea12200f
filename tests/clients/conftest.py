"""A shop that sends to the product: inlets, a journey that begins with an order, and a running server.

The server speaks TLS, for 127.0.0.1 and under a name of its own, and works on the database of the test. For
browsers there is a page of the same domain; both names exist in them alone.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import Page, Response

from datasources.models import ExperienceEvent, Identity, Profile, Schema
from datasources.platform.schemas.library import compose
from events.ingest.credentials import digest
from events.models import Event, Inlet, InletToken, Quarantined
from journeyorch.access.models import Sandbox
from journeys import publishing
from journeys.engine.drain import drain_once
from journeys.engine.lanes import ensure_lanes
from journeys.models import Instance
from tests import postgres
from tests.clients.packages import NotInstallable, from_npm
from tests.events.server import environment_for, gunicorn
from tests.journeyorch.outbound.certificates import self_signed
from tests.journeys.world import act
from tests.postgres import free_port

HOST = "events.acme.example"
PAGE = "https://shop.acme.example/"
KEY = "a-write-key-that-only-tests-know"
ORGANIZATION = "0123ABCD@AdobeOrg"
LIMIT = 60.0


@pytest.fixture(scope="session")
def npm_package() -> Callable[[str], Path]:
    """``npm_package(name)``: the folder of the newest version. Leaves the test out if it cannot be had."""

    def get(name: str) -> Path:
        try:
            return from_npm(name)
        except NotInstallable as problem:
            pytest.skip(f"left out: {name} cannot be had here: {problem}")

    return get


# --- The product ----------------------------------------------------------------------------------


class Shop:
    """What is configured, and what became of what was sent."""

    def __init__(self) -> None:
        self.sandbox = Sandbox.objects.get(name="prod")
        ensure_lanes(self.sandbox.pk)
        self.schema = self._schema("event", "web", "commerce", "device")
        self.profile_schema = self._schema("profile", "person", "contact", "consents")
        self.inlet = self.open_inlet(
            "shop", write_key=KEY, allowed_origins=[PAGE.rstrip("/")], organization=ORGANIZATION
        )

    def open_inlet(self, key: str, *, write_key: str, **settings: Any) -> Inlet:
        inlet = Inlet.objects.create(
            sandbox=self.sandbox, key=key, name=key, schema=self.schema,
            profile_schema=self.profile_schema, **settings,
        )  # fmt: skip
        InletToken.objects.create(inlet=inlet, digest=digest(write_key), hint=write_key[:4])
        return inlet

    def _schema(self, kind: str, *groups: str) -> Schema:
        document = compose(kind, groups, id=f"urn:shop:{kind}")
        return Schema.objects.create(
            sandbox=self.sandbox, name=kind, kind=kind, tenant="acme", document=document
        )

    def begin_with_orders(self, *, namespace: str) -> None:
        """Publish a journey that begins with a purchase, for the person of that namespace."""
        Event.objects.create(
            sandbox=self.sandbox, name="Order", type=Event.Type.RULE, schema=self.schema,
            namespace=namespace, condition='@{Order.eventType} == "commerce.purchases"',
        )  # fmt: skip
        activities = {"order": act("event", "wait", event="Order"), "wait": act("wait", duration="P1D")}
        version = publishing.create_journey(self.sandbox, "Thank you", by=None)
        drawing = {"start": ["order"], "activities": activities}
        publishing.save_draft(version, drawing, revision=version.revision)
        publishing.publish(version, by=None)

    @contextmanager
    def at_most(self, events_a_second: int) -> Iterator[None]:
        self.inlet.rate_limit = events_a_second
        self.inlet.save()
        yield
        self.inlet.rate_limit = None
        self.inlet.save()

    def handle(self) -> None:
        """Everything that was received is routed and acted upon."""
        while drain_once(self.sandbox.pk):
            pass
        assert not list(Quarantined.objects.values_list("code", "message"))

    def person(self, namespace: str, value: str) -> Profile:
        return Identity.objects.get(namespace=namespace, value=value).profile

    def history(self, person: Profile) -> list[Any]:
        """What happened to somebody, the oldest first."""
        return list(
            ExperienceEvent.objects.filter(profile=person)
            .order_by("timestamp")
            .values_list("data", flat=True)
        )

    def inside(self) -> list[str]:
        """Who is in the journey."""
        return list(Instance.objects.order_by("pk").values_list("person_id", flat=True))


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    if connection.vendor == "postgresql":
        pytest.skip("the libraries do not see which database it is")
    return Shop()


class Storage(NamedTuple):
    """Where the server stores; it can be made to refuse (tests/clients/failing_storage.py)."""

    folder: Path

    def refuse(self, *statuses: int, inlet: str = "shop") -> None:
        """The next requests of the inlet are refused so, one after another."""
        (self.folder / inlet).write_text("\n".join(map(str, statuses)))

    def has_refused_all(self, *, inlet: str) -> bool:
        return not (self.folder / inlet).exists()


@pytest.fixture(scope="module")
def port() -> int:
    """Of the server: chosen first, because the browser is told when it starts."""
    return free_port()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With its key in the same file."""
    pair = self_signed(HOST)
    path = tmp_path_factory.mktemp("tls") / "acme.pem"
    path.write_text(pair.key + pair.certificate)
    return path


@pytest.fixture
def storage(shop: Shop, port: int, certificate: Path, tmp_path: Path) -> Iterator[Storage]:
    """Of the running server."""
    refusals = tmp_path / "refusals"
    refusals.mkdir()
    environment = environment_for(_database_of_this_test()) | {"FAILING_STORAGE": str(refusals)}
    options = ["--threads=4", f"--certfile={certificate}", f"--keyfile={certificate}"]
    with gunicorn(environment, *options, application="tests.clients.failing_storage", port=port):
        yield Storage(refusals)


def _database_of_this_test() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return postgres.with_database(os.environ["DATABASE_URL"], name)


# --- The browser ----------------------------------------------------------------------------------


class Site(ThreadingHTTPServer):
    """The shop's pages: one with scripts, each at an address of its own."""

    scripts: Mapping[str, str] = {}
    daemon_threads = True

    class RequestHandlerClass(BaseHTTPRequestHandler):
        server: Site

        def do_GET(self) -> None:
            tags = "".join(f"<script src='{path}'></script>" for path in self.server.scripts)
            page = f"<!doctype html><title>Shop</title>{tags}"
            script = self.server.scripts.get(self.path)
            self.send_response(200)
            kind = "text/html" if script is None else "text/javascript"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write((page if script is None else script).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)


@pytest.fixture(scope="module")
def site(certificate: Path) -> Iterator[Site]:
    with Site(certificate) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield site
        site.shutdown()


@pytest.fixture(scope="module")
def browser_hosts(port: int, site: Site) -> Mapping[str, int]:
    return {HOST: port, urlsplit(PAGE).netloc: site.server_port}


class Visit:
    """A page of the shop, with a library of somebody else, and how what it posts is answered."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: list[tuple[str, int]] = []
        page.context.on("response", self._on_response)
        page.goto(PAGE)

    def run(self, script: str, *values: Any) -> Any:
        """What a function of the page gives, for these values."""
        return self.page.evaluate(f"values => ({script})(...values)", list(values))

    def answered(self, status: int, address: str, script: str, *values: Any) -> None:
        """Call a function, which need not end, and wait until a request to the address is answered so."""
        with self.page.expect_response(
            lambda response: address in response.url and response.status == status
            and response.request.method == "POST"
        ):  # fmt: skip
            self.run(f"(...values) => {{ ({script})(...values) }}", *values)

    def until(self, look: Callable[[], bool]) -> None:
        """Wait for what happens on the server."""
        deadline = time.monotonic() + LIMIT
        while not look():
            assert time.monotonic() < deadline, self.answers
            self.page.wait_for_timeout(50)

    def _on_response(self, response: Response) -> None:
        if HOST in response.url and response.request.method == "POST":
            self.answers.append((urlsplit(response.url).path, response.status))


@pytest.fixture
def visit(storage: Storage, site: Site, open_page: Callable[..., Page]) -> Callable[..., Visit]:
    """``visit(library)``: the shop's page with that script, closed before the server stops.

    ``before``: a script that runs before the library does.
    """

    def go(library: Path, *, before: str = "") -> Visit:
        site.scripts = {"/before.js": before, "/library.js": library.read_text()}
        return Visit(open_page())

    return go
