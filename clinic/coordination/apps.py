from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "clinic.coordination"

    def ready(self) -> None:
        from clinic.coordination.queries import observation_lines
        from clinic.visits import sources

        sources.register("observations", observation_lines)
