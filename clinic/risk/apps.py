from datetime import timedelta

from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "clinic.risk"

    def ready(self) -> None:
        from clinic.messaging.purposes import Purpose, ToStaff, register
        from clinic.risk.queries import telling

        register(
            Purpose(
                kind=telling.KIND,
                still_wanted=telling.is_still_wanted,
                view_name="risk:alert",
                link_lasts=timedelta(),
                words=telling.MESSAGE_WORDS,
                subject=telling.MESSAGE_SUBJECT,
                to_staff=ToStaff(ways_of=telling.ways_of_call_out, page_of=telling.alert_of),
            )
        )
