"""Changing one person's attributes: nothing that came meanwhile is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from datasources.models import Profile
from datasources.platform.profiles import updates
from datasources.platform.profiles.changes import Stale
from datasources.platform.profiles.updates import rewrite_attributes, set_attributes
from tests.datasources.profiles.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def test_attributes_are_set_by_path(see, person):
    see("CRMID:1", record=True, a={"b": 1, "c": 2})
    set_attributes(Profile.objects.get(), {"a.b": 5, "d": [1], ("e.f",): None}, LATER)
    assert person("CRMID:1").attributes == {"a": {"b": 5, "c": 2}, "d": [1], "e.f": None}


def test_a_value_older_than_what_stands_there_is_not_set(see, person):
    see("CRMID:1", record=True, a=1)
    set_attributes(Profile.objects.get(), {"a": 2}, NOW)
    assert person("CRMID:1").attributes == {"a": 1}


def test_setting_what_is_there_already_again_writes_nothing(see, person):
    see("CRMID:1")
    for _ in range(2):
        set_attributes(Profile.objects.get(), {"a": 2}, LATER)
    assert Profile.objects.get().version == 2


def test_somebody_merged_is_changed_under_the_new_profile(see, person):
    see("CRMID:1")
    see("CRMID:2")
    loser = Profile.objects.latest("pk")
    see("CRMID:1", "CRMID:2")
    set_attributes(loser, {"a": 1}, LATER)
    assert person("CRMID:1").attributes == {"a": 1}


def test_the_test_flag_is_an_attribute(see, person):
    see("CRMID:1")
    set_attributes(Profile.objects.get(), {"testProfile": True}, LATER)
    assert person("CRMID:1").test_profile


@pytest.mark.parametrize("values", [{(): 1}, {"a." * 40: 1}, {"a": object()}, {"a": "\ud800"}])
def test_what_cannot_be_set_is_refused(see, person, values):
    see("CRMID:1")
    with pytest.raises(ValueError, match=r"path|cannot be stored"):
        set_attributes(Profile.objects.get(), values, LATER)
    assert Profile.objects.get().version == 1


def test_somebody_erased_is_an_error(see):
    see("CRMID:1")
    profile = Profile.objects.get()
    Profile.objects.all()._raw_delete("default")
    with pytest.raises(Profile.DoesNotExist):
        set_attributes(profile, {"a": 1}, LATER)


def test_who_is_overtaken_twice_locks_and_succeeds(see, person, monkeypatch):
    see("CRMID:1", record=True, a=1)
    profile, tries = Profile.objects.get(), []
    load = updates.load_roots

    def overtaken(ids, *, lock):
        tries.append(lock)
        late = 0 if lock else 1
        return {id: root._replace(version=root.version - late) for id, root in load(ids, lock=lock).items()}

    monkeypatch.setattr(updates, "load_roots", overtaken)
    set_attributes(profile, {"d": 1}, LATER)
    assert tries == [False, False, True]
    assert person("CRMID:1").attributes == {"a": 1, "d": 1}


def test_an_editor_does_not_overwrite_what_came_meanwhile(see, person):
    see("CRMID:1", record=True, a=1)
    profile = Profile.objects.get()
    see("CRMID:1", record=True, b=1)
    with pytest.raises(Stale):
        rewrite_attributes(profile, {"a": 2}, LATER)
    assert person("CRMID:1").attributes == {"a": 1, "b": 1}


def test_an_editor_may_remove_attributes(see, person):
    see("CRMID:1", record=True, a=1, b=1)
    rewrite_attributes(Profile.objects.get(), {"b": 1}, LATER)
    assert person("CRMID:1").attributes == {"b": 1}
