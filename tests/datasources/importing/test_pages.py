"""The pages of an import: nothing happens before somebody has seen what it means."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from journeyorch.access.models import Sandbox, User
from journeyorch.background.models import BackgroundTask, StoredFile
from journeyorch.background.running import work

from .conftest import people

UPLOAD = "/admin/datasources/profile/import/"
TEXT = b"CRMID,firstName,n\n1,Zoe,3\n2,<script>alert(1)</script>,x\n"


@pytest.fixture
def editor(client, guests) -> User:
    user = User.objects.create_user("editor", password="x", is_staff=True)
    codes = ["view_profile", "change_profile"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    user.sandboxes.add(Sandbox.objects.get(name="prod"))
    client.force_login(user)
    return user


def upload(client, guests, data: bytes = TEXT, name: str = "guests.csv", **options):
    file = SimpleUploadedFile(name, data)
    return client.post(UPLOAD, {"schema": guests.pk, "file": file}, **options)


def described(answer, **changed) -> dict[str, str]:
    """What the page's forms would send."""
    forms = [answer.context["layout_form"], answer.context["form"]]
    values = {field.html_name: field.value() or "" for form in forms for field in form}
    return {**values, "shown": answer.context["shown"], **changed}


def test_a_file_is_described_seen_and_imported(client, editor, guests):
    page = upload(client, guests, follow=True)
    assert page.context["form"]["namespace_0"].value() == "CRMID"
    assert page.context["form"]["path_1"].value() == "person.name.firstName"
    assert "<script>alert" not in page.content.decode()
    assert people() == {}
    address = page.redirect_chain[-1][0]
    seen = client.post(address, described(page, path_2="visits"))
    assert "the value is no integer" in seen.content.decode()
    assert people() == {}
    begun = client.post(address, described(seen, _start="1"), follow=True)
    assert b"0 %" in begun.content
    while work(owner="one"):
        pass
    assert set(people()) == {"CRMID:1"}
    assert "the value is no integer" in client.get(begun.redirect_chain[-1][0]).content.decode()


def test_another_layout_means_other_columns(client, editor, guests):
    page = upload(client, guests, b"CRMID;visits,x\n1;3,4\n", follow=True)
    address = page.redirect_chain[-1][0]
    other = client.post(address, described(page, delimiter=";", _start="1"))
    assert [row[0] for row in other.context["rows"]] == ["CRMID", "visits,x"]
    assert BackgroundTask.objects.get().state == BackgroundTask.State.PREPARED


@pytest.mark.parametrize(
    "changed",
    [
        {"path_2": "unheard"},
        {"path_2": "stays.room"},
        {"path_2": "person"},
        {"path_2": "person.name.firstName"},
    ],
)
def test_a_mapping_that_cannot_be_is_refused(client, editor, guests, changed):
    page = upload(client, guests, follow=True)
    answer = client.post(page.redirect_chain[-1][0], described(page, _start="1", **changed))
    assert b"errorlist" in answer.content
    assert BackgroundTask.objects.get().state == BackgroundTask.State.PREPARED


@pytest.mark.parametrize("data", [b"a\x00b", b"\xff\xfea\x00", b"a,a\n1,2", b"\n1,2"])
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(client, editor, guests, data):
    answer = upload(client, guests, data, follow=True)
    assert answer.status_code == 200
    assert b"errornote" in answer.content


def test_a_file_that_is_too_large_is_not_kept(client, editor, guests, settings):
    settings.IMPORT_MAX_BYTES = 10
    assert b"is larger than" in upload(client, guests).content
    assert not StoredFile.objects.exists()


def test_only_those_who_may_change_people_import_them(client, editor, guests):
    page = upload(client, guests, follow=True)
    address = page.redirect_chain[-1][0]
    other = User.objects.create_superuser("other", password="x")
    client.force_login(other)
    assert client.get(address).url == UPLOAD  # somebody else's upload
    client.force_login(editor)
    editor.user_permissions.set(Permission.objects.filter(codename="view_profile"))
    assert client.get(UPLOAD).status_code == 403
    assert client.get(address).status_code == 403
    assert b"Import profiles" not in client.get("/admin/datasources/profile/").content


def test_a_schema_of_another_sandbox_is_none(client, editor, guests):
    editor.sandboxes.set([Sandbox.objects.create(name="other", title="Other")])
    assert b"errorlist" in upload(client, guests).content
    assert not BackgroundTask.objects.exists()
