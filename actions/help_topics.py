"""What the help buttons on the pages of actions, channels and templates say."""

from django.utils.translation import gettext_lazy as _

from journeyorch.helping import Help

TOPICS = {
    "actions": Help(
        _("Actions"),
        _(
            "An action calls another system when a person reaches it. Its payload says what is sent, and "
            "which values the journey has to give."
        ),
        _("Order a taxi, open a ticket, add points to an account."),
        "technical.md#custom-actions",
    ),
    "action-payload": Help(
        _("Payload"),
        _(
            "What the call sends, as an example in JSON. For each field you say whether it is always the "
            "same or given by the journey."
        ),
        '{"guest": "4711", "room": "Garden Room"}',
        "technical.md#custom-actions",
    ),
    "channels": Help(
        _("Channels"),
        _(
            "A channel is an account with a provider that sends emails, SMS or push messages. Journeys use "
            "the oldest one of a kind unless a step names another."
        ),
        _("Email by SMTP, SMS by Twilio, push by Firebase."),
        "technical.md#channels",
    ),
    "templates": Help(
        _("Templates"),
        _(
            "A template holds the words of a message. Write {{ profile.… }} where something about the person "
            "belongs, and {{ name }} for a parameter whose value the journey gives."
        ),
        "Welcome, {{ profile.person.name.firstName | default: 'dear guest' }}",
        "technical.md#message-templates",
    ),
}
