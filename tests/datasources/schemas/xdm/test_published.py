"""The published XDM files go in as they are (technical.md, Importing standard XDM), if they are at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.library import compose, group_names
from datasources.platform.schemas.library.published import FOLLOWS, PUBLISHED
from datasources.platform.schemas.validate import Validator
from datasources.platform.schemas.xdm.bundle import bundled
from datasources.platform.schemas.xdm.reading import EVENT, PROFILE
from journeyorch.expressions import from_json_schema
from journeyorch.expressions.types import ListType
from tests.datasources.schemas.xdm.published import examples, on_the_wire, published

# What these examples break, in their own published schemas.
BROKEN_EXAMPLES = {
    "components/datatypes/paid-media/paid-media-creative.example.5.json": "#/paidMediaCreative/displayURL",
    "components/fieldgroups/product/product-measurement.example.1.json": "#/productSize",
    "extensions/adobe/experience/campaign/profile-all.example.1.json": "#/notificationSubscriptions/0",
    "extensions/adobe/experience/journeyOrchestration/journeyOrchestrationClassification.example.3.json": (
        "#/_experience/journeyOrchestration/classification/channel/_id"
    ),
}
# Published elsewhere, in folders that are not part of the data.
ELSEWHERE = {
    "https://ns.adobe.com/experience/analytics/keyvalue",
    "https://ns.adobe.com/experience/offer-management/offer-activity-detail",
    "https://ns.adobe.com/experience/offer-management/offer-detail",
    "https://ns.adobe.com/experience/offer-management/proposition-response-detail",
    "https://ns.adobe.com/xdm/context/experienceevent-media",
    "https://ns.adobe.com/xdm/context/optinout",
}
CLASSES = {"event": EVENT, "profile": PROFILE}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "xdm"


@pytest.fixture(scope="module")
def library(folder: Path) -> dict[str, Any]:
    return {uri: part.document for uri, part in published(folder).items()}


def test_every_file_is_a_class_a_field_group_or_a_data_type(folder: Path) -> None:
    kinds: dict[str, int] = {}
    for part in published(folder).values():
        kinds[part.kind] = kinds.get(part.kind, 0) + 1

    assert len(published(folder)) == len(list(folder.rglob("*.schema.json")))
    assert kinds == {"class": 46, "group": 231, "type": 143}


def test_every_piece_becomes_one_self_contained_schema(library: dict[str, Any]) -> None:
    missing: set[str] = set()
    for uri in library:
        document, lacking = bundled(library, uri)
        missing |= lacking
        Validator(document)
        jsonschema_rs.meta.validate(document)

    assert missing == ELSEWHERE


def test_the_examples_beside_them_are_valid_on_the_wire(folder: Path, library: dict[str, Any]) -> None:
    broken: dict[str, str] = {}
    found = list(examples(folder))
    for example in found:
        document, _missing = bundled(library, example.uri)
        for violation in Validator(document).violations(on_the_wire(example.value)):
            broken[example.name] = violation.pointer

    assert len(found) > 200
    assert broken == BROKEN_EXAMPLES


def test_names_on_the_wire_are_those_that_platforms_are_known_by(library: dict[str, Any]) -> None:
    step_events = (
        "https://ns.adobe.com/experience/journeyOrchestration/stepEvents/journeyStepEventCommonFields"
    )
    found = {field.path for field in fields_of(bundled(library, step_events)[0])}

    assert "_experience.journeyOrchestration.stepEvents.journeyVersionID" in found
    assert not [path for path in found if ":" in path or "@" in path]


def test_expressions_see_the_types_that_are_listed(folder: Path, library: dict[str, Any]) -> None:
    differing = {}
    for part in published(folder).values():
        document, _missing = bundled(library, part.uri)
        types = from_json_schema(document)
        for field in fields_of(document) if part.kind == "group" else ():
            # Deeper fields of expressions are open.
            if field.path.count(".") < 8 and (found := type_at(types, field.path)) != field.type:
                differing[field.path] = (field.type, found)
    # It has permitted values and no type.
    assert differing == {"sourceSystemType": ("any", "string")}


def type_at(type_: Any, path: str) -> str:
    for name in path.split("."):
        while isinstance(type_, ListType):
            type_ = type_.item
        type_ = type_.fields[name]
    return str(type_.name)


@pytest.mark.parametrize("kind", ["event", "profile"])
def test_the_built_in_library_has_the_paths_and_types_of_xdm(kind: str, library: dict[str, Any]) -> None:
    own_class = _fields(compose(kind))
    differing = _differing(own_class, _published_fields(library, [CLASSES[kind]]))
    for name in group_names(kind):
        theirs = _published_fields(library, FOLLOWS[name])
        own = {path: type for path, type in _fields(compose(kind, [name])).items() if path not in own_class}
        differing |= _differing(own, theirs)

    # XDM has the identityMap of profiles as a field group of its own; here every profile has one.
    assert differing == ({"identityMap": ("map", None)} if kind == "profile" else {})


def test_built_in_pieces_stand_for_published_ones_of_the_same_name(library: dict[str, Any]) -> None:
    assert set(PUBLISHED) <= set(library)
    for uri in PUBLISHED:
        document, missing = bundled(PUBLISHED, uri)
        assert not missing
        Validator(document)


def _fields(document: dict[str, Any]) -> dict[str, str]:
    return {field.path: field.type for field in fields_of(document)}


def _published_fields(library: dict[str, Any], uris: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for uri in uris:
        found |= _fields(bundled(library, uri)[0])
    return found


def _differing(own: dict[str, str], theirs: dict[str, str]) -> dict[str, tuple[str, str | None]]:
    return {path: (type, theirs.get(path)) for path, type in own.items() if theirs.get(path) != type}
