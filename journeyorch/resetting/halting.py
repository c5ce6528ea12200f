"""What must stand still while a sandbox is emptied. The floor runs nothing: rooms register what they run."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class _Verb(Protocol):
    def __call__(self, sandbox_id: int) -> None: ...


class _Machine(NamedTuple):
    halt: _Verb
    go_on: _Verb


_machines: list[_Machine] = []


def register(*, halt: _Verb, go_on: _Verb) -> None:
    """Both may be called again.

    ``halt``: once the caller's transaction is committed, nothing writes into the sandbox any more that read
    it before. ``go_on``: begin anew.
    """
    _machines.append(_Machine(halt, go_on))


def halt(sandbox_id: int) -> None:
    for machine in _machines:
        machine.halt(sandbox_id)


def go_on(sandbox_id: int) -> None:
    for machine in _machines:
        machine.go_on(sandbox_id)
