"""The file that a task has made, as an answer."""

from __future__ import annotations

from pathlib import PurePath

from django.http import StreamingHttpResponse

from journeyorch.access import audit
from journeyorch.background.files import read_from
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import kind_title


def file_of(task: BackgroundTask) -> StreamingHttpResponse | None:
    """What the task made, with a line in the audit log; None if it is not done, or has no file any more."""
    if task.state != BackgroundTask.State.DONE or task.file is None:
        return None
    audit.record("downloaded", task, label=kind_title(task))
    suffix = PurePath(task.file.name).suffix
    answer = StreamingHttpResponse(read_from(task.file.pk, 0), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="task-{task.pk}{suffix}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
