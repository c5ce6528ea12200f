"""All models of the app, from the rooms where they live."""

from datasources.external.models import DataSource, FetchCache, FieldGroup
from datasources.platform.field_groups.models import ProfileFieldGroup
from datasources.platform.namespaces.models import Namespace
from datasources.platform.policies.models import FieldLabel, Label, Policy
from datasources.platform.profiles.models import ExperienceEvent, Identity, Profile
from datasources.platform.records.models import Record, Relationship
from datasources.platform.schemas.models import Component, CustomField, Dataset, PendingImport, Schema
from datasources.platform.segments.models import Segment, SegmentMembership

__all__ = [
    "Component",
    "CustomField",
    "DataSource",
    "Dataset",
    "ExperienceEvent",
    "FetchCache",
    "FieldGroup",
    "FieldLabel",
    "Identity",
    "Label",
    "Namespace",
    "PendingImport",
    "Policy",
    "Profile",
    "ProfileFieldGroup",
    "Record",
    "Relationship",
    "Schema",
    "Segment",
    "SegmentMembership",
]
