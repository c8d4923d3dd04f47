"""What `manage.py check` says about messages before any is sent."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import reverse

from clinic.core.rules import RuleBroken
from clinic.messaging.purposes import all_purposes
from clinic.messaging.rules import sms_text

LONGEST_TOKEN = "x" * 43


def sms_fits_one_part(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each SMS fits into one part with this clinic's sender name and address."""
    for purpose in all_purposes():
        link = settings.SITE_URL.rstrip("/") + reverse(purpose.view_name, args=[LONGEST_TOKEN])
        for language, words in purpose.words.items():
            try:
                sms_text(sender=settings.MESSAGE_SENDER_NAME, words=words, link=link, language=language)
            except RuleBroken as broken:
                return [Error(broken.reason, id="messaging.E001")]
    return []
