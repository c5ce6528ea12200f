"""What the help buttons beside fields say that several rooms have."""

from django.utils.translation import gettext_lazy as _

from journeyorch.helping import Help

TOPICS = {
    "authentication": Help(
        _("Custom authentication"),
        _(
            "For systems that hand out a token first: says where it is asked for, where it stands in the "
            "answer, and how calls carry it. The token is kept until it expires."
        ),
        '{"type": "customAuthorization", "endpoint": "https://login.example/token", …}',
        "technical.md#authentication",
    ),
    "capping": Help(
        _("Capping"),
        _(
            "A cap limits how many calls a second reach the systems of a URL pattern, over all workers. What "
            "is beyond it is not made, and ends as an error that a journey can have a path for."
        ),
        _("https://api.example/* : 50 calls a second."),
        "technical.md#protecting-other-systems",
    ),
    "throttling": Help(
        _("Throttling"),
        _(
            "A throttle slows calls down instead of refusing them: they wait in line, in their order, for up "
            "to six hours. Use it where each call must be made and the other system is slow."
        ),
        _("https://erp.example/* : 200 calls a second."),
        "technical.md#protecting-other-systems",
    ),
    "breakers": Help(
        _("Systems that fail"),
        _(
            "After many failures in a row a system is left alone for a while, so that it can recover and "
            "nobody waits for it. A call is tried now and then; when one succeeds all go on."
        ),
        _("Reservations: left alone since 10:03, timeout."),
        "technical.md#protecting-other-systems",
    ),
    "background": Help(
        _("Background work"),
        _(
            "Imports, exports and erasures that take longer than a page may. They go on after a restart "
            "where they were; nothing is done twice."
        ),
        _("Import of guests.csv: 12,000 of 50,000 lines."),
        "operations.md#long-work",
    ),
    "erasures": Help(
        _("Erasures"),
        _(
            "Who was erased is kept only as keyed hashes: with the identity in hand you can find out whether "
            "it was done. Nothing else of the person remains."
        ),
        _("Erased on request of 3 May, 214 rows."),
        "technical.md#export-and-erasure",
    ),
    "users": Help(
        _("Users"),
        _(
            "Who may log in, what they may do, and which sandboxes they enter. Give permissions to groups "
            "rather than to single users; “staff status” opens this administration."
        ),
        _("Ada: group Standard user, sandbox prod."),
        "technical.md",
    ),
    "groups": Help(
        _("Groups"),
        _(
            "What many users may do, and the sandboxes that they enter. The four ready-made ones can be "
            "changed; what you take away from them stays away."
        ),
        _("Technical user: configures, and looks at journeys."),
        "technical.md",
    ),
    "sandboxes": Help(
        _("Sandboxes"),
        _(
            "A sandbox is a world of its own: events, people, journeys and figures of one are never seen in "
            "another. Its time zone is that of reports and quiet hours. Reset, on the page of one, deletes "
            "everything in it."
        ),
        _("prod for customers, stage for trying."),
        "technical.md",
    ),
    "audit": Help(
        _("Audit log"),
        _(
            "Who changed, published, stopped, exported or deleted what, with the values before and after. "
            "Nobody can change it, and secrets are only named."
        ),
        _("olga published “Win back”, version 3."),
        "technical.md",
    ),
    "credentials": Help(
        _("API credentials"),
        _(
            "A key with which a program uses the API: as a user, with those of the user’s permissions that "
            "it needs. It is shown once; make a new one if it is lost."
        ),
        _("“Nightly report”: read reports in prod, until December."),
        "api.md",
    ),
    "logins": Help(
        _("Failed log-ins"),
        _(
            "After too many wrong passwords a name is locked for a while at the address that they came from. "
            "Deleting the line here ends that."
        ),
        _("olga from 198.51.100.7: 10 failures."),
        "settings.md",
    ),
}
