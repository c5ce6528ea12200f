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
}
