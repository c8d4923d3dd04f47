from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "clinic.intake"

    def ready(self) -> None:
        from clinic.intake.queries import drafts_by, owned_by
        from clinic.staff import ties

        ties.register(drafts_by)
        ties.register(owned_by)
