"""What is labelled so, or about what is."""

from __future__ import annotations

from django.urls import reverse

from datasources.platform.policies.models import FieldLabel, Label, Policy
from journeyorch.usage import Use


def uses_of_label(label: Label) -> list[Use]:
    """Schemas with fields so labelled, and policies about them."""
    labelled = FieldLabel.objects.filter(schema__sandbox=label.sandbox_id, label=label.code)
    schemas = labelled.values_list("schema", "schema__name").distinct().order_by("schema__name")
    policies = Policy.objects.filter(sandbox=label.sandbox_id).order_by("name")
    about = [(policy.pk, policy.name) for policy in policies if label.code in policy.labels]
    return [
        *(Use(name, reverse("admin:datasources_schema_change", args=[pk])) for pk, name in schemas),
        *(Use(name, reverse("admin:datasources_policy_change", args=[pk])) for pk, name in about),
    ]
