"""Every address of the product. Apps are named by strings: the floor imports none of them."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.decorators.http import conditional_page
from django.views.i18n import JavaScriptCatalog

from journeyorch.access.language import choose_language
from journeyorch.access.logging_in import Login, admin_login
from journeyorch.access.second_factor import views as second_factor
from journeyorch.access.signon import views as signon
from journeyorch.access.views import switch_sandbox
from journeyorch.administration import load_pages
from journeyorch.observing.metrics import metrics
from journeyorch.observing.readiness import healthz, readyz
from journeyorch.searching import search

load_pages()

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    # The texts of scripts in the reader's language; asked for again at every page, answered only if changed.
    path(
        "jsi18n/",
        conditional_page(JavaScriptCatalog.as_view(packages=["journeys"])),
        name="javascript-catalog",
    ),
    path("language/", choose_language, name="set-language"),
    path("login/", Login.as_view(), name="login"),
    path("login/code/", second_factor.code, name="second-factor-code"),
    path("login/single-sign-on/", signon.begin, name="sign-on"),
    path("login/single-sign-on/back/", signon.back, name="sign-on-back"),
    path("account/second-factor/", second_factor.second_factor, name="second-factor"),
    path("password/", auth_views.PasswordResetView.as_view(), name="password_reset"),
    path("password/sent/", auth_views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/<uidb64>/<token>/",
        auth_views.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("password/new/", auth_views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("search/", search, name="search"),
    path("sandbox/", switch_sandbox, name="switch-sandbox"),
    # Before the API: clients of other systems send to addresses below it.
    path("", include("events.urls")),
    path("api/", include("journeyorch.api.urls")),
    path("data/core/", include("datasources.api.urls")),
    path("authoring/", include("journeys.api.authoring_urls")),
    path("authoring/", include("journeyorch.outbound.protection.urls")),
    path("", include("datasources.urls")),
    path("", include("actions.urls")),
    path("", include("journeys.urls")),
]
