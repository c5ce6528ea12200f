from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"

    def ready(self) -> None:
        from actions.custom import CustomActionHandler
        from actions.messages.send import MessageHandler
        from journeyorch.outbound import calls

        calls.register("custom_action", CustomActionHandler())
        calls.register("message", MessageHandler())
