"""The columns of the hot path's tables, as bulk SQL needs them; the one place that knows them twice.

A test compares them with the models.
"""

from __future__ import annotations

from collections.abc import Iterable

from journeyorch.bulk import Column

LANE_INPUT = "journeys_laneinput"
INSTANCE = "journeys_instance"
ENTRANCE = "journeys_entrance"
CALL = "journeys_call"
STEP_EVENT = "journeys_stepevent"
VERSION = "journeys_journeyversion"
STEP_COUNT = "journeys_stepcount"
STEP_ERROR_COUNT = "journeys_steperrorcount"
STEP_TIME_COUNT = "journeys_steptimecount"
MESSAGE_COUNT = "journeys_messagecount"
FETCH_COUNT = "journeys_fetchcount"
MESSAGE_TRAIT_COUNT = "journeys_messagetraitcount"
PROFILE_CAP = "journeys_profilecap"
RECEIVED_EVENT = "events_receivedevent"
QUARANTINED = "events_quarantined"

ID = Column("id", "bigint")
UUID = Column("id", "uuid")
RUN = Column("run", "integer")

INPUT_COLUMNS = (
    Column("lane_id", "bigint"),
    Column("bulk", "smallint"),
    Column("kind", "smallint"),
    Column("namespace", "text"),
    Column("person_id", "text"),
    Column("reference", "bigint"),
    Column("detail", "text"),
    Column("occurred_at", "timestamptz"),
)

INSTANCE_KEY = (UUID, Column("revision", "integer"))
INSTANCE_FIXED = (
    Column("version_id", "bigint"),
    Column("journey_id", "bigint"),
    RUN,
    Column("lane_id", "bigint"),
    Column("namespace", "text"),
    Column("person_id", "text"),
    Column("started_at", "timestamptz"),
)
INSTANCE_MOVING = (
    Column("position", "smallint"),
    Column("status", "smallint"),
    Column("activity", "text"),
    Column("state", "text"),
    Column("wake_at", "timestamptz"),
    Column("ended_at", "timestamptz"),
)
INSTANCE_COLUMNS = (*INSTANCE_KEY, *INSTANCE_FIXED, *INSTANCE_MOVING)

ENTRANCE_KEY = (
    Column("journey_id", "bigint"),
    Column("in_test", "boolean"),
    Column("namespace", "text"),
    Column("person_id", "text"),
)
ENTRANCE_MOVING = (
    Column("active_instance", "uuid"),
    Column("last_started_at", "timestamptz"),
    Column("last_ended_at", "timestamptz"),
    RUN,
)

CALL_COLUMNS = (
    UUID,
    Column("sandbox_id", "bigint"),
    Column("lane_id", "bigint"),
    Column("instance_id", "uuid"),
    Column("activity", "text"),
    Column("kind", "text"),
    Column("spec", "text"),
    Column("namespace", "text"),
    Column("person_id", "text"),
    Column("in_test", "boolean"),
    Column("endpoint", "text"),
    Column("status", "smallint"),
    Column("created_at", "timestamptz"),
    Column("not_before", "timestamptz"),
    Column("timeout_seconds", "double precision"),
    Column("attempts", "smallint"),
    Column("token", "integer"),
)

STEP_EVENT_COLUMNS = (
    Column("version_id", "bigint"),
    Column("instance_id", "uuid"),
    Column("sequence", "integer"),
    Column("activity", "text"),
    Column("status", "smallint"),
    Column("path", "text"),
    Column("at", "timestamptz"),
    Column("entered_at", "timestamptz"),
    Column("entrance", "smallint"),
    Column("received_event_id", "bigint"),
    RUN,
    Column("namespace", "text"),
    Column("person_id", "text"),
    Column("detail", "text"),
)

#: What is counted, in all tables of sums; what it is counted by is their key.
N = Column("n", "bigint")
_WHEN_AND_WHERE = (Column("hour", "timestamptz"), Column("lane_id", "bigint"), RUN)

STEP_COUNT_KEY = (
    Column("version_id", "bigint"),
    Column("activity", "text"),
    Column("path", "text"),
    Column("status", "smallint"),
    *_WHEN_AND_WHERE,
)

STEP_ERROR_COUNT_KEY = (
    Column("version_id", "bigint"),
    Column("activity", "text"),
    Column("status", "smallint"),
    Column("path", "text"),
    Column("code", "text"),
    *_WHEN_AND_WHERE,
)

STEP_TIME_COUNT_KEY = (
    Column("version_id", "bigint"),
    Column("activity", "text"),
    Column("bucket", "smallint"),
    *_WHEN_AND_WHERE,
)

MESSAGE_COUNT_KEY = (
    Column("version_id", "bigint"),
    Column("activity", "text"),
    Column("status", "text"),
    Column("code", "text"),
    *_WHEN_AND_WHERE,
)

FETCH_COUNT_KEY = (
    Column("version_id", "bigint"),
    Column("activity", "text"),
    Column("field_group", "text"),
    Column("code", "text"),
    *_WHEN_AND_WHERE,
)

MESSAGE_TRAIT_COUNT_KEY = (
    Column("version_id", "bigint"),
    Column("activity", "text"),
    Column("status", "text"),
    Column("code", "text"),
    Column("trait", "text"),
    Column("value", "text"),
    *_WHEN_AND_WHERE,
)


def added_up(key: Iterable[Column]) -> str:
    """For ``bulk.insert`` into a table of sums: what is there already is added to."""
    return f"({', '.join(column.name for column in key)}) DO UPDATE SET n = t.n + excluded.n"


PROFILE_CAP_KEY = (
    Column("version_id", "bigint"),
    Column("in_test", "boolean"),
    Column("activity", "text"),
)
PROFILE_CAP_MOVING = (
    Column("since", "timestamptz"),
    Column("taken", "integer"),
    Column("most", "integer"),
)
