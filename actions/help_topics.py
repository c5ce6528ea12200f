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
    "deliveries": Help(
        _("Deliveries"),
        _(
            "Each message to one person, with what became of it and why. A message that was held back was "
            "never sent: its reason says by which rule."
        ),
        _("Held back: noConsent. The person has said no to email."),
        "technical.md#deliveries",
    ),
    "suppression": Help(
        _("Suppression list"),
        _(
            "Addresses that are not written to, whatever a journey says. They come here by themselves when "
            "mail bounces for good, somebody complains or unsubscribes."
        ),
        _("Delete an entry only if its owner has asked for messages again."),
        "technical.md#whom-messages-reach-and-when",
    ),
    "contact-rules": Help(
        _("Contact rules"),
        _(
            "Quiet hours hold messages back at night, frequency caps keep one person from getting too many. "
            "Both count all channels of the sandbox together."
        ),
        _("Nothing between 21:00 and 8:00, at most 3 messages in 7 days."),
        "technical.md#whom-messages-reach-and-when",
    ),
    "campaign": Help(
        _("Adobe Campaign"),
        _(
            "Journeys can send transactional messages of Adobe Campaign: of Standard by its instance, of v7 "
            "and v8 by an action for each template. What becomes of them is asked for now and then."
        ),
        _("The event “EVTorderConfirmation” with the fields order and total."),
        "technical.md#adobe-campaign",
    ),
}
