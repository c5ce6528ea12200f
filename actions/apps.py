from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = _("Actions and messages")
    # What others refer to first (journeyorch/portable/kind.py).
    portable_forms = (
        "custom_portable", "campaign.portable", "contact.portable", "channels.portable", "messages.portable",
    )  # fmt: skip

    def ready(self) -> None:
        from actions.campaign import caps, statuses
        from actions.contact import lists
        from actions.contact.gate import ContactGate
        from actions.contact.privacy import ContactWishes
        from actions.custom import CustomActionHandler
        from actions.help_topics import TOPICS
        from actions.messages.privacy import Deliveries
        from actions.messages.sandboxes import of_messages
        from actions.messages.send import MessageHandler
        from actions.models import (
            Action,
            CampaignInstance,
            CampaignMessage,
            Channel,
            Delivery,
            Feedback,
            LinkClick,
            MessageTemplate,
            MirrorPage,
        )
        from journeyorch import finding, helping
        from journeyorch.background import kinds
        from journeyorch.outbound import calls, enquiries, rotation
        from journeyorch.outbound.protection import rules
        from journeyorch.privacy import stores as privacy
        from journeyorch.resetting import contents

        calls.register("custom_action", CustomActionHandler())
        calls.register("message", MessageHandler(), gate=ContactGate())
        kinds.register(lists.IMPORT, lists.Import())
        kinds.register(lists.EXPORT, lists.Export())
        enquiries.register(statuses.ask_next)
        rules.register_preset(caps.preset_caps)
        sealed = (
            (Action, "auth"), (Action, "signing"), (Channel, "config"),
            (CampaignInstance, "auth"), (CampaignInstance, "key"),
        )  # fmt: skip
        for model, field in sealed:
            rotation.register(model, field)
        templates = finding.by_name(MessageTemplate, "template")
        finding.register(
            finding.Kind(_("Templates"), ("actions.view_messagetemplate",), templates),
            finding.configured(Action),
            finding.configured(Channel),
        )
        helping.register(TOPICS)
        privacy.register(Deliveries())
        privacy.register(ContactWishes())
        for told in (Feedback, LinkClick, MirrorPage):
            contents.register(told, of_messages, through=(Delivery, CampaignMessage))
