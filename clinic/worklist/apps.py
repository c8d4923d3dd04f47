from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "clinic.worklist"
