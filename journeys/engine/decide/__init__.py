"""The heart of the engine: ``decide(plan, state, stimulus, around) → Decision``, a pure function.

``enter`` begins an instance, ``decide`` takes it on, ``operate`` does what an operator wants. An instance
has exactly one position: waiting (on a race of timers and listeners), calling, parked (nobody knows whether
its call was made), or ended; "first" means when it happened: an event by its receipt, a timer by its due
time, on a tie the upper one (engine.md, Waves).
"""

from journeys.engine.decide.context import Surroundings
from journeys.engine.decide.deciding import abort, decide, enter, listens
from journeys.engine.decide.operate import Operated, condemned, operate, refused
from journeys.engine.decide.step import Plan, Run
from journeys.engine.decide.values import (
    Arrival,
    CallRequest,
    Decision,
    Discard,
    JumpRequest,
    Key,
    Operation,
    Position,
    Refusal,
    Returned,
    State,
    Status,
    StepRecord,
    StepStatus,
    Stimulus,
    Verb,
    Woke,
)

__all__ = [
    "Arrival",
    "CallRequest",
    "Decision",
    "Discard",
    "JumpRequest",
    "Key",
    "Operated",
    "Operation",
    "Plan",
    "Position",
    "Refusal",
    "Returned",
    "Run",
    "State",
    "Status",
    "StepRecord",
    "StepStatus",
    "Stimulus",
    "Surroundings",
    "Verb",
    "Woke",
    "abort",
    "condemned",
    "decide",
    "enter",
    "listens",
    "operate",
    "refused",
]
