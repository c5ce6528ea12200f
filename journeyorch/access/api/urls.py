"""Addresses of this room below ``/api/v1/``."""

from django.urls import path

from journeyorch.access.api import credentials, groups, logins, sandboxes, users

urlpatterns = [
    path("sandboxes", sandboxes.Sandboxes.as_view(), name="api-sandboxes"),
    path("sandboxes/<slug:name>", sandboxes.OneSandbox.as_view(), name="api-sandbox"),
    path("users", users.Users.as_view(), name="api-users"),
    path("users/<int:id>", users.OneUser.as_view(), name="api-user"),
    path(
        "users/<int:id>/reset-second-factor",
        users.ResetSecondFactor.as_view(),
        name="api-user-reset-second-factor",
    ),
    path("failed-logins", logins.FailedLogins.as_view(), name="api-failed-logins"),
    path("failed-logins/unlock", logins.Unlock.as_view(), name="api-failed-logins-unlock"),
    path("groups", groups.Groups.as_view(), name="api-groups"),
    path("groups/<int:id>", groups.OneGroup.as_view(), name="api-group"),
    path("credentials", credentials.Credentials.as_view(), name="api-credentials"),
    path("credentials/<int:id>", credentials.OneCredential.as_view(), name="api-credential"),
    path("credentials/<int:id>/new-key", credentials.NewKey.as_view(), name="api-credential-new-key"),
]
