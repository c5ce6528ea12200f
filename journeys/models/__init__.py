"""All models of the app, one file for one idea."""

from journeys.models.alert import Alert, AlertNotice
from journeys.models.call import Call
from journeys.models.daily import (
    DailyFetchCount,
    DailyMessageCount,
    DailyMessageTraitCount,
    DailyStepCount,
    DailyStepErrorCount,
    DailyStepTimeCount,
    DaysKept,
)
from journeys.models.entrance import Entrance
from journeys.models.hourly import FetchCount, MessageCount, MessageTraitCount, StepErrorCount, StepTimeCount
from journeys.models.instance import Instance
from journeys.models.journey import Journey
from journeys.models.lane import LANES, Lane, LaneInput, RouterLease
from journeys.models.last_trigger import LastTrigger
from journeys.models.onlooker import Onlooker
from journeys.models.profile_cap import ProfileCap
from journeys.models.report import Report
from journeys.models.step_event import StepCount, StepEvent
from journeys.models.version import JourneyVersion

__all__ = [
    "LANES",
    "Alert",
    "AlertNotice",
    "Call",
    "DailyFetchCount",
    "DailyMessageCount",
    "DailyMessageTraitCount",
    "DailyStepCount",
    "DailyStepErrorCount",
    "DailyStepTimeCount",
    "DaysKept",
    "Entrance",
    "FetchCount",
    "Instance",
    "Journey",
    "JourneyVersion",
    "Lane",
    "LaneInput",
    "LastTrigger",
    "MessageCount",
    "MessageTraitCount",
    "Onlooker",
    "ProfileCap",
    "Report",
    "RouterLease",
    "StepCount",
    "StepErrorCount",
    "StepEvent",
    "StepTimeCount",
]
