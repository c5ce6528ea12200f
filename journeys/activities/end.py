"""End: marks an end of the journey, with a label."""

from __future__ import annotations

from journeys.activities.base import Activity, Config, Way, activity, gettext_noop
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.engine.decide.step import End, View, Work


class EndConfig(Config):
    """Nothing to configure."""


class EndStep(Work):
    __slots__ = ()
    node_type = "end"

    def enter(self, view: View) -> End:
        return End()


@activity("end")
class EndActivity(Activity):
    title = gettext_noop("End")
    category = "orchestration"
    icon = "square"
    help = gettext_noop("Marks an end; a path may also just stop.")
    node_type = "end"
    Config = EndConfig

    @classmethod
    def ways(cls, config: EndConfig) -> list[Way]:
        return []

    @classmethod
    def tell(cls, config: EndConfig, words: Words) -> list[str]:
        return [words.say(gettext_noop("The journey ends here."))]

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: EndConfig, room: Room) -> EndStep:
        return EndStep(id=id, name=document.label or cls.title, to={})
