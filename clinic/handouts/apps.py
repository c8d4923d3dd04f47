from django.apps import AppConfig


class HandoutsConfig(AppConfig):
    name = "clinic.handouts"

    def ready(self) -> None:
        from clinic.clients.models import MessagePurpose
        from clinic.handouts import queries
        from clinic.messaging import rules
        from clinic.messaging.purposes import Purpose, register

        register(
            Purpose(
                kind=queries.KIND,
                name="Dose calendar",
                still_wanted=queries.still_wanted,
                consent=MessagePurpose.PAGES,
                is_asked_for=True,
                view_name="handouts:page",
                link_lasts=rules.PAGE_LASTS,
                words=rules.PAGE_WORDS,
                subject=rules.PAGE_SUBJECT,
                how_long=rules.PAGE_HOW_LONG,
            )
        )
