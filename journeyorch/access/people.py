"""Who may read about people: identities, profiles, ways through journeys, messages, events as they came."""

#: What somebody needs, beside the permission for the page, wherever people can be told apart.
READ_PEOPLE = "datasources.view_profile"
