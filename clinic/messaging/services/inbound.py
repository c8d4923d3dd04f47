"""What people write back to the clinic's number."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from clinic.clients.models import Client, ContactKind
from clinic.clients.rules import phone_number
from clinic.messaging import rules
from clinic.messaging.models import Channel
from clinic.messaging.rules import InboundWord
from clinic.messaging.services.finishing import LOOK_WITHIN
from clinic.messaging.services.opt_outs import resume_messages, stop_messages
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind, WorkItem
from clinic.worklist.services import open_item

# As much of a text as fits into the reason of a duty.
SHOWN = 200


@transaction.atomic
def take_inbound(*, sender: str, text: str, now: datetime) -> None:
    """STOP ends SMS to a number at once and START resumes them; anything else is for a person to read, as urgent.

    The same text received again while its duty is open is the same duty.
    """
    number = phone_number(sender) or sender
    word = rules.read_word(text)
    if word is InboundWord.STOP:
        stop_messages(channel=Channel.SMS, address=number, by=None, now=now)
    elif word is InboundWord.START:
        resume_messages(channel=Channel.SMS, address=number, by=None, now=now)
    else:
        _open_duty(number, text, now=now)


def _open_duty(number: str, text: str, *, now: datetime) -> None:
    """Whose number it is, is said only where it is one person's: families share a phone."""
    owners = _owners(number)
    whose = "the client" if len(owners) == 1 else f"{number}, {'several clients' if owners else 'nobody known'}"
    shown = text.strip()[:SHOWN] or "nothing"
    cause = f"inbound:{salted_hmac('inbound', f'{number} {text}').hexdigest()}"
    closed = WorkItem.objects.filter(about__startswith=cause, closed_at__isnull=False).count()
    open_item(
        kind=DutyKind.CALL_CLIENT,
        about=f"{cause}:{closed}",
        reason=f"Text message from {whose}: “{shown}”",
        owner_role=Role.COORDINATOR,
        due_at=now + LOOK_WITHIN,
        client=Client.objects.get(pk=owners[0]) if len(owners) == 1 else None,
        urgent=True,
        by=None,
        now=now,
    )


def _owners(number: str) -> list[UUID]:
    points = Client.objects.filter(
        contact_points__kind=ContactKind.PHONE, contact_points__value=number, contact_points__ended_at=None
    )
    return list(points.distinct().values_list("pk", flat=True)[:2])
