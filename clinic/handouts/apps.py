from django.apps import AppConfig


class HandoutsConfig(AppConfig):
    name = "clinic.handouts"

    def ready(self) -> None:
        from clinic.handouts import queries
        from clinic.handouts.rules import links
        from clinic.messaging.purposes import Purpose, register

        register(
            Purpose(
                kind=queries.KIND,
                still_wanted=queries.still_wanted,
                view_name="handouts:page",
                link_lasts=links.LASTS,
                words=links.MESSAGE_WORDS,
                subject=links.MESSAGE_SUBJECT,
                how_long=links.HOW_LONG,
            )
        )
