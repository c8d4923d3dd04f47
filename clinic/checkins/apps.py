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
        register(
            Purpose(
                kind=queries.BY_LINK,
                name="Scales before a visit",
                still_wanted=queries.sittings_still_wanted,
                useful_until=queries.sittings_useful_until,
                consent=MessagePurpose.CHECKINS,
                view_name="scales_page",
                link_lasts=rules.LINK_LASTS,
                words=rules.MESSAGE_WORDS,
                subject=rules.MESSAGE_SUBJECT,
            )
        )
