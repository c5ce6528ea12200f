from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"

    def ready(self) -> None:
        from actions.campaign import caps, statuses
        from actions.contact.gate import ContactGate
        from actions.contact.privacy import ContactWishes
        from actions.custom import CustomActionHandler
        from actions.messages.privacy import Deliveries
        from actions.messages.send import MessageHandler
        from actions.models import Action, Channel
        from journeyorch.outbound import calls, enquiries, rotation
        from journeyorch.outbound.protection import rules
        from journeyorch.privacy import stores as privacy

        calls.register("custom_action", CustomActionHandler())
        calls.register("message", MessageHandler(), gate=ContactGate())
        enquiries.register(statuses.ask_next)
        rules.register_preset(caps.preset_caps)
        for model, field in ((Action, "auth"), (Action, "signing"), (Channel, "config")):
            rotation.register(model, field)
        privacy.register(Deliveries())
        privacy.register(ContactWishes())
