"""The admin pages of the app, from the rooms where they live."""

from datasources.external import admin as external
from datasources.platform.field_groups import admin as field_groups
from datasources.platform.namespaces import admin as namespaces
from datasources.platform.policies import admin as policies
from datasources.platform.profiles import admin as profiles
from datasources.platform.records import admin as records
from datasources.platform.schemas import admin as schemas
from datasources.platform.schemas import component_admin as components
from datasources.platform.schemas import dataset_admin as datasets
from datasources.platform.segments import admin as segments

__all__ = [
    "components",
    "datasets",
    "external",
    "field_groups",
    "namespaces",
    "policies",
    "profiles",
    "records",
    "schemas",
    "segments",
]
