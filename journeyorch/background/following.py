"""Following a task from the command line: working on it, and telling how far it is."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work

# While others work on it.
_LOOK_EVERY = 0.5


def follow(task: BackgroundTask, tell: Callable[[str], object], *, help_out: bool = True) -> BackgroundTask:
    """Until the task is over; ``help_out``: no workers need to run. Returns it as it is then.

    An interruption leaves the task to the workers.
    """
    owner, told = f"{socket.gethostname()}:{os.getpid()}:command"[:80], ""
    while True:
        worked = help_out and work(owner=owner, task=task)
        task.refresh_from_db()
        if (text := in_words(task)) != told:
            tell(text)
            told = text
        if task.state != BackgroundTask.State.OPEN:
            return task
        if not worked:
            time.sleep(_LOOK_EVERY)


def in_words(task: BackgroundTask) -> str:
    """One line about a task."""
    share = "" if task.percent is None else f", {task.percent} %"
    of = "" if task.total is None else f" of {task.total}"
    bad = f", {task.bad_lines} with problems" if task.bad_lines else ""
    message = f". {task.message}" if task.message else ""
    return f"{task.pk} {task.title}: {task.state}{share}, {task.done}{of} {task.unit}{bad}{message}"
