from django.apps import AppConfig


class TitrationConfig(AppConfig):
    name = "clinic.titration"

    def ready(self) -> None:
        from clinic.staff import ties
        from clinic.titration.queries import prescribed_by

        ties.register(prescribed_by)
