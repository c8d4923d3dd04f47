from django.apps import AppConfig
from django.core.checks import register


class MessagingConfig(AppConfig):
    name = "clinic.messaging"

    def ready(self) -> None:
        from clinic.messaging.checks import sms_fits_one_part

        register(sms_fits_one_part)
