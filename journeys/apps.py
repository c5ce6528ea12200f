from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    name = "journeys"
    verbose_name = _("Journeys")
    portable_forms = ("portable", "alerts.portable")

    def ready(self) -> None:
        from actions.signals import message_feedback_received, message_link_clicked, message_page_seen
        from datasources.signals import segment_membership_changed
        from events import effects
        from events.signals import events_received
        from journeyorch import finding, helping, mentions, renaming, usage
        from journeyorch.observing import figures as observed
        from journeyorch.outbound import endpoints as outbound_endpoints
        from journeyorch.outbound import enquiries, rotation
        from journeyorch.privacy import stores as privacy
        from journeyorch.resetting import contents, halting
        from journeys import finding as found
        from journeys.alerts.telling import tell_next
        from journeys.endpoints import endpoints
        from journeys.engine.message_counts import count_feedback, count_link, count_page
        from journeys.engine.receivers import take_feedback, take_memberships
        from journeys.engine.wake import wake_drain
        from journeys.figures import figures
        from journeys.halting import go_on, halt
        from journeys.help_topics import TOPICS
        from journeys.models import Alert, Lane, LaneInput, RouterLease
        from journeys.models.lane import in_lanes_of
        from journeys.privacy import Ways, journeys_of
        from journeys.renaming import follow
        from journeys.reports import arrivals
        from journeys.usage import uses

        events_received.connect(wake_drain, dispatch_uid="journeys.wake_drain")
        message_feedback_received.connect(take_feedback, dispatch_uid="journeys.take_feedback")
        message_feedback_received.connect(count_feedback, dispatch_uid="journeys.count_feedback")
        message_link_clicked.connect(count_link, dispatch_uid="journeys.count_link")
        message_page_seen.connect(count_page, dispatch_uid="journeys.count_page")
        segment_membership_changed.connect(take_memberships, dispatch_uid="journeys.take_memberships")
        enquiries.register(tell_next)
        rotation.register(Alert, "signing")
        usage.register(uses)
        privacy.register(Ways())
        mentions.register(_("Journeys"), "journeys.view_journey", journeys_of)
        renaming.register(follow)
        contents.register(LaneInput, in_lanes_of)
        contents.register_staying(Lane, RouterLease)
        halting.register(halt=halt, go_on=go_on)
        outbound_endpoints.register(endpoints)
        finding.register(
            finding.Kind(_("Journeys"), ("journeys.view_journey",), found.journeys),
            finding.Kind(_("People"), ("journeys.view_journey", "datasources.view_profile"), found.people),
        )
        helping.register(TOPICS)
        observed.register(figures)
        effects.register("journeys.view_journey", arrivals.told)
