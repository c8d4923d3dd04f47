from datetime import timedelta

from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "clinic.risk"

    def ready(self) -> None:
        from clinic.clients.models import MessagePurpose
        from clinic.messaging import rules
        from clinic.messaging.purposes import Purpose, ToStaff, register
        from clinic.risk.queries import alerts, rota, safety, telling
        from clinic.staff import ties

        ties.register(alerts.held_by)
        ties.register(rota.turns_of)
        register(
            Purpose(
                kind=telling.KIND,
                name="Risk alert",
                still_wanted=telling.still_wanted,
                view_name="risk:alert",
                link_lasts=timedelta(),
                words=telling.MESSAGE_WORDS,
                subject=telling.MESSAGE_SUBJECT,
                to_staff=ToStaff(ways_of=telling.ways_of_call_out, page_of=telling.alert_of),
            )
        )
        register(
            Purpose(
                kind=safety.KIND,
                name="Safety plan",
                still_wanted=safety.still_wanted,
                consent=MessagePurpose.PAGES,
                is_asked_for=True,
                view_name="safety_page",
                link_lasts=rules.PAGE_LASTS,
                words=rules.PAGE_WORDS,
                subject=rules.PAGE_SUBJECT,
                how_long=rules.PAGE_HOW_LONG,
            )
        )
