"""What the help buttons on the pages of data sources, schemas, profiles and segments say."""

from django.utils.translation import gettext_lazy as _

from journeyorch.helping import Help

TOPICS = {
    "data-sources": Help(
        _("Data sources"),
        _(
            "A data source is another system that is asked while a person walks through a journey. Its field "
            "groups say what is asked for and which fields the answer has."
        ),
        "#{Reservations.Booking.reservation.active}",
        "technical.md#data-sources-and-field-groups",
    ),
    "payload": Help(
        _("Sample of an answer"),
        _(
            "Paste an answer of the other system as it really is: fields and their types are read from it. "
            "What it lacks cannot be used in conditions."
        ),
        '{"reservation": {"active": true, "nights": 3}}',
        "technical.md#data-sources-and-field-groups",
    ),
    "schemas": Help(
        _("Schemas"),
        _(
            "A schema names the fields of messages or of profiles, and their types. What comes in is checked "
            "against it."
        ),
        '{"type": "object", "properties": {"total": {"type": "number"}}}',
        "technical.md#schemas",
    ),
    "namespaces": Help(
        _("Namespaces"),
        _(
            "A namespace is a kind of identity. The same text in two namespaces is two different people "
            "unless a message has said otherwise."
        ),
        _("Email: anna@example.com · CRMID: 4711"),
        "technical.md#namespaces-and-profiles",
    ),
    "profiles": Help(
        _("Profiles"),
        _(
            "A profile is everything that is known of one person, by all identities together. Flag some as "
            "test profiles: only they enter tests."
        ),
        '{"person": {"name": {"firstName": "Ada"}}}',
        "technical.md#namespaces-and-profiles",
    ),
    "profile-field-groups": Help(
        _("Profile field groups"),
        _(
            "A profile field group names fields of profiles and experience events that journeys can read. "
            "ProfileFieldGroup is there from the start, with all of them."
        ),
        "#{ExperiencePlatform.ProfileFieldGroup.person.name.firstName}",
        "technical.md#profile-field-groups",
    ),
    "segments": Help(
        _("Segments"),
        _(
            "A segment is all people for whom an expression over their profile and history is true. Journeys "
            "can begin when somebody comes in or leaves, and ask who is in it."
        ),
        '#{ExperiencePlatform.ProfileFieldGroup.loyalty.tier} == "gold"',
        "technical.md#segments",
    ),
    "datasets": Help(
        _("Datasets"),
        _(
            "A dataset says where messages of a schema belong, and whether they feed profiles. Each schema "
            "has one by itself; add others to keep what some systems send apart."
        ),
        _("A dataset “Web shop” that feeds profiles, and “Load test” that does not."),
        "technical.md#datasets",
    ),
    "components": Help(
        _("Imported components"),
        _(
            "Classes, field groups and data types that schemas are composed of, besides the built-in ones. "
            "They come in from files of standard XDM, all of a file or nothing."
        ),
        _("A zip of a public repository of XDM schemas."),
        "technical.md#importing-standard-xdm-files",
    ),
    "records": Help(
        _("Records"),
        _(
            "A record describes a thing, such as a product, that events name by its key. Journeys read its "
            "fields beside the field of the event."
        ),
        _('The product with the key “tea-1”: {"title": "Green tea", "price": 4.5}'),
        "technical.md#records-and-relationships",
    ),
    "labels": Help(
        _("Labels"),
        _(
            "A label says what kind of data a field holds. By itself it does nothing: policies say where "
            "fields with it must not go."
        ),
        _("“Health” on the field allergies, and a policy that keeps it in the house."),
        "technical.md#labels-and-policies",
    ),
    "policies": Help(
        _("Policies"),
        _(
            "A policy names labels, and where their fields must not be sent. Journeys that do it all the "
            "same cannot be tested or published, and are told why."
        ),
        _("Sensitive fields go to no custom action."),
        "technical.md#labels-and-policies",
    ),
}
