"""What can be done on a screen can be done over the REST API: every page names its operations here.

A page that is new fails this test until it says by which operations a program does the same, or why none is
needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver

from journeyorch.api.description import description

#: Pages in the administration of what has documents, by the kind that it is of.
KINDS = {
    "actions_action": "actions",
    "actions_campaignaction": "campaign_actions",
    "actions_campaigninstance": "campaign_instances",
    "actions_campaignstandardaction": "campaign_templates",
    "actions_channel": "channels",
    "actions_messagetemplate": "templates",
    "actions_sandboxcontactrules": "contact_rules",
    "datasources_component": "components",
    "datasources_dataset": "datasets",
    "datasources_datasource": "data_sources",
    "datasources_fieldgroup": "data_sources",  # whose documents hold them
    "datasources_label": "labels",
    "datasources_namespace": "namespaces",
    "datasources_policy": "policies",
    "datasources_profilefieldgroup": "profile_field_groups",
    "datasources_schema": "schemas",
    "datasources_segment": "segments",
    "events_event": "events",
    "events_inlet": "inlets",
    "journeys_alert": "alerts",
}
#: The usual pages of everything else: list, form of a new one, form, question whether to delete, history.
OTHERS = {
    "access_auditentry": "list_audit_log",
    "access_credential": "list_credentials create_credential change_credential delete_credential",
    "access_sandbox": "list_sandboxes create_sandbox change_sandbox",
    "access_user": "list_users create_user change_user delete_user",
    "actions_campaignmessage": "list_campaign_messages ask_campaign",
    "actions_delivery": "list_deliveries read_delivery",
    "actions_suppression": "list_suppressions add_suppression delete_suppression",
    "auth_group": "list_groups create_group change_group delete_group",
    "axes_accessattempt": "list_failed_logins unlock_login",
    "datasources_profile": "list_profiles read_profile put_profile create_test_profile",
    "datasources_record": "list_records create_record put_record delete_record",
    "events_quarantined": "list_quarantine correct_quarantined try_quarantined_again try_quarantine_again",
    "events_receivedevent": "list_received_events read_received_event",
    "journeyorch_backgroundtask": "list_tasks read_task",
    "journeyorch_erasure": "list_erasures",
    "journeys_alertnotice": "list_sent_alerts",
    "outbound_breaker": "list_breakers close_breaker",
    "outbound_cappingconfig": "list_endpointConfigs create_endpointConfigs replace_endpointConfigs",
    "outbound_throttlingconfig": "list_throttlingConfigs create_throttlingConfigs replace_throttlingConfigs",
}
#: Pages with addresses of their own.
PAGES = {
    "access_credential_new_key": "replace_credential_key",
    "access_sandbox_reset": "reset_sandbox",
    "access_sandbox_reset_progress": "read_sandbox_reset",
    "actions_action_new_secret": "new_secret_actions",
    "actions_action_sample": "put_actions",
    "actions_action_test": "test_actions",
    "actions_action_test_auth": "test_authentication_actions",
    "actions_action_tree": "propose_payload",
    "actions_campaignaction_new_secret": "new_secret_campaign_actions",
    "actions_campaignaction_sample": "put_campaign_actions",
    "actions_campaignaction_test": "test_campaign_actions",
    "actions_campaignaction_test_auth": "test_authentication_campaign_actions",
    "actions_campaigninstance_test": "test_campaign_instances",
    "actions_campaigninstance_test_auth": "test_authentication_campaign_instances",
    "actions_campaignstandardaction_test": "test_campaign_templates",
    "actions_channel_test": "test_channels",
    "actions_messagetemplate_mail": "preview_templates",
    "actions_messagetemplate_preview": "preview_templates test_templates",
    "actions_suppression_consents": "read_consents write_consents",
    "actions_suppression_export": "export_suppressions",
    "actions_suppression_import": "import_suppressions",
    "custom-reports": "list_reports",
    "datasources_component_confirm": "import",
    "datasources_component_import": "import put_components",
    "datasources_datasource_test_auth": "test_authentication_data_sources",
    "datasources_fieldgroup_sample": "put_data_sources",
    "datasources_fieldgroup_test": "test_data_sources",
    "datasources_profile_describe": "preview_import import_records",
    "datasources_profile_import": "import_records",
    "datasources_profile_privacy": "export_person erase_person",
    "datasources_profile_privacy_of": "export_person erase_person",
    "datasources_schema_download": "download_schema",
    "datasources_segment_estimate": "estimate_segment",
    "events_event_preview": "read_event_payload",
    "events_inlet_mapping": "try_mapping_inlets put_inlets",
    "events_inlet_new_key": "create_inlet_key delete_inlet_key",
    "events_inlet_receiving": "list_received_events",
    "events_inlet_receiving_part": "list_received_events",
    "events_inlet_start": "start_from_sample",
    "expressions": "evaluate_expression check_expression",
    "fire": "fire_event",
    "home": "list_journeys",
    "instance": "read_instance",
    "instance-operate": "operate_instance",
    "journey": "read_journey",
    "journey-create": "create_journey",
    "journey-export": "export_journey",
    "journey-import": "import",
    "journey-import-confirm": "import",
    "journey-ready-made": "list_ready_made begin_with_ready_made",
    "journey-report": "report_figures",
    "journeyorch_backgroundtask_cancel": "cancel_task",
    "journeyorch_backgroundtask_download": "read_task",  # a file of any form, so none is described
    "journeyorch_backgroundtask_progress": "read_task",
    "journeys_alert_new_secret": "new_secret_alerts test_alerts",
    "load-sample": "load_sample_data",
    "operations": "read_operations",
    "operations-part": "read_operations",
    "outbound_cappingconfig_deploy": "deploy_endpointConfigs",
    "outbound_cappingconfig_undeploy": "undeploy_endpointConfigs",
    "outbound_throttlingconfig_deploy": "deploy_throttlingConfigs",
    "outbound_throttlingconfig_undeploy": "undeploy_throttlingConfigs",
    "people": "find_instances",
    "people-operate": "operate_people",
    "received": "read_received_event",
    "report": "read_report read_report_tables",
    "report-create": "create_report report_table",
    "report-csv": "read_report_tables",
    "report-delete": "delete_report",
    "report-edit": "put_report",
    "reports": "report_figures",
    "reports-executed": "report_figures",
    "search": "search",
    "segment": "read_segments put_segments",
    "segment-create": "create_segments",
    "segment-delete": "delete_segments",
    "segment-duplicate": "create_segments",
    "segment-estimate": "estimate_segment",
    "segment-evaluate": "evaluate_segments",
    "segment-members": "list_segment_members",
    "segments": "list_segments",
    "template": "read_templates put_templates",
    "template-create": "create_templates",
    "template-delete": "delete_templates",
    "template-duplicate": "create_templates",
    "template-mail": "preview_templates",
    "template-preview": "preview_templates test_templates",
    "templates": "list_templates",
    "version": "read_version report_figures",
    "version-comparison": "compare_version",
    "version-counts": "report_figures",
    "version-design": "read_draft save_draft",
    "version-details": "read_version name_journey",
    "version-entering": "explain_entering",
    "version-flow": "report_figures",
    "version-labels": "relabel_version",
    "version-move": "move_version",
    "version-people": "list_people",
    "version-report": "report_figures",
    "version-story": "tell_version",
    "version-test-log": "find_instances read_instance",
    "version-test-path": "read_test",
}
#: Of the person who is logged in, or of the browser: a program has neither.
NOT_FOR_PROGRAMS = {
    "autocomplete", "first-steps", "help", "index", "javascript-catalog", "jsi18n", "login", "logout",
    "password_change", "password_change_done", "password_reset", "password_reset_complete",
    "password_reset_confirm", "password_reset_done", "second-factor", "second-factor-code", "set-language",
    "sign-on", "sign-on-back", "switch-sandbox", "app_list", "view_on_site", "auth_user_password_change",
}  # fmt: skip
_USUAL = ("changelist", "add", "change", "delete", "history")


def test_every_page_says_by_which_operations_programs_do_the_same() -> None:
    found = {name for name in _names() if not _is_usual(name)} - NOT_FOR_PROGRAMS
    assert found - PAGES.keys() == set()
    assert PAGES.keys() - found == set()
    models = {name.rpartition("_")[0] for name in _names() if _is_usual(name)}
    assert models == KINDS.keys() | OTHERS.keys()


def test_all_of_these_operations_are_described() -> None:
    described = {one["operationId"] for item in description()["paths"].values() for one in _operations(item)}
    verbs = ("list", "create", "read", "put", "delete")
    wanted = {f"{verb}_{kind}" for kind in KINDS.values() for verb in verbs}
    wanted |= {name for names in (*OTHERS.values(), *PAGES.values()) for name in names.split()}
    assert wanted - described == set()


def _is_usual(name: str) -> bool:
    return "_" in name and name.rpartition("_")[2] in _USUAL and name not in NOT_FOR_PROGRAMS


def _names() -> Iterator[str]:
    """Names of all pages: what is neither of the API nor one of the doors that other systems come in by."""
    for pattern, callback in _walk(get_resolver()):
        name = pattern.name or ""
        if name and not name.startswith("api-") and not _is_for_senders(name, callback):
            yield name


def _is_for_senders(name: str, callback: Any) -> bool:
    return getattr(callback, "direct", False) or name.startswith(("message-", "channel-callback"))


def _walk(resolver: Any) -> Iterator[tuple[Any, Any]]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern)
        else:
            yield pattern, pattern.callback


def _operations(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (one for one in item.values() if isinstance(one, dict) and "operationId" in one)
