"""Answers of data sources that are kept for a while, and may be about a person."""

from __future__ import annotations

import orjson

from datasources.external.models import FetchCache
from journeyorch.privacy.naming import Names
from journeyorch.privacy.stores import Cursor, Erased, Found
from journeyorch.privacy.subjects import Subject

_BATCH = 1000


class Answers:
    """The store. They are copies of what other systems hold, so they are erased and not exported."""

    name = "answers"

    def export(self, subject: Subject, after: Cursor) -> Found:
        return Found(())

    def erase(self, subject: Subject, after: Cursor) -> Erased:
        names = Names(subject.identities)
        kept = FetchCache.objects.filter(sandbox=subject.sandbox_id, pk__gt=after or 0).order_by("pk")[
            :_BATCH
        ]
        rows = list(kept.values_list("pk", "data"))
        theirs = [pk for pk, data in rows if names.named_in(orjson.loads(data))]
        FetchCache.objects.filter(pk__in=theirs).delete()
        return Erased(len(theirs), rows[-1][0] if len(rows) == _BATCH else None)
