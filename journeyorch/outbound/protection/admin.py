"""The pages on which technical users protect other systems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.moments import in_text
from journeyorch.outbound.endpoints import Endpoint, endpoints_of
from journeyorch.outbound.protection import breaker, lifecycle
from journeyorch.outbound.protection.forms import CappingForm, ThrottlingForm, service_fieldsets
from journeyorch.outbound.protection.lifecycle import NotPossible
from journeyorch.outbound.protection.models import Breaker, CappingConfig, ThrottlingConfig
from journeyorch.outbound.protection.patterns import Pattern, read_pattern
from journeyorch.telling import told


class ConfigAdmin(SandboxScopedAdmin):
    """What the pages of caps and throttles share: state, preview of the calls, deploy and undeploy."""

    change_form_template = "admin/outbound/protection.html"
    readonly_fields = ("state_shown", "meant")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        lifecycle.save(obj, by=_user(request), now=timezone.now())
        if isinstance(obj, CappingConfig) and obj.is_deployed and obj.deployed != obj.terms:
            text = _("What was deployed stays in force until you undeploy it and deploy it again.")
            messages.warning(request, text)
        elif not obj.is_deployed:
            messages.info(request, _("It has no effect before you deploy it."))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        lifecycle.delete(obj, force=False, now=timezone.now())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What is deployed counts as protected: the page of deletion says so and has no button."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        deployed = [_("It is deployed. Undeploy it first.") for obj in objs if obj.is_deployed]
        return deleted, counts, missing, [*protected, *deployed]

    @admin.display(description=_("state"))
    def state_shown(self, config: Any) -> str:
        if not config.pk:
            return str(_("Save first."))
        return str(config.state.label)

    @admin.display(description=_("which calls it means"))
    def meant(self, config: Any) -> SafeString | str:
        if not config.pk:
            return str(_("Save first."))
        found = list(self.matches(config))
        rows = ((one.endpoint.page, one.endpoint.label, one.told) for one in found)
        return format_html_join("", '<p><a href="{}">{}</a> {}</p>', rows) or str(
            _("None of this sandbox's data sources, actions and channels.")
        )

    def matches(self, config: Any) -> Iterator[Match]:
        """The endpoints of the sandbox that the configuration is about."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("<int:pk>/deploy/", view(require_POST(self.deploy)), name=f"{name}_deploy"),
            path("<int:pk>/undeploy/", view(require_POST(self.undeploy)), name=f"{name}_undeploy"),
            *super().get_urls(),
        ]

    def deploy(self, request: HttpRequest, pk: int) -> HttpResponse:
        config = self._config(request, pk)
        try:
            lifecycle.deploy(config, by=_user(request), now=timezone.now())
        except NotPossible as refusal:
            messages.error(request, told(refusal))
        else:
            messages.success(request, _("It is deployed, and in force."))
        return self._back(config)

    def undeploy(self, request: HttpRequest, pk: int) -> HttpResponse:
        config = self._config(request, pk)
        try:
            lifecycle.undeploy(config, now=timezone.now())
        except NotPossible as refusal:
            messages.error(request, told(refusal))
        else:
            messages.success(request, _("It is undeployed."))
        return self._back(config)

    def _config(self, request: HttpRequest, pk: int) -> Any:
        config = self.get_object(request, str(pk))
        if config is None:
            raise Http404
        if not self.has_change_permission(request, config):
            raise PermissionDenied
        return config

    def _back(self, config: Any) -> HttpResponse:
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[config.pk])
        )


class Match(NamedTuple):
    """An endpoint that a configuration means, and what is to be said of it."""

    endpoint: Endpoint
    told: str


def matching(pattern: str, methods: list[str], endpoints: list[Endpoint]) -> Iterator[Match]:
    """Those that a pattern means as they are configured, or with a path that a journey adds."""
    read = read_pattern(pattern)
    for one in endpoints if isinstance(read, Pattern) else ():
        base = one.url.partition("?")[0].rstrip("/")
        if one.method in methods and isinstance(read, Pattern):
            if read.fits(one.url):
                yield Match(one, f"{one.method} {one.url}")
            elif one.key.startswith("action:") and read.fits(f"{base}/…"):
                yield Match(one, f"{one.method} {base}/…")


