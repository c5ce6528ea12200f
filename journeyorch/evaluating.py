"""Lines of JSON from standard input, answered on standard output one by one (docs/evaluate.md)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from journeyorch.expressions.lines import LINE_BYTES, answer, too_long

_PIECE = 64 * 1024


def evaluate_lines() -> None:
    """Answer until the input ends, or nobody listens any more; each answer leaves at once."""
    if sys.stdin is None or sys.stdout is None:  # closed by whoever started this
        return
    try:
        for line in _lines(sys.stdin.buffer):
            said = too_long() if line is None else answer(line, now=datetime.now(UTC))
            sys.stdout.buffer.write(said + b"\n")
            sys.stdout.buffer.flush()
    except KeyboardInterrupt:
        pass
    except OSError:
        _leave_quietly()


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Each line, the last one also without an end; None for one that is too long to be kept."""
    while line := stream.readline(LINE_BYTES + 1):
        if len(line) > LINE_BYTES and not line.endswith(b"\n"):
            _skip_line(stream)
            yield None
        else:
            yield line


def _skip_line(stream: BinaryIO) -> None:
    piece = b" "
    while piece and not piece.endswith(b"\n"):
        piece = stream.readline(_PIECE)


def _leave_quietly() -> None:
    """What could not be written is still waiting, and Python would complain of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
