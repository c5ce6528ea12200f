"""Is this process alive? (reporting-operations.md, Running it)"""

from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers as long as the web process can answer anything; looks at nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")
