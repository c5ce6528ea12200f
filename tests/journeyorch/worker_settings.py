"""Settings of the worker processes that tests start: the product's, with residents that only note."""

from journeyorch.settings import *  # noqa: F403
from journeyorch.settings import env

JOURNEYORCH_RESIDENTS = {
    "drain": "tests.journeyorch.fake_residents.note",
    "call": "tests.journeyorch.fake_residents.note",
}
JOURNEYORCH_TICKER = "tests.journeyorch.fake_residents.tick"
NOTES = env.str("NOTES")
