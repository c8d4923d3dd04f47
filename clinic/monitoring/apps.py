from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "clinic.monitoring"

    def ready(self) -> None:
        from clinic.monitoring.queries import newest_facts, told_before_signing
        from clinic.titration import facts

        facts.register(newest_facts)
        facts.register_due(told_before_signing)
