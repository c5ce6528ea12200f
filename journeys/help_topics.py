"""What the help buttons on the pages of journeys say."""

from django.utils.translation import gettext_lazy as _

from journeyorch.helping import Help

TOPICS = {
    "journeys": Help(
        _("Journeys"),
        _(
            "Each row is one version of a journey, with how many people are inside at the moment. Drafts can "
            "be changed; what is live stays as it is until a new version replaces it."
        ),
        _("Search “welcome”, filter by Live, and keep the page's address: it leads there again."),
        "users.md#the-list",
    ),
    "people": Help(
        _("People"),
        _(
            "Finds one person by any identity, written exactly, and shows every way through a journey. Other "
            "identities of the same profile are looked for, too."
        ),
        "anna@example.com",
        "users.md#one-persons-story",
    ),
    # Beside the hard fields of the designer.
    "design.event": Help(
        _("Event"),
        _(
            "A technical user sets up which received events count as this one, and whom they are about. As "
            "the first step it lets people enter; later it waits until it comes for the same person."
        ),
        _("OrderPlaced lets people enter, then ParcelDelivered is waited for."),
        "users.md#drawing",
    ),
    "design.timeout": Help(
        _("Timeout"),
        _(
            "How long the step waits for the news; without a timeout people may wait until the journey's own "
            "end. With a path for the timeout they go there, without one they go on as if it had come."
        ),
        _("3 days, then a reminder on the path of the timeout."),
        "users.md#drawing",
    ),
    "design.condition": Help(
        _("Condition"),
        _(
            "Each path has an expression that is true or false for the person; the first one from the top "
            "that is true is taken. Whoever fits none takes the path for other cases, or the journey ends."
        ),
        '#{ExperiencePlatform.ProfileFieldGroup.loyalty.tier} == "gold"',
        "expressions.md",
    ),
    "design.wait": Help(
        _("Wait"),
        _(
            "Holds the person for a duration, until a date, or until a moment that an expression gives. A "
            "moment that has passed already holds nobody; times without a zone are in the journey's."
        ),
        '@{Booking.arrival} - toDuration("P1D")',
        "users.md#drawing",
    ),
    "design.cap": Help(
        _("Profile cap"),
        _(
            "So many people take the first path, everybody after them the second. It counts people of this "
            "version only, and begins anew after 180 days."
        ),
        _("1,000: the first thousand get the voucher."),
        "users.md#drawing",
    ),
    "design.reentrance": Help(
        _("Re-entrance"),
        _(
            "Nobody is in a journey twice at the same time; this says whether somebody may come again "
            "afterwards, and how long after the last entrance. It is the same in all versions."
        ),
        _("Allowed, at the earliest after 30 days: one birthday message a month at most."),
        "users.md#drawing",
    ),
    "reports": Help(
        _("My reports"),
        _(
            "A report is one or more panels, each with figures of your choice by journey, step, channel, "
            "time and more. Shared ones are seen by everybody here who may read reports."
        ),
        _("Messages sent and open rate by domain and week, as lines."),
        "users.md#reports",
    ),
    "alerts": Help(
        _("Alerts"),
        _(
            "An alert tells once when something begins to be wrong, and once when it is over. It tells by "
            "email, by a signed webhook, or both."
        ),
        _("Tell operations when more than 5 % of people fail."),
        "operations.md#alerts",
    ),
    "operations": Help(
        _("Operations"),
        _(
            "Whether the workers work, how late they are, what fails and who is stuck. People who failed can "
            "be tried again, taken past the step, or ended."
        ),
        _("Calls are late: start one more worker."),
        "operations.md#the-page-of-operations",
    ),
}
