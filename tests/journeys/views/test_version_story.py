"""The page with the story of a version."""

from __future__ import annotations

from django.test import Client

from journeys.models import JourneyVersion


def test_the_story_tells_steps_and_paths_in_order(reader: Client, draft: JourneyVersion) -> None:
    page = reader.get(f"/versions/{draft.uid}/story/").content.decode()
    sentences = [
        "Whoever the event Ordered is about enters.",
        "Waits 1 h.",
        "The first of these paths that fits is taken.",
        "VIP: True.",
        "The journey ends here.",
        "Other cases",
    ]
    places = [page.index(sentence) for sentence in sentences]
    assert places == sorted(places)


def test_what_people_wrote_is_text(reader: Client, draft: JourneyVersion) -> None:
    document = {
        **draft.document,
        "activities": {
            id: {**activity, "description": "<script>alert(1)</script>"}
            for id, activity in draft.document["activities"].items()
        },
    }
    JourneyVersion.objects.filter(pk=draft.pk).update(document=document)
    page = reader.get(f"/versions/{draft.uid}/story/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
