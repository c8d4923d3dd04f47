from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "clinic.scheduling"

    def ready(self) -> None:
        from clinic.clients.models import MessagePurpose
        from clinic.messaging.purposes import Purpose, register
        from clinic.scheduling import queries, rules
        from clinic.staff import ties

        ties.register(queries.coming_with)
        register(
            Purpose(
                kind=queries.KIND,
                name="Appointment",
                still_wanted=queries.still_wanted,
                steps_wanted=queries.steps_wanted,
                useful_until=queries.starts_of,
                consent=MessagePurpose.APPOINTMENTS,
                view_name="appointment_page",
                link_lasts=rules.LINK_LASTS,
                words=rules.WORDS,
                subject=rules.SUBJECT,
                how_long=rules.HOW_LONG,
            )
        )
