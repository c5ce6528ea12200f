"""Templates of Campaign Standard follow their instance."""

from __future__ import annotations

from actions.campaign.standard import url_of
from actions.models import Action, CampaignInstance


def move_templates(instance: CampaignInstance) -> None:
    """Have the templates of an instance called where it is now; in the transaction that saves it."""
    for template in Action.objects.filter(instance=instance):
        event_id = template.declaration["event_id"]
        template.url = url_of(instance.url, instance.organization, instance.api, event_id)
        template.save()
