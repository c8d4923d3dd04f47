from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clinic.clients"

    def ready(self) -> None:
        from clinic.clients.queries import looked_after_by
        from clinic.staff import ties

        ties.register(looked_after_by)
