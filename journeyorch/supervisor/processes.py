"""Fork, process groups, and dying with the parent. Processes are ended by group id, never by name."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

logger = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def fork_group(target: Callable[[], None]) -> int:
    """Run `target` in a child that leads a new process group; returns its pid, which is the group's id.

    Call it from the main thread of a process without other threads and without database connections:
    a child must not inherit a lock that nobody will release, nor a socket that two would use.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # Objects frozen here stay on pages shared with the child: its collector does not touch them.
    gc.collect()
    gc.freeze()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _run_child(target, parent)
    with suppress(OSError):  # the child does the same; whoever comes first
        os.setpgid(pid, pid)
    return pid


def _run_child(target: Callable[[], None], parent: int) -> NoReturn:
    code = 1
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        die_with(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        target()
        code = 0
    except BaseException:
        logger.exception("A process of the workers failed")
    finally:
        os._exit(code)


def die_with(parent: int) -> None:
    """End this process when its parent ends, however that ends (Linux; elsewhere see cluster.py)."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it ended before we could ask


def descendants_die_with_their_parents() -> None:
    """From now on each process that this one or a descendant forks dies with the process that forked it."""
    forking = [os.getpid()]

    def remember() -> None:
        forking[0] = os.getpid()

    os.register_at_fork(before=remember, after_in_child=lambda: die_with(forking[0]))


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, so that `reap` leaves no zombies behind."""
    if _prctl is not None:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap() -> set[int]:
    """Pids of the children, own and adopted, that have ended since the last call; never waits."""
    ended: set[int] = set()
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended.add(pid)


def ask_to_end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def kill_group(group: int) -> None:
    """kill -9 for every process of the group; nothing happens if none is left."""
    with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError if only zombies are left
        os.killpg(group, signal.SIGKILL)


def kill_member(pid: int, *, group: int) -> None:
    """kill -9 for one process, if it still belongs to the group: its number may be another's by now."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == group:
            os.kill(pid, signal.SIGKILL)


def is_member(pid: int, *, group: int) -> bool:
    try:
        return os.getpgid(pid) == group
    except (ProcessLookupError, PermissionError):
        return False