@admin.register(CappingConfig)
class CappingConfigAdmin(ConfigAdmin):
    help_topic = "capping"
    introduction = _(
        "A cap limits the calls to the endpoints of a URL pattern. Calls beyond it are not made and end as "
        "“capped” errors."
    )
    form = CappingForm
    list_display = ("url", "methods_shown", "limits", "state_shown", "sandbox")
    search_fields = ("url",)
    fieldsets = (
        (None, {"fields": ("sandbox", "url", "methods", "state_shown", "meant")}),
        *service_fieldsets(),
    )

    @admin.display(description=_("methods"))
    def methods_shown(self, config: CappingConfig) -> str:
        return ", ".join(config.methods)

    @admin.display(description=_("limits"))
    def limits(self, config: CappingConfig) -> str:
        return "; ".join(_limit_text(*item) for item in config.services.items())

    def matches(self, config: Any) -> Iterator[Match]:
        known = [one for one in endpoints_of(config.sandbox_id) if one.service in config.services]
        return matching(config.url, config.methods, known)


def _limit_text(service: str, limits: dict[str, Any]) -> str:
    rating = limits.get("rating") or {}
    text = _("%(service)s: %(calls)s in %(period)s ms") % {
        "service": service,
        "calls": rating.get("maxCallsCount", "–"),
        "period": rating.get("periodInMs", "–"),
    }
    connections = limits.get("maxHttpConnections")
    if not connections or connections < 0:
        return text
    return f"{text}, " + _("%d connections") % connections


@admin.register(ThrottlingConfig)
class ThrottlingConfigAdmin(ConfigAdmin):
    help_topic = "throttling"
    introduction = _(
        "A throttle slows down the calls to the endpoints of a URL pattern. Calls beyond it wait in line, in "
        "their order, for up to six hours."
    )
    form = ThrottlingForm
    list_display = ("__str__", "url_pattern", "max_throughput", "state_shown", "sandbox")
    search_fields = ("name", "url_pattern", "description")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "description", "state_shown")}),
        (_("Limit"), {"fields": ("url_pattern", "methods", "max_throughput", "meant")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(deleted=False)

    def matches(self, config: Any) -> Iterator[Match]:
        return matching(config.url_pattern, config.methods, endpoints_of(config.sandbox_id))


@admin.register(Breaker)
class BreakerAdmin(SandboxScopedAdmin):
    help_topic = "breakers"
    introduction = _(
        "Data sources, actions and channels that have failed. After many failures in a row calls to them end "
        "as errors at once, until a call that is made now and then succeeds."
    )
    list_display = ("system", "state_shown", "failures", "failing_since", "last_words", "last_failed_at")
    list_display_links = None
    ordering = ("-failures", "endpoint")
    actions = ("close",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("system"), ordering="endpoint")
    def system(self, row: Breaker) -> SafeString | str:
        for one in endpoints_of(row.sandbox_id):
            if one.key == row.endpoint:
                return format_html('<a href="{}">{}</a>', one.page, one.label)
        return row.endpoint

    @admin.display(description=_("last error"))
    def last_words(self, row: Breaker) -> str:
        return told(row.last_error)

    @admin.display(description=_("state"), ordering="opened_at")
    def state_shown(self, row: Breaker) -> str:
        if row.opened_at is None:
            return str(_("Closed: calls are made"))
        since = {"time": in_text(row.opened_at)}
        return str(_("Open since %(time)s: calls end as errors") % since)

    @admin.action(description=_("Close: have calls made again at once"), permissions=["change"])
    def close(self, request: HttpRequest, chosen: QuerySet[Breaker]) -> None:
        for row in chosen:
            breaker.close(row)
        self.message_user(request, _("Calls are made again."))


def _user(request: HttpRequest) -> Any:
    return request.user if request.user.is_authenticated else None
