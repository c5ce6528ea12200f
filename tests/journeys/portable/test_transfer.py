"""Export and import by hand, by program and by command, each with the same outcome."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from actions.models import Channel
from journeyorch.access.models import AuditEntry, Sandbox, User
from journeyorch.portable import files
from journeyorch.portable.kind import kinds
from journeys.models import Journey
from tests.journeys.portable.documents import SAMPLES
from tests.journeys.portable.test_api import Api

pytestmark = pytest.mark.django_db
MAIL = next(sample.document for sample in SAMPLES if sample.kind == "channels")
GREETING = {"name": "Greeting", "kind": "email", "content": {"subject": "Hello", "text": "Good to see you."}}
JOURNEY = {
    "name": "Greet",
    "drawing": {
        "start": ["mail"],
        "activities": {"mail": {"kind": "email", "config": {"template": "Greeting"}}},
    },
}
CONTENT = {"journeyorch": 1, "channels": [MAIL], "templates": [GREETING], "journeys": [JOURNEY]}
SECRET = "a-real-password"


def with_password(content: Any) -> Any:
    return json.loads(json.dumps(content).replace("INSERT_SECRET_HERE", SECRET))


@pytest.fixture
def api() -> Api:
    return Api(User.objects.create_superuser("anna"))


def sent(api: Api, text: str, query: str = "", media_type: str = "application/yaml") -> Any:
    return api.client.post(f"/api/v1/import?{query}", text, content_type=media_type)


def outcomes(answer: Any) -> list[tuple[str, str]]:
    return [(item["name"], item["outcome"]) for item in answer.json()["items"]]


def test_a_file_goes_out_and_comes_in_over_the_api(api: Api) -> None:
    text = files.write(with_password(CONTENT), format="yaml")
    told = sent(api, text, "preview=true")
    assert outcomes(told) == [("Mail", "created"), ("Greeting", "created"), ("Greet", "created")]
    assert not Journey.objects.exists()
    assert sent(api, text).status_code == 200

    journey = Journey.objects.get()
    for format in files.FORMATS:
        answer = api("GET", f"/api/v1/journeys/{journey.uid}/export?format={format}")
        assert files.read(answer.content) == CONTENT
    assert files.read(api("GET", "/api/v1/export").content) == CONTENT
    assert AuditEntry.objects.filter(verb="exported", kind="journeys.journey").count() == 2


def test_a_placeholder_is_missing_unless_the_secret_is_there_already(api: Api) -> None:
    text = json.dumps(CONTENT)
    refused = sent(api, text, media_type="application/json")
    assert refused.status_code == 422
    assert [flaw["pointer"] for flaw in refused.json()["errors"]] == ["/channels/0/config/password"]
    assert not Journey.objects.exists()

    assert sent(api, json.dumps(with_password(CONTENT)), media_type="application/json").status_code == 200
    changed = {**CONTENT, "channels": [{**MAIL, "track_opens": False}]}
    assert sent(api, json.dumps(changed), "conflicts=replace", "application/json").status_code == 200
    channel = Channel.objects.get()
    assert not channel.track_opens
    assert channel.config["password"]


@pytest.mark.parametrize(
    ("content", "status", "pointer"),
    [
        ("- a list", 422, "/journeyorch"),
        ("journeyorch: 2", 422, "/journeyorch"),
        ("journeyorch: 1\npeople: []", 422, "/people"),
        ("journeyorch: 1\nevents: none", 422, "/events"),
        ("journeyorch: 1\nevents: [1]", 422, "/events/0"),
        ("journeyorch: 1\njourneys: [{name: a, drawing: {start: 5}}]", 422, "/journeys/0/drawing"),
        ("journeyorch: 1\nnamespaces: [{code: 5, name: a, kind: email}]", 422, "/namespaces/0/code"),
        ("journeyorch: &a [*a]", 400, None),
        ("journeyorch: {{", 400, None),
    ],
)
def test_a_bad_file_is_refused_with_the_place(api: Api, content: str, status: int, pointer: str) -> None:
    answer = sent(api, content)
    assert answer.status_code == status, answer.text
    assert [flaw["pointer"] for flaw in answer.json().get("errors", [])] == ([pointer] if pointer else [])


@pytest.mark.parametrize("media_type", ["application/json", "application/yaml"])
def test_an_empty_file_is_refused(api: Api, media_type: str) -> None:
    answer = sent(api, "", media_type=media_type)
    assert answer.status_code == 422
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == ["/journeyorch"]


def test_a_file_that_is_too_large_is_refused(api: Api) -> None:
    assert sent(api, "#" * (files.MOST_BYTES + 1)).status_code == 413


def test_who_may_not_see_what_a_journey_needs_cannot_take_it_away(api: Api, login: Any) -> None:
    sent(api, json.dumps(with_password(CONTENT)), media_type="application/json")
    journey, reader = Journey.objects.get(), login("view_journey")
    assert reader.get(f"/api/v1/journeys/{journey.uid}/export").status_code == 403
    assert reader.get(f"/journeys/{journey.uid}/export/").status_code == 403
    assert reader.get("/api/v1/export").status_code == 403


def test_on_the_page_the_preview_comes_first_and_asks_for_secrets(api: Api) -> None:
    client = api.client
    upload = SimpleUploadedFile("greet.yaml", files.write(CONTENT, format="yaml").encode())
    preview = client.post("/journeys/import/", {"file": upload}, follow=True)
    address, page = preview.redirect_chain[-1][0], preview.content.decode()
    assert "Will be created" in page
    assert "config › password" in page
    assert not Journey.objects.exists()

    answer = client.post(address, {"_import": "1", "conflicts": "copy"})
    assert "Secrets are missing" in answer.content.decode()
    secret = {"secret:/channels/0/config/password": SECRET}
    done = client.post(address, {"_import": "1", "conflicts": "copy", **secret})
    journey = Journey.objects.get()
    assert done.url == f"/versions/{journey.versions.get().uid}/design/"
    assert client.post(address, {"_import": "1"}).url == "/journeys/import/", "an upload is imported once"

    saved = client.get(f"/journeys/{journey.uid}/export/")
    assert saved["Content-Disposition"] == 'attachment; filename="greet.yaml"'
    assert SECRET.encode() not in saved.content


def test_on_the_page_a_bad_file_is_told_before_anything(api: Api) -> None:
    bad = SimpleUploadedFile("bad.yaml", b"a: b: c")
    answer = api.client.post("/journeys/import/", {"file": bad})
    assert answer.status_code == 422
    assert "line 1, column 5" in answer.content.decode()


def test_an_upload_is_its_owner_s_own(api: Api, login: Any) -> None:
    upload = SimpleUploadedFile("greet.yaml", files.write(CONTENT, format="yaml").encode())
    address = api.client.post("/journeys/import/", {"file": upload}).url
    assert login("change_journey").get(address).status_code == 302


def test_commands_do_the_same(tmp_path: Path) -> None:
    file, other = tmp_path / "all.yaml", Sandbox.objects.create(name="other")
    file.write_text(files.write(with_password(CONTENT), format="yaml"), encoding="utf-8")
    out = io.StringIO()
    call_command("import_journeys", file, "--check", stdout=out)
    assert "created    journeys Greet" in out.getvalue()
    assert not Journey.objects.exists()
    call_command("import_journeys", file, stdout=io.StringIO())

    call_command("export_journeys", "Greet", "--output", file)
    assert files.read(file.read_bytes()) == CONTENT
    told = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_journeys", file, "--sandbox", "other", stdout=io.StringIO(), stderr=told)
    assert "/channels/0/config/password" in told.getvalue()
    assert not kinds()["journeys"].rows(other).exists()
    with pytest.raises(CommandError, match="no journey"):
        call_command("export_journeys", "Nobody")
