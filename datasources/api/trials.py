"""Trying data sources over the API, as their Test buttons do."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from rest_framework.exceptions import NotFound

from datasources.external.models import FieldGroup
from datasources.external.testing import try_out
from journeyorch.api.bodies import WITHOUT_NUL
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.outbound.trials_api import TrialAnswer, ValuesBody, trial_shown, trying_authentication
from journeyorch.portable.acting import Act, acting
from journeyorch.portable.kind import pointer


class FetchBody(ValuesBody):
    """``group``: which field group is asked for; ``values``: its dynamic values."""

    group: str = Field(min_length=1, max_length=200, pattern=WITHOUT_NUL)


def _fetch(act: Act) -> dict[str, Any]:
    group = FieldGroup.objects.filter(source=act.row, name=act.body.group).first()
    if group is None:
        raise NotFound("The data source has no field group of this name.")
    unknown = act.body.values.keys() - set(group.parameter_names())
    if unknown:
        raise Unacceptable(Flaw(pointer("values", name), "There is no such value.") for name in unknown)
    return trial_shown(try_out(group, act.body.values))


urlpatterns = [
    trying_authentication("data_sources"),
    acting(
        "data_sources", "test", _fetch, body=FetchBody, answer=TrialAnswer,
        says="Make the real call of a field group, under the source's cap and past the cache.",
    ),
]  # fmt: skip
