"""What was caught: the latest messages in memory, and in a file so that a restart keeps them."""

from __future__ import annotations

import threading
from collections import Counter, deque
from pathlib import Path
from typing import Any

import orjson

MAX_MESSAGES = 1000
MAX_BYTES = 32 * 1024 * 1024
# Messages grow into the file; it is written anew when it holds this many more than are kept.
_SLACK = 1000

Caught = dict[str, Any]


class Box:
    """A bounded list of caught messages; safe for many threads.

    A message is a dictionary as ``received.py`` makes it; the box adds ``id`` (counting up) and ``repeated``
    (another one with the same idempotency key is here).
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._path = path
        self._kept: deque[tuple[Caught, int]] = deque()
        self._keys: Counter[str] = Counter()
        self._bytes = 0
        self._last_id = 0
        self._appended = 0
        #: Another one whenever the content is.
        self.version = 0
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._read(path)

    def add(self, message: Caught) -> Caught:
        """Keep a message; returns it with its id."""
        with self._lock:
            message = {
                **message,
                "id": self._last_id + 1,
                "repeated": bool(message["key"]) and self._keys[message["key"]] > 0,
            }
            line = orjson.dumps(message)
            self._keep(message, len(line))
            self._write(line)
            return message

    def clear(self) -> None:
        """Forget everything; ids go on counting."""
        with self._lock:
            self._kept.clear()
            self._keys.clear()
            self._bytes = 0
            self.version += 1
            self._rewrite()

    def get(self, message_id: int) -> Caught | None:
        with self._lock:
            return next((message for message, _ in self._kept if message["id"] == message_id), None)

    def find(
        self, *, kind: str = "", to: str = "", since: int = 0, limit: int = MAX_MESSAGES
    ) -> list[Caught]:
        """Newest first: of a kind, with a text in address or person, with an id above ``since``."""
        wanted = to.strip().lower()
        with self._lock:
            newest_first = [message for message, _ in reversed(self._kept)]
        found = [
            message
            for message in newest_first
            if message["id"] > since
            and (not kind or message["kind"] == kind)
            and (not wanted or _concerns(message, wanted))
        ]
        return found[:limit]

    def counts(self) -> dict[str, int]:
        """How many of each kind are here."""
        with self._lock:
            return dict(Counter(message["kind"] for message, _ in self._kept))

    def _keep(self, message: Caught, size: int) -> None:
        self._kept.append((message, size))
        self._last_id = max(self._last_id, message["id"])
        self._bytes += size
        self.version += 1
        if message["key"]:
            self._keys[message["key"]] += 1
        while len(self._kept) > MAX_MESSAGES or (self._bytes > MAX_BYTES and len(self._kept) > 1):
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        message, size = self._kept.popleft()
        self._bytes -= size
        self._keys[message["key"]] -= 1
        if self._keys[message["key"]] <= 0:
            del self._keys[message["key"]]

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        with path.open("rb") as file:
            for line in file:
                message = _read_line(line)
                if message:
                    self._keep(message, len(line))
        self._rewrite()

    def _write(self, line: bytes) -> None:
        if self._path is None:
            return
        self._appended += 1
        if self._appended > _SLACK:
            self._rewrite()
            return
        with self._path.open("ab") as file:
            file.write(line + b"\n")

    def _rewrite(self) -> None:
        """Replace the file in one step: a process killed here leaves the old one or the new one."""
        if self._path is None:
            return
        self._appended = 0
        new = self._path.with_suffix(".new")
        new.write_bytes(b"".join(orjson.dumps(message) + b"\n" for message, _ in self._kept))
        new.replace(self._path)


def _concerns(message: Caught, wanted: str) -> bool:
    where = (
        message["to"],
        message.get("path", ""),
        message.get("body", "") if message["kind"] == "call" else "",
    )
    return any(wanted in text.lower() for text in where)


def _read_line(line: bytes) -> Caught | None:
    """A kept message, or None for a line that a crash cut short."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    expected = {"id", "kind", "to", "key"}
    return message if isinstance(message, dict) and expected <= message.keys() else None
