"""The test of a Campaign Standard instance: something is read that changes nothing."""

from __future__ import annotations

from actions.campaign.standard import metadata_url
from actions.models import CampaignInstance
from datasources.external.testing import TEST_SECONDS
from journeyorch.outbound.client import Request, outcome_of
from journeyorch.outbound.protection.rules import ACTION
from journeyorch.outbound.protection.sending import Caller, single_request
from journeyorch.outbound.stored import send_authenticated
from journeyorch.outbound.trials import Trial, trial_of


def try_instance(row: CampaignInstance) -> Trial:
    """Ask for the metadata of profiles with the instance's key and authentication."""
    request = Request("GET", metadata_url(row.url, row.organization))
    with single_request(Caller(row.sandbox_id, ACTION)):
        answer = send_authenticated(request, row.auth, TEST_SECONDS, beside=row.key or {})
    return trial_of(answer, outcome_of(answer))
