from django.apps import AppConfig


class TitrationConfig(AppConfig):
    name = "clinic.titration"
