"""Update profile: sets existing fields of the person's profile to the values of expressions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from journeyorch.expressions import Compiled, to_json, types
from journeyorch.expressions.scope import EXPERIENCE_EVENTS
from journeyorch.phrases import phrase
from journeys.activities.base import Activity, FailableConfig, Translate, activity, gettext_noop
from journeys.activities.catalog import Catalog
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Update, View, Work

MAX_FIELDS = 50


class UpdateProfileConfig(FailableConfig):
    """``fields``: expressions by the path of the field, such as ``person.name.firstName``."""

    fields: dict[str, str] = Field(
        min_length=1,
        max_length=MAX_FIELDS,
        title=gettext_noop("Fields"),
        json_schema_extra={"widget": "fields"},
    )


class UpdateProfileStep(Work):
    __slots__ = ("_fields",)
    node_type = "updateProfile"
    updates_profile = True

    def __init__(self, *, fields: dict[tuple[str, ...], Compiled], **step: Any) -> None:
        super().__init__(**step)
        self._fields = fields

    def expressions(self) -> Iterable[Compiled]:
        return self._fields.values()

    def enter(self, view: View) -> Update:
        return Update({path: to_json(value.evaluate(view.context)) for path, value in self._fields.items()})


@activity("update_profile")
class UpdateProfile(Activity):
    title = gettext_noop("Update profile")
    category = "actions"
    icon = "user"
    help = gettext_noop("Sets fields of the person's profile.")
    node_type = "updateProfile"
    named_by = "fields"
    Config = UpdateProfileConfig

    @classmethod
    def name_of(cls, config: UpdateProfileConfig, translate: Translate = str) -> str:
        if len(config.fields) <= 2:
            return ", ".join(config.fields)
        return translate(gettext_noop("{} fields")).format(len(config.fields))

    @classmethod
    def tell(cls, config: UpdateProfileConfig, words: Words) -> list[str]:
        return [words.say(gettext_noop("Sets fields of the profile:")), *words.meanings(config.fields)]

    @classmethod
    def check(
        cls, id: str, document: ActivityDocument, config: UpdateProfileConfig, room: Room
    ) -> Iterable[Problem]:
        for path, source in config.fields.items():
            place = f"fields.{path}"
            type = field_type(room.catalog, path)
            if type is None:
                message = phrase(
                    "The profile has no field “{path}” that can be set; choose another one.", path=path
                )
                yield Problem("ERR_JOURNEY_FIELD_MISSING", message, id, place)
            else:
                yield from room.check(id, place, source, type)

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: UpdateProfileConfig, room: Room
    ) -> UpdateProfileStep:
        fields = {
            tuple(path.split(".")): room.compile(source, field_type(room.catalog, path))
            for path, source in config.fields.items()
        }
        return UpdateProfileStep(
            id=id,
            name=document.label or cls.title,
            to=document.targets,
            fetches=room.fetches(*fields.values()),
            fields=fields,
        )


def field_type(catalog: Catalog, path: str) -> Any:
    """The type of a profile field that can be set; None if there is none.

    Values and lists of values can be set, objects only field by field: whether an object has the right form
    cannot be told before it is there. Experience events are history.
    """
    type: Any = catalog.profile
    names = path.split(".")
    if names[0] == EXPERIENCE_EVENTS:
        return None
    for name in names:
        type = type.fields.get(name) if isinstance(type, types.ObjectType) else None
    item = type.item if isinstance(type, types.ListType) else type
    return type if item in types.SCALARS else None
