from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "clinic.plans"

    def ready(self) -> None:
        from clinic.clients.models import MessagePurpose
        from clinic.messaging import rules
        from clinic.messaging.purposes import Purpose, register
        from clinic.plans import queries
        from clinic.staff import ties

        ties.register(queries.drafts_by)
        register(
            Purpose(
                kind=queries.KIND,
                name="Consent to a medication",
                still_wanted=queries.still_wanted,
                consent=MessagePurpose.PAGES,
                is_asked_for=True,
                view_name="consent_page",
                link_lasts=rules.PAGE_LASTS,
                words=rules.PAGE_WORDS,
                subject=rules.PAGE_SUBJECT,
                how_long=rules.PAGE_HOW_LONG,
            )
        )
