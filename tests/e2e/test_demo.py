"""`make demo` as a newcomer meets it: start, log in, fire an event, see the message, stop, start again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 90.0

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.one_database,  # its own, SQLite
    pytest.mark.timeout(300),
]


class Demo:
    """A running demo in a folder of its own, on free ports."""

    def __init__(self, folder: Path) -> None:
        self.ports = {
            name: free_port() for name in ("port", "catcher-port", "smtp-port", "reservations-port")
        }
        self.url = f"http://127.0.0.1:{self.ports['port']}"
        self.catcher = f"http://127.0.0.1:{self.ports['catcher-port']}"
        self.log = folder / "log"
        options = [f"--{name}={port}" for name, port in self.ports.items()]
        # The suite may run on PostgreSQL; the demo is what a newcomer gets, on SQLite.
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", f"--folder={folder}", *options],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def output(self) -> str:
        return self.log.read_text()

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait_until_ready(self, *, times: int = 1) -> None:
        """``times``: how often a demo of this folder has said so by then."""
        until(lambda: self.output().count("Ctrl-C stops everything") == times, self.output)

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(LIMIT)


@contextmanager
def running(demo: Demo) -> Iterator[Demo]:
    """Whatever a test leaves running is killed at the end."""
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            children = demo.tree()
            demo.process.kill()
            demo.process.wait()
            for child in children:
                child.kill() if child.is_running() else None


def until(look: Callable[[], Any], what: Callable[[], str]) -> Any:
    deadline = time.monotonic() + LIMIT
    while not (found := look()):
        assert time.monotonic() < deadline, what()
        time.sleep(0.1)
    return found


def test_a_newcomers_hour_with_it(tmp_path: Path, page: Page) -> None:
    with running(Demo(tmp_path)) as demo:
        demo.wait_until_ready()
        fire_an_event_and_see_the_message(demo, page)
        send_traffic_and_see_it_in_the_catcher(demo)
        assert_only_this_machine_is_served(demo)
        processes = demo.tree()
        demo.stop()
        assert demo.process.returncode == 0, demo.output()
        assert not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    with running(Demo(tmp_path)) as again:
        again.wait_until_ready(times=2)
        again.stop()
        assert "Traceback" not in again.output()


def fire_an_event_and_see_the_message(demo: Demo, page: Page) -> None:
    page.goto(demo.url)
    page.get_by_label("Username").fill("business")
    page.get_by_label("Password").fill("hotel-demo")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Fire an event").first.click()
    page.get_by_label("Person").fill("guest-001")
    page.get_by_role("button", name="Fire", exact=True).click()

    # What became of the event, and from there the person's story.
    expect(page.get_by_text("Hotel welcome").first).to_be_visible(timeout=LIMIT * 1000)
    page.goto(demo.catcher)
    expect(page.get_by_text(re.compile("guest-001|@example.com")).first).to_be_visible(timeout=LIMIT * 1000)
    page.goto("about:blank")  # or it goes on asking a demo that is stopped


def send_traffic_and_see_it_in_the_catcher(demo: Demo) -> None:
    send = [sys.executable, "manage.py", "demo_events", "--count=30", "--rate=30", f"--url={demo.url}"]
    subprocess.run(send, cwd=ROOT, check=True, capture_output=True)
    until(lambda: b'"push"' in _get(f"{demo.catcher}/messages.json"), demo.output)


def assert_only_this_machine_is_served(demo: Demo) -> None:
    listening = {
        socket.laddr.ip
        for process in demo.tree()
        for socket in process.net_connections("inet")
        if socket.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "manage.py", "demo", f"--folder={tmp_path}", f"--port={port}"]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"Port {port} is in use." in ended.stderr
    assert "Traceback" not in ended.stderr


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
        return answer.read()
