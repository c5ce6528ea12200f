"""Addresses below ``/authoring/``."""

from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from journeyorch.api.views import Nothing
from journeyorch.outbound.protection import api
from journeyorch.outbound.protection.api import Kind
from journeyorch.outbound.protection.describing import described


def _of(kind: Kind) -> Iterator[URLPattern]:
    one = f"{kind.path}/<str:uid>"
    yield path(f"list/{kind.path}", described(api.Listing, kind).as_view())
    yield path(kind.path, described(api.Collection, kind).as_view())
    yield path(one, described(api.Single, kind).as_view())
    yield path(f"{one}/canDeploy", described(api.Checking, kind).as_view())
    yield path(f"{one}/deploy", described(api.Deploying, kind).as_view())
    yield path(f"{one}/undeploy", described(api.Undeploying, kind).as_view())


urlpatterns = [*_of(api.CAPPING), *_of(api.THROTTLING), re_path("", Nothing.as_view())]
