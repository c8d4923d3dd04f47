from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "clinic.monitoring"

    def ready(self) -> None:
        from clinic.monitoring.queries import newest_facts
        from clinic.titration import facts

        facts.register(newest_facts)
