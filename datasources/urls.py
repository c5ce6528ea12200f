"""Addresses of this app's pages."""

from django.urls import URLPattern

from datasources.platform.segments.pages import SegmentPages

urlpatterns: list[URLPattern] = SegmentPages().urls
