from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "clinic.worklist"

    def ready(self) -> None:
        from clinic.staff import ties
        from clinic.worklist.queries import owned_by

        ties.register(owned_by)
