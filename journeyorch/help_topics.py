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
}
