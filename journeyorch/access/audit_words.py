"""What the audit log calls what somebody did; stored are the English words."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

#: Those of all rooms, so that they are translated together.
VERBS = (
    gettext_noop("began"),
    gettext_noop("cancelled"),
    gettext_noop("changed"),
    gettext_noop("closed"),
    gettext_noop("corrected"),
    gettext_noop("created"),
    gettext_noop("deleted"),
    gettext_noop("deployed"),
    gettext_noop("downloaded"),
    gettext_noop("ended the test"),
    gettext_noop("exported"),
    gettext_noop("fired"),
    gettext_noop("fired in a test"),
    gettext_noop("finished"),
    gettext_noop("imported"),
    gettext_noop("made recovery codes"),
    gettext_noop("operated on people"),
    gettext_noop("published"),
    gettext_noop("replaced the key"),
    gettext_noop("stopped"),
    gettext_noop("tested"),
    gettext_noop("tested a segment"),
    gettext_noop("tried again"),
    gettext_noop("undeployed"),
    gettext_noop("used a recovery code"),
)


def verb_in_words(verb: str) -> str:
    """A verb in the reader's language; one that nobody has translated stays English."""
    return gettext(verb) if verb else verb
