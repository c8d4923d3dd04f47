"""What `manage.py check` says about messages before any is sent."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import reverse

from clinic.core.rules import RuleBroken
from clinic.messaging.purposes import all_purposes
from clinic.messaging.queries import LONGEST_TOKEN
from clinic.messaging.rules import sms_text, staff_text


def sms_fits_one_part(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each SMS fits into one part with this clinic's sender name and address."""
    for purpose in all_purposes():
        argument = UUID(int=0) if purpose.to_staff else LONGEST_TOKEN
        link = settings.SITE_URL.rstrip("/") + reverse(purpose.view_name, args=[argument])
        sender = settings.MESSAGE_SENDER_NAME
        for language, words in purpose.words.items():
            try:
                if purpose.to_staff:
                    staff_text(sender=sender, words=words, link=link)
                else:
                    sms_text(sender=sender, words=words, link=link, language=language)
            except RuleBroken as broken:
                return [Error(broken.reason, id="messaging.E001")]
    return []
