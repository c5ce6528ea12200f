"""The suppression list from files, and as a file that can be read again."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from actions.contact import lists
from actions.contact.lists import NotAnEntry, columns_of, entry_of
from actions.contact.models import Suppression
from actions.contact.suppression import Addressee, Entry, suppress
from datasources.platform.profiles.importing.rows import Place
from journeyorch import bulk
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from journeyorch.background.tasks import cancel

IMPORT, EXPORT = reverse("admin:actions_suppression_import"), reverse("admin:actions_suppression_export")
Reason = Suppression.Reason


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({"address": " Ada@Example.com "}, ("email", "Ada@Example.com", "manual")),
        ({"address": "'+49 151 1", "kind": "SMS"}, ("sms", "+491511", "manual")),
        ({"address": "a@x.org", "reason": "Bounced"}, ("email", "a@x.org", "bounced")),
        ({"address": "nobody"}, "no address for email"),
        ({"address": ""}, "no address"),
        ({"address": "a@x.org", "kind": "fax"}, "kind is none of"),
        ({"address": "a@x.org", "reason": "because"}, "reason is none of"),
    ],
)
def test_a_line_is_an_entry_or_says_why_not(line, found):
    if isinstance(found, str):
        with pytest.raises(NotAnEntry, match=found):
            entry_of(line, 1, "email")
    else:
        entry = entry_of(line, 1, "email")
        assert (entry.to.kind, entry.to.address, entry.reason) == found


@pytest.mark.parametrize(
    ("header", "names", "first"),
    [
        (["Kind", "Address"], ["kind", "address"], Place(14, 2)),
        (["E-Mail", "detail"], ["address", "detail"], Place(14, 2)),
        (["a@x.org"], ["address"], Place()),
        (["a@x.org", "Ada"], ["address", "column 2"], Place()),
    ],
)
def test_a_first_line_without_the_name_of_addresses_is_an_address(header, names, first):
    assert columns_of(header, Place(14, 2)) == (names, first)


def upload(client, text: bytes, *, kind: str = "email", name: str = "list.csv") -> BackgroundTask | None:
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, text), "kind": kind})
    return BackgroundTask.objects.latest("pk") if answer.status_code == 302 else None


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(lists, "BATCH", 2)


FILE = b"address;kind;reason\na@x.org;;\nnobody;;\n+491511;sms;unsubscribed\na@x.org;;\nb@x.org;;bounced\n"


def test_a_list_is_imported_batch_by_batch_and_what_cannot_be_used_is_told_by_its_line(
    admin_client, small_batches
):
    task = upload(admin_client, FILE)
    assert task is not None
    while work(owner="one", task=task):
        task.refresh_from_db()

    assert (task.state, task.result, task.bad_lines) == (BackgroundTask.State.DONE, {"addresses": 4}, 1)
    assert [(line.number, "nobody" in line.reason) for line in task.lines.all()] == [(3, False)]
    found = Suppression.objects.order_by("address").values_list("address", "kind", "reason")
    assert list(found) == [
        ("+491511", "sms", "unsubscribed"), ("a@x.org", "email", "manual"), ("b@x.org", "email", "bounced")
    ]  # fmt: skip


def test_a_cancelled_import_keeps_what_it_has_done_and_begun_anew_adds_the_rest(admin_client, small_batches):
    task = upload(admin_client, FILE)
    assert task is not None
    work(owner="one", task=task)
    cancel(task)
    work(owner="two", task=task)
    task.refresh_from_db()
    assert (task.state, Suppression.objects.count()) == (BackgroundTask.State.CANCELLED, 1)

    again = upload(admin_client, FILE)
    while work(owner="two", task=again):
        pass
    assert Suppression.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("list.json", b'[{"address": "a@x.org"}]', "no CSV"),
        ("list.csv", b"\xff\xfea\x00", "no text in UTF-8"),
        ("list.csv", b"\n", "cannot be read|empty|at most"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_not_kept(admin_client, name, text, words):
    answer = admin_client.post(IMPORT, {"file": SimpleUploadedFile(name, text), "kind": "email"})
    assert re.search(words, answer.text)
    assert not BackgroundTask.objects.exists()


def test_an_export_can_be_imported_again(admin_client, sandbox, small_batches):
    entries = [
        Entry(Addressee(sandbox.pk, "email", "a@x.org"), Reason.COMPLAINED, detail="=1+1"),
        Entry(Addressee(sandbox.pk, "sms", "+491511"), Reason.MANUAL),
        Entry(Addressee(sandbox.pk, "sms", "+491512"), Reason.BOUNCED),
    ]
    suppress(entries, bulk.database_now())
    Suppression.objects.filter(address="+491512").update(address="")  # of an erased person
    assert admin_client.get(EXPORT).status_code == 405
    admin_client.post(EXPORT)
    task = BackgroundTask.objects.get()
    while work(owner="one", task=task):
        pass
    download = reverse("admin:journeyorch_backgroundtask_download", args=[task.pk])
    answer = admin_client.get(download)
    text = answer.getvalue()
    assert ".csv" in answer.headers["Content-Disposition"]
    assert b"'=1+1" in text
    known = list(Suppression.objects.exclude(address="").values_list("address", "kind", "reason", "detail"))

    Suppression.objects.all().delete()
    again = upload(admin_client, text)
    while work(owner="one", task=again):
        pass
    assert sorted(Suppression.objects.values_list("address", "kind", "reason", "detail")) == sorted(known)


def test_who_may_only_look_may_not_import(client, django_user_model, sandbox):
    looker = django_user_model.objects.create_user("looker", password="x", is_staff=True)
    looker.sandboxes.add(sandbox)
    client.force_login(looker)
    assert client.get(IMPORT).status_code == 403
    assert client.post(EXPORT).status_code == 403
