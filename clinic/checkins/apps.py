from django.apps import AppConfig


class CheckinsConfig(AppConfig):
    name = "clinic.checkins"

    def ready(self) -> None:
        from clinic.checkins import queries, rules
        from clinic.clients.models import MessagePurpose
        from clinic.messaging.purposes import Purpose, register

        register(
            Purpose(
                kind=queries.KIND,
                name="Check-in",
                still_wanted=queries.still_wanted,
                useful_until=queries.open_until,
                consent=MessagePurpose.CHECKINS,
                view_name="checkins:answer",
                link_lasts=rules.LINK_LASTS,
                words=rules.MESSAGE_WORDS,
                subject=rules.MESSAGE_SUBJECT,
            )
        )
