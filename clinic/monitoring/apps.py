from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "clinic.monitoring"

    def ready(self) -> None:
        from clinic.clients.models import MessagePurpose
        from clinic.messaging.purposes import Purpose, register
        from clinic.monitoring import queries
        from clinic.monitoring.rules import reminding
        from clinic.titration import facts

        facts.register(queries.newest_facts)
        facts.register_due(queries.told_before_signing)
        facts.register_stops(queries.stops_before_start)
        register(
            Purpose(
                kind=queries.KIND,
                name="Test due",
                still_wanted=queries.still_wanted,
                steps_wanted=queries.steps_wanted,
                consent=MessagePurpose.CHECKINS,
                view_name="reminder_page",
                link_lasts=reminding.LINK_LASTS,
                words=reminding.WORDS,
                subject=reminding.SUBJECT,
                how_long=reminding.HOW_LONG,
            )
        )
