"""All kinds of activities. Importing the package registers them, in the order of the palette."""

from journeys.activities import (  # noqa: F401, I001 - the order is the palette's
    event,
    reaction,
    segment_qualification,
    condition,
    time_condition,
    date_condition,
    split,
    profile_cap,
    wait,
    end,
    message,
    custom_action,
    update_profile,
    jump,
)
