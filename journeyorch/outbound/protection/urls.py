"""Addresses below ``/authoring/``."""

from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from journeyorch.api.views import Nothing
from journeyorch.outbound.protection import api
from journeyorch.outbound.protection.api import Kind


def _of(kind: Kind) -> Iterator[URLPattern]:
    one = f"{kind.path}/<str:uid>"
    yield path(f"list/{kind.path}", api.Listing.as_view(kind=kind))
    yield path(kind.path, api.Collection.as_view(kind=kind))
    yield path(one, api.Single.as_view(kind=kind))
    yield path(f"{one}/canDeploy", api.Checking.as_view(kind=kind))
    yield path(f"{one}/deploy", api.Deploying.as_view(kind=kind))
    yield path(f"{one}/undeploy", api.Undeploying.as_view(kind=kind))


urlpatterns = [*_of(api.CAPPING), *_of(api.THROTTLING), re_path("", Nothing.as_view())]
