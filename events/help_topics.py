"""What the help buttons on the pages of events and inlets say."""

from django.utils.translation import gettext_lazy as _

from journeyorch.helping import Help

TOPICS = {
    "events": Help(
        _("Events"),
        _(
            "An event says which of the messages that come in concern journeys, and whom they are about. "
            "Journeys begin with one and can wait for one."
        ),
        _("“Order placed”: everything with this event ID, about the person with this email address."),
        "technical.md#events",
    ),
    "event-type": Help(
        _("Type"),
        _(
            "By event ID: your system sends an ID that only this event has. By rule: every message of the "
            "schema for which a condition is true."
        ),
        "@{OrderPlaced.total} > 100",
        "technical.md#events",
    ),
    "event-key": Help(
        _("Key"),
        _(
            "The field that says whom the event is about. Empty: the identity that the message itself names "
            "as the person's."
        ),
        "@{OrderPlaced.personalEmail.address}",
        "technical.md#events",
    ),
    "event-namespace": Help(
        _("Namespace"),
        _(
            "What kind of identity the key is. A journey is about people of one namespace, and only finds "
            "profiles that are known by it."
        ),
        _("Email for an email address, CRMID for a customer number."),
        "technical.md#namespaces-and-profiles",
    ),
    "inlets": Help(
        _("Inlets"),
        _(
            "An inlet is the address to which one system sends its messages, with keys of its own. One for "
            "each system shows which of them has gone quiet, and closes without the others."
        ),
        "POST /collection/…",
        "technical.md#inlets",
    ),
    "received": Help(
        _("Received events"),
        _(
            "Each message as it came in, before anything was done with it. Open one to see its body and what "
            "became of it; they are deleted when their time is over."
        ),
        _("Look for the newest one after a sender has been set up."),
        "technical.md#what-came-in",
    ),
    "quarantine": Help(
        _("Quarantine"),
        _(
            "Messages that were received and could not be used, each with the reason. Mend the cause, then "
            "have them taken in again; their people are not lost."
        ),
        _("A field that must be a number is a text: correct the schema, then try again."),
        "technical.md#what-came-in",
    ),
}
