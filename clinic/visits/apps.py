from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "clinic.visits"

    def ready(self) -> None:
        from clinic.staff import ties
        from clinic.titration import sources
        from clinic.visits.queries import draft_to_return_to, happened_before, unsigned_of

        ties.register(unsigned_of)
        sources.register(draft_to_return_to, happened_before)
